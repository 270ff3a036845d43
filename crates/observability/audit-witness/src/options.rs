use std::path::PathBuf;

use aurora_audit::VerifierKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who outside vouches for the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Witnesses (C2SP tlog-witness) that are asked to cosign the log's newest checkpoint, each with `url`, to which
    /// `/add-checkpoint` is appended, and `key`, its verifier key.
    #[schemars(with = "Vec<String>")]
    pub witnesses: Vec<Asked>,
    /// Seconds between two checkpoints that they are shown, if there are new entries.
    pub witness_seconds: u64,
}

/// A witness elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Such as `https://witness.example/a`. Nothing that it is told is a secret, and what it answers is signed.
    pub url: String,
    /// Its verifier key, `<name>+<key id>+<base64>`.
    pub key: String,
    /// File with the authorities of its server's certificate; those of this machine when absent.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            witnesses: Vec::new(),
            witness_seconds: 60,
        }
    }
}

impl Options {
    /// The keys of all witnesses.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn keys(&self) -> Result<Vec<VerifierKey>, Error> {
        self.witnesses.iter().map(Asked::key).collect()
    }
}

impl Asked {
    pub(crate) fn key(&self) -> Result<VerifierKey, Error> {
        self.key.parse().map_err(|error| self.wrong(error))
    }

    pub(crate) fn wrong(&self, reason: impl ToString) -> Error {
        Error::Setting {
            url: self.url.clone(),
            reason: reason.to_string(),
        }
    }
}
