use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aurora_approvals::{ActionHash, Verifier, VerifierError};
use aurora_ids::random_token;
use aurora_model::{AuthStrength, Scope};
use aurora_permissions::Principal;
use serde_json::{Value, json};

/// Challenges like a passkey's: for one person and one action, good once.
#[derive(Debug, Default)]
pub struct KeyVerifier {
    open: Mutex<HashMap<String, (String, ActionHash)>>,
}

impl KeyVerifier {
    /// What this person's key makes of a challenge.
    pub fn answer(person: &str, challenge: &Value) -> Value {
        let nonce = challenge["nonce"].as_str().unwrap_or_default();
        let action = challenge["action"].as_str().unwrap_or_default();
        json!({ "nonce": nonce, "signature": format!("{person}/{nonce}/{action}") })
    }
}

#[async_trait]
impl Verifier for KeyVerifier {
    async fn challenge(
        &self,
        _: &Scope,
        principal: &Principal,
        action: &ActionHash,
    ) -> Result<Option<Value>, VerifierError> {
        let nonce = random_token::<16>();
        let person = principal.actor.name().to_owned();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(nonce.clone(), (person, *action));
        Ok(Some(json!({ "nonce": nonce, "action": action })))
    }

    async fn verify(
        &self,
        _: &Scope,
        principal: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> Result<AuthStrength, VerifierError> {
        let nonce = assertion["nonce"].as_str().unwrap_or_default();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (person, bound) = open.remove(nonce).ok_or(VerifierError::Refused)?;
        let challenge = json!({ "nonce": nonce, "action": action });
        let signed = Self::answer(&person, &challenge);
        if person == principal.actor.name() && bound == *action && signed == *assertion {
            return Ok(AuthStrength::Passkey);
        }
        Err(VerifierError::Refused)
    }
}
