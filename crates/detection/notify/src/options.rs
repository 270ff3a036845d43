use std::path::PathBuf;

use aurora_model::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is told of alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Seconds between two messages of a channel; what comes meanwhile is told together.
    pub group_seconds: u64,
    pub webhook: Webhook,
    pub email: Email,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Webhook {
    /// Where messages are posted: https, or http on this machine; empty for nowhere.
    pub url: String,
    /// File with the secret that messages are signed with; see docs/notifications.md.
    #[schemars(with = "String")]
    pub secret_file: Option<PathBuf>,
    /// Alerts below it are not told: informational, low, medium, high or critical.
    #[schemars(with = "String")]
    pub min_severity: Severity,
    /// Rules by id whose alerts are told whatever their severity.
    pub rules: Vec<String>,
    /// Seconds that the other side has to answer.
    pub timeout_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Email {
    /// The mail server as host:port; empty for none.
    pub server: String,
    /// `starttls`, `tls`, or `none`, which is for a server on this machine only.
    pub encryption: Encryption,
    /// For servers that ask who sends.
    pub user: String,
    /// File with that user's password.
    #[schemars(with = "String")]
    pub password_file: Option<PathBuf>,
    /// The sender's address.
    pub from: String,
    /// Who is told.
    pub to: Vec<String>,
    /// Alerts below it are not told: informational, low, medium, high or critical.
    #[schemars(with = "String")]
    pub min_severity: Severity,
    /// Rules by id whose alerts are told whatever their severity.
    pub rules: Vec<String>,
    /// Seconds that the server has to answer.
    pub timeout_seconds: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// In plain at first, then encrypted, or not at all.
    #[default]
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    None,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            group_seconds: 300,
            webhook: Webhook::default(),
            email: Email::default(),
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            url: String::new(),
            secret_file: None,
            min_severity: Severity::High,
            rules: Vec::new(),
            timeout_seconds: 10,
        }
    }
}

impl Default for Email {
    fn default() -> Self {
        Self {
            server: String::new(),
            encryption: Encryption::default(),
            user: String::new(),
            password_file: None,
            from: String::new(),
            to: Vec::new(),
            min_severity: Severity::High,
            rules: Vec::new(),
            timeout_seconds: 20,
        }
    }
}
