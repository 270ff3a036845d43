//! The systemd journal: `journalctl --follow` in its export format, on from a cursor.

mod service;

use aurora_model::SourceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use service::follow;

/// The systemd journal of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether the journal is followed.
    pub enabled: bool,
    /// Which parser its entries meet; `auto` detects it.
    #[schemars(with = "String")]
    pub source: SourceName,
    /// The program that reads it.
    pub command: String,
    /// What it is told besides, such as `--namespace=audit` or `--directory=/mnt/journal`.
    pub arguments: Vec<String>,
    /// Whether what the journal holds at the first start is read, too.
    pub from_start: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: false,
            source: SourceName::new(SourceName::AUTO),
            command: "journalctl".to_owned(),
            arguments: Vec::new(),
            from_start: false,
        }
    }
}
