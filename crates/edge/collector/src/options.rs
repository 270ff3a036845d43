use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a collector forwards to, and what it keeps until then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub site: Site,
    pub buffer: Buffer,
    /// What [`crate::Enrolment`] keeps; of no interest when it is not there.
    pub enrolment: PathBuf,
}

/// The site that the records go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Site {
    /// Address of its HTTP listener, such as `https://soc.example.org:8687`.
    pub url: String,
    /// File with the token of a source, for a host that has not enrolled. One for `auto` lets each feed's own source stand. It is read
    /// again for every connection.
    #[schemars(with = "String")]
    pub token_file: Option<PathBuf>,
    /// File with the authorities that the site's certificate is believed from; without one those
    /// that this machine believes.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
    /// File with a certificate that is shown to a site which asks for one.
    #[schemars(with = "String")]
    pub certificate: Option<PathBuf>,
    /// File with that certificate's private key.
    #[schemars(with = "String")]
    pub key: Option<PathBuf>,
    /// Whether records and token may travel in the clear, over `http://`, to another machine.
    pub allow_plain: bool,
    /// Seconds between two attempts at most, while the site does not answer.
    pub retry_seconds: u64,
}

/// What waits on this host's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Buffer {
    /// Bytes on disk, packed.
    pub max_bytes: u64,
    /// Bytes of the disk that are left free.
    pub reserve_bytes: u64,
    /// What happens at the bound: `block` reads no further until there is room, `drop-oldest` gives up
    /// the oldest records and tells the site how many.
    pub when_full: WhenFull,
}

/// The policy at the buffer's bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenFull {
    #[default]
    Block,
    DropOldest,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            url: String::new(),
            token_file: None,
            authorities: None,
            certificate: None,
            key: None,
            allow_plain: false,
            retry_seconds: 60,
        }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 30,
            reserve_bytes: 256 << 20,
            when_full: WhenFull::Block,
        }
    }
}
