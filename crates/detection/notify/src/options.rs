use std::path::PathBuf;

use aurora_model::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Filter;

/// Who is told of alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Seconds between two messages of a channel; what comes meanwhile is told together.
    pub group_seconds: u64,
    pub webhook: Webhook,
    /// More webhooks, each with the keys of `notify.webhook` and a name of its own.
    #[schemars(with = "Vec<String>")]
    pub webhooks: Vec<Webhook>,
    pub email: Email,
    /// More mailboxes, each with the keys of `notify.email` and a name of its own.
    #[schemars(with = "Vec<String>")]
    pub emails: Vec<Email>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// What the channel is called: 1 to 40 of a-z, 0-9, `-` and `_`, unlike any other channel.
    pub name: String,
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
    /// Rules by id whose alerts are never told.
    pub not_rules: Vec<String>,
    /// Only alerts of these sources, such as `windows` or `windows@office`; empty for all.
    pub sources: Vec<String>,
    /// Only alerts about one of these hosts, users, addresses, …; `*` stands for anything, case does not matter; empty for all.
    pub entities: Vec<String>,
    /// Seconds between two messages of this channel; as `notify.group_seconds` when absent.
    pub group_seconds: Option<u64>,
    /// Seconds that the other side has to answer.
    pub timeout_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Email {
    /// What the channel is called: 1 to 40 of a-z, 0-9, `-` and `_`, unlike any other channel.
    pub name: String,
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
    /// Rules by id whose alerts are never told.
    pub not_rules: Vec<String>,
    /// Only alerts of these sources, such as `windows` or `windows@office`; empty for all.
    pub sources: Vec<String>,
    /// Only alerts about one of these hosts, users, addresses, …; `*` stands for anything, case does not matter; empty for all.
    pub entities: Vec<String>,
    /// Seconds between two messages of this channel; as `notify.group_seconds` when absent.
    pub group_seconds: Option<u64>,
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
            webhooks: Vec::new(),
            email: Email::default(),
            emails: Vec::new(),
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            name: "webhook".to_owned(),
            url: String::new(),
            secret_file: None,
            min_severity: Severity::High,
            rules: Vec::new(),
            not_rules: Vec::new(),
            sources: Vec::new(),
            entities: Vec::new(),
            group_seconds: None,
            timeout_seconds: 10,
        }
    }
}

impl Default for Email {
    fn default() -> Self {
        Self {
            name: "email".to_owned(),
            server: String::new(),
            encryption: Encryption::default(),
            user: String::new(),
            password_file: None,
            from: String::new(),
            to: Vec::new(),
            min_severity: Severity::High,
            rules: Vec::new(),
            not_rules: Vec::new(),
            sources: Vec::new(),
            entities: Vec::new(),
            group_seconds: None,
            timeout_seconds: 20,
        }
    }
}

impl Webhook {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            min_severity: self.min_severity,
            rules: self.rules.clone(),
            not_rules: self.not_rules.clone(),
            sources: self.sources.clone(),
            entities: self.entities.clone(),
        }
    }
}

impl Email {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            min_severity: self.min_severity,
            rules: self.rules.clone(),
            not_rules: self.not_rules.clone(),
            sources: self.sources.clone(),
            entities: self.entities.clone(),
        }
    }
}
