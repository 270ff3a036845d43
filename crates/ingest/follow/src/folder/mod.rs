//! Folders of objects: what is put there whole is read once, through an object store.
//!
//! The way of buckets: whoever delivers writes an object and never changes it. The folder is listed
//! again and again; there is no notification to lose. An object is known by its name with its tag, size and
//! time, and how far it was read is kept for as long as it is there.

mod place;
mod service;

use std::path::PathBuf;

use aurora_model::SourceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use service::Folder;
pub(crate) use service::follow;

/// A folder that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where it is: a folder of this machine, as a path or as `file:///…`, or what is in a bucket,
    /// as `s3://BUCKET/PREFIX`.
    pub url: String,
    /// Which parser its records meet; `auto` detects it.
    #[schemars(with = "String")]
    pub source: SourceName,
    /// Seconds between two looks.
    pub every_seconds: u64,
    /// Seconds for which an object must not have changed before it is read: longer than whoever
    /// writes it takes between two writes.
    pub settled_seconds: u64,
    /// Of a bucket: `https://…` of a server that speaks S3; AWS's own without it.
    pub endpoint: Option<String>,
    /// Of a bucket: its region.
    pub region: String,
    /// Of a bucket: file with the access key, and on its second line the secret key.
    #[schemars(with = "String")]
    pub keys_file: Option<PathBuf>,
    /// Of a bucket: file with the authorities that the server's certificate is believed from.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            url: String::new(),
            source: SourceName::new(SourceName::AUTO),
            every_seconds: 10,
            settled_seconds: 5,
            endpoint: None,
            region: "us-east-1".to_owned(),
            keys_file: None,
            authorities: None,
        }
    }
}
