//! What was asked of somebody and waits for the answer: for a few minutes, and for one answer. It is
//! gone after a crash, and the answer with it.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::account::Name;
use crate::people::People;
use crate::provider::Asked;
use crate::{Error, Result};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Pending {
    /// A passkey of somebody who is signed in.
    Register {
        person: Name,
    },
    SignIn,
    /// A passkey's word on one action.
    StepUp {
        person: Name,
        nonce: String,
    },
    /// A code generator that has not shown a code yet.
    Generator {
        person: Name,
        salt: String,
    },
    /// Somebody is at the other provider; `link` is whose account it becomes.
    Provider {
        asked: Asked,
        link: Option<Name>,
    },
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(5 * 60);

impl People {
    pub(crate) async fn expect(
        &self,
        secret: &[u8],
        pending: &Pending,
        time: Duration,
    ) -> Result<()> {
        let value = serde_json::to_vec(pending).expect("it is plain data");
        let value = Bytes::from(value);
        Ok(self
            .ephemeral
            .put(&self.scope, &key(secret), value, time)
            .await?)
    }

    /// Takes what waits; a second time there is nothing.
    pub(crate) async fn answered(&self, secret: &[u8]) -> Result<Pending> {
        let gone = Error::BadProof("it was asked too long ago, or answered before");
        let key = key(secret);
        let Some(found) = self.ephemeral.get(&self.scope, &key).await? else {
            return Err(gone);
        };
        let taken = self.ephemeral.swap(
            &self.scope,
            &key,
            Some(&found),
            None,
            Duration::from_secs(1),
        );
        if !taken.await? {
            return Err(gone);
        }
        serde_json::from_slice(&found).map_err(|_| gone)
    }
}

/// Secrets of answers are not for those who look into a shared store.
fn key(secret: &[u8]) -> String {
    format!("people/pending/{}", blake3::hash(secret).to_hex())
}
