//! A fresh word of somebody on one action: a passkey's signature over a challenge that is made from
//! the action's hash, or a code.

use async_trait::async_trait;
use aurora_approvals::{ActionHash, Verifier, VerifierError};
use aurora_model::{Action, AuthStrength, Context, Scope, TraceContext};
use aurora_permissions::Principal;
use aurora_records::{Change, Collection, Guard};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::account::Name;
use crate::passkeys::{PasskeyAnswer, descriptor};
use crate::pending::{PATIENCE, Pending};
use crate::people::People;
use crate::store::{Stored, body};
use crate::webauthn;
use crate::{Error, Result};

const TRIES: &str = "step-up";

/// Verifies fresh proofs of people with their own passkeys and codes.
#[derive(Clone, Debug)]
pub struct StepUp(People);

/// What a client sends: one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Passkey(PasskeyAnswer),
    Totp(String),
}

impl StepUp {
    pub fn of(people: People) -> Self {
        Self(people)
    }
}

#[async_trait]
impl Verifier for StepUp {
    /// `{"passkey": {…}}`: what `navigator.credentials.get` takes as `publicKey`, with the relying
    /// party of each credential in `parties`; `"totp": true` when a code is taken instead.
    async fn challenge(
        &self,
        _: &Scope,
        principal: &Principal,
        action: &ActionHash,
    ) -> std::result::Result<Option<Value>, VerifierError> {
        self.0.ask_again(principal, action).await.map_err(failed)
    }

    async fn verify(
        &self,
        _: &Scope,
        principal: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> std::result::Result<AuthStrength, VerifierError> {
        self.0
            .proved_again(principal, action, assertion)
            .await
            .map_err(failed)
    }
}

/// Whatever does not fit is refused; only what could not be looked at has failed.
fn failed(error: Error) -> VerifierError {
    match error {
        Error::Records(_) | Error::Ephemeral(_) | Error::Damaged { .. } => {
            VerifierError::Failed(Box::new(error))
        }
        _ => VerifierError::Refused,
    }
}

/// The challenge of an action: 32 bytes that nobody else's action and no other time has.
fn challenge(action: &ActionHash, person: &Name, nonce: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aurora.step-up.v1 challenge");
    hasher.update(&action.0);
    hasher.update(nonce.as_bytes());
    hasher.update(person.as_str().as_bytes());
    *hasher.finalize().as_bytes()
}

fn named(principal: &Principal) -> Option<Name> {
    match &principal.actor {
        aurora_model::Actor::Person(name) => Name::read(name).ok(),
        _ => None,
    }
}

impl People {
    async fn ask_again(&self, principal: &Principal, action: &ActionHash) -> Result<Option<Value>> {
        let Some(name) = named(principal) else {
            return Ok(None);
        };
        let person = self.person(&name).await?;
        let passkeys = self.passkeys(&name).await?;
        if passkeys.is_empty() && !person.has_password() {
            return Ok(None);
        }
        let mut asked = json!({ "totp": person.has_password() });
        if !passkeys.is_empty() {
            let nonce = aurora_ids::random_token::<32>();
            let challenge = challenge(action, &name, &nonce);
            let pending = Pending::StepUp {
                person: name,
                nonce,
            };
            self.expect(&challenge, &pending, PATIENCE).await?;
            let parties = passkeys
                .iter()
                .map(|one| (one.credential.clone(), json!(one.relying_party)));
            asked["passkey"] = json!({
                "challenge": BASE64.encode(challenge),
                "allowCredentials": passkeys.iter().map(descriptor).collect::<Vec<_>>(),
                "userVerification": "required",
                "timeout": PATIENCE.as_millis() as u64,
                "parties": parties.collect::<serde_json::Map<_, _>>(),
            });
        }
        Ok(Some(asked))
    }

    async fn proved_again(
        &self,
        principal: &Principal,
        action: &ActionHash,
        sent: &Value,
    ) -> Result<AuthStrength> {
        let name =
            named(principal).ok_or(Error::BadProof("only people have passkeys and codes"))?;
        let owner = self.stored_person(&name).await?;
        if !owner.body.is_enabled() {
            return Err(Error::BadLogin);
        }
        let answer = Answer::deserialize(sent).map_err(|_| Error::BadProof("it cannot be read"))?;
        let made = Change::decided(Action::on("session.step_up", [name.as_str()]));
        let (strength, change) = match answer {
            Answer::Passkey(answer) => {
                let change = self.word_of_passkey(made, &name, action, &answer).await?;
                (AuthStrength::Passkey, change)
            }
            Answer::Totp(code) => {
                self.try_account(TRIES, name.as_str()).await?;
                let Stored {
                    version,
                    body: mut person,
                    ..
                } = owner;
                let generator = person.generator.take().ok_or(Error::BadLogin)?;
                let step = generator.takes(&self.keys.generator, &code, self.now());
                person.generator = Some(generator.using(step.ok_or(Error::BadLogin)?));
                let guard = Guard::Version(version);
                let change = made.put(Collection::People, name.as_str(), guard, body(&person));
                (AuthStrength::Totp, change)
            }
        };
        let context = Context {
            scope: self.scope.clone(),
            actor: principal.actor.clone(),
            auth: strength,
            reason: "proved again who they are, for one action".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        };
        match self.commit(&context, change).await {
            Err(error) if error.is_race() => return Err(Error::BadLogin),
            committed => committed?,
        }
        if strength == AuthStrength::Totp {
            self.forget_tries(TRIES, name.as_str()).await?;
        }
        Ok(strength)
    }

    /// Bound twice: what waited must be this person's, and the challenge that was signed must be
    /// what this action's hash makes of the nonce that waited.
    async fn word_of_passkey(
        &self,
        change: Change,
        name: &Name,
        action: &ActionHash,
        answer: &PasskeyAnswer,
    ) -> Result<Change> {
        let (claimed, _) = webauthn::claimed(&answer.response.client_data.0)?;
        let Pending::StepUp { person, nonce } = self.answered(&claimed).await? else {
            return Err(Error::BadProof("it was asked for something else"));
        };
        let wanted = challenge(action, name, &nonce);
        if person != *name || !bool::from(wanted.ct_eq(&claimed)) {
            return Err(Error::BadProof("it was asked for another action"));
        }
        let (passkey, signed) = self.signed(answer, &wanted).await?;
        if passkey.body.person != *name {
            return Err(Error::BadProof("it is somebody else's"));
        }
        Ok(self.used(change, passkey, signed))
    }
}
