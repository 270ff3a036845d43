//! Passkeys: WebAuthn ceremonies over the store.

use std::fmt;

use aurora_clock::Timestamp;
use aurora_model::{Action, AuthStrength};
use aurora_records::{Change, Collection, Guard};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::{info, warn};

use crate::account::{Name, Person};
use crate::pending::{PATIENCE, Pending};
use crate::people::People;
use crate::sessions::{Identified, Opened, Visitor};
use crate::store::{Stored, body};
use crate::webauthn::{self, Fault, PublicKey, Signed, Wanted};
use crate::{Error, Result};

/// A passkey as it is kept, under a hash of its credential's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub person: Name,
    /// What its holder calls it.
    pub label: String,
    /// The credential's id, in base 64 for URLs.
    pub credential: String,
    pub key: PublicKey,
    /// The last signature's count; 0 for authenticators that do not count.
    pub count: u32,
    pub relying_party: String,
    /// Its holder's other devices have it too.
    pub backed_up: bool,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// Bytes in base 64 for URLs, as browsers send them.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Encoded(pub Vec<u8>);

/// What a browser sends when it has made a passkey: `PublicKeyCredential.toJSON()`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasskeyMade {
    pub response: MadeResponse,
}

#[derive(Clone, Debug, Deserialize)]
pub struct MadeResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data: Encoded,
    #[serde(rename = "attestationObject")]
    pub attestation: Encoded,
}

/// What a browser sends when a passkey has signed: `PublicKeyCredential.toJSON()`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasskeyAnswer {
    pub id: Encoded,
    pub response: AnswerResponse,
}

#[derive(Clone, Debug, Deserialize)]
pub struct AnswerResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data: Encoded,
    #[serde(rename = "authenticatorData")]
    pub authenticator_data: Encoded,
    pub signature: Encoded,
    #[serde(rename = "userHandle", default)]
    pub user_handle: Option<Encoded>,
}

const LABEL_CHARS: usize = 60;
/// Of one person; nobody has more devices.
const MOST: usize = 20;

impl TryFrom<String> for Encoded {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> std::result::Result<Self, base64::DecodeError> {
        BASE64.decode(text.trim_end_matches('=')).map(Self)
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({} bytes)", self.0.len())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::BadProof(match fault {
            Fault::Challenge => "it was made for another challenge",
            Fault::Origin | Fault::RelyingParty | Fault::Framed => "it was made for another site",
            Fault::NotPresent | Fault::NotVerified => "the authenticator did not verify its holder",
            Fault::Key => "the authenticator's kind of key is not taken",
            Fault::Signature => "the signature does not fit",
            _ => "it cannot be read",
        })
    }
}

impl People {
    /// Asks the caller's browser for a new passkey: what `navigator.credentials.create` takes as
    /// `publicKey`, in JSON.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an origin that passkeys cannot be bound to.
    pub async fn ask_for_passkey(&self, me: &Identified, origin: &str) -> Result<Value> {
        let person = self.own_account(me).await?.body;
        let party = self.party(origin)?;
        let known = self.passkeys(&person.name).await?;
        if known.len() >= MOST {
            return Err(Error::conflict(format!("you have {MOST} passkeys already"))
                .fix("remove one that you do not use"));
        }
        let pending = Pending::Register {
            person: person.name.clone(),
        };
        let challenge = self.challenge(&pending).await?;
        let shown = match person.display_name.as_str() {
            "" => person.name.as_str(),
            name => name,
        };
        let kinds = PublicKey::ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
        Ok(json!({
            "challenge": BASE64.encode(challenge),
            "rp": { "id": party, "name": format!("AuroraSOC {}", self.site_name) },
            "user": {
                "id": BASE64.encode(self.handle(&person.name)),
                "name": person.name,
                "displayName": shown,
            },
            "pubKeyCredParams": kinds,
            "excludeCredentials": known.iter().map(descriptor).collect::<Vec<_>>(),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
            "timeout": PATIENCE.as_millis() as u64,
        }))
    }

    /// Takes the passkey that was made. The caller's sessions end but for a new one.
    ///
    /// # Errors
    /// [`Error::BadProof`]; [`Error::Conflict`] when somebody has it already.
    pub async fn add_passkey(
        &self,
        me: &Identified,
        label: &str,
        made: &PasskeyMade,
        visitor: &Visitor,
    ) -> Result<Opened> {
        let owner = self.own_account(me).await?.body;
        let (client_data, object) = (&made.response.client_data.0, &made.response.attestation.0);
        let (challenge, origin) = webauthn::claimed(client_data)?;
        let party = self.party(&origin)?;
        match self.answered(&challenge).await? {
            Pending::Register { person } if person == owner.name => {}
            _ => return Err(Error::BadProof("it was asked for something else")),
        }
        let wanted = Wanted {
            challenge: &challenge,
            origin: &origin,
            relying_party: party,
        };
        let sent = webauthn::Attestation {
            client_data,
            object,
        };
        let made = webauthn::register(wanted, sent)?;
        let passkey = Passkey {
            person: owner.name.clone(),
            label: readable(label)?,
            credential: BASE64.encode(&made.id),
            key: made.key,
            count: made.count,
            relying_party: party.to_owned(),
            backed_up: made.flags.is_backed_up(),
            created_at: self.now(),
            used_at: None,
        };
        let change = Change::decided(Action::on("credential.add", [owner.name.as_str()])).put(
            Collection::Passkeys,
            &place(&made.id),
            Guard::New,
            body(&passkey),
        );
        match self
            .begin_again(change, me, visitor, "added a passkey")
            .await
        {
            Err(error) if error.is_race() => {
                Err(Error::conflict("this passkey is somebody's already"))
            }
            opened => opened,
        }
    }

    /// Asks whoever is there for a passkey: what `navigator.credentials.get` takes as `publicKey`,
    /// in JSON. Nobody is named, so nothing is said of who has an account.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an origin that passkeys cannot be bound to.
    pub async fn ask_who(&self, origin: &str, visitor: &Visitor) -> Result<Value> {
        let party = self.party(origin)?;
        self.ask(visitor.peer).await?;
        let challenge = self.challenge(&Pending::SignIn).await?;
        Ok(json!({
            "challenge": BASE64.encode(challenge),
            "rpId": party,
            "allowCredentials": [],
            "userVerification": "required",
            "timeout": PATIENCE.as_millis() as u64,
        }))
    }

    /// Opens a session of whom the passkey belongs to.
    ///
    /// # Errors
    /// [`Error::BadLogin`] whatever was wrong.
    pub async fn sign_in_with_passkey(
        &self,
        answer: &PasskeyAnswer,
        visitor: &Visitor,
    ) -> Result<Opened> {
        match self.opened_by(answer, visitor).await {
            Ok(opened) => {
                info!(person = %opened.person, peer = ?visitor.peer, "somebody signed in with a passkey");
                Ok(opened)
            }
            Err(Error::BadProof(why)) => {
                warn!(peer = ?visitor.peer, why, "a login with a passkey failed");
                Err(Error::BadLogin)
            }
            Err(error) => Err(error),
        }
    }

    async fn opened_by(&self, answer: &PasskeyAnswer, visitor: &Visitor) -> Result<Opened> {
        let (challenge, _) = webauthn::claimed(&answer.response.client_data.0)?;
        let Pending::SignIn = self.answered(&challenge).await? else {
            return Err(Error::BadProof("it was asked for something else"));
        };
        let (passkey, signed) = self.signed(answer, &challenge).await?;
        let name = passkey.body.person.clone();
        let owner = self.find_person(&name).await?;
        if !owner.is_some_and(|owner| owner.body.is_enabled()) {
            return Err(Error::BadProof("its owner is disabled"));
        }
        let change = Change::decided(Action::on("session.open", [name.as_str()]));
        let change = self.used(change, passkey, signed);
        let strength = AuthStrength::Passkey;
        let (change, opened) = self
            .open(change, &name, strength, self.now(), visitor)
            .await?;
        let context = self.own_context(&name, strength, visitor, "signed in with a passkey");
        match self.commit(&context, change).await {
            Err(error) if error.is_race() => {
                return Err(Error::BadProof("it was used in the same moment"));
            }
            committed => committed?,
        }
        self.sweep().await?;
        Ok(opened)
    }

    /// Checks an assertion over `challenge`, which the caller has taken from what waits.
    pub(crate) async fn signed(
        &self,
        answer: &PasskeyAnswer,
        challenge: &[u8],
    ) -> Result<(Stored<Passkey>, Signed)> {
        let response = &answer.response;
        let found = self
            .read::<Passkey>(Collection::Passkeys, &place(&answer.id.0))
            .await?;
        let found = found.ok_or(Error::BadProof("it is nobody's"))?;
        let (_, origin) = webauthn::claimed(&response.client_data.0)?;
        let party = self.party(&origin).map_err(|_| Fault::Origin)?;
        if party != found.body.relying_party {
            return Err(Fault::RelyingParty.into());
        }
        if let Some(handle) = &response.user_handle
            && handle.0 != self.handle(&found.body.person)
        {
            return Err(Error::BadProof("it names somebody else"));
        }
        let wanted = Wanted {
            challenge,
            origin: &origin,
            relying_party: party,
        };
        let sent = webauthn::Assertion {
            client_data: &response.client_data.0,
            authenticator_data: &response.authenticator_data.0,
            signature: &response.signature.0,
        };
        let signed = webauthn::assert(wanted, &found.body.key, sent)?;
        // Section 7.2, step 22: a count that does not grow is a copy of the authenticator.
        if (signed.count, found.body.count) != (0, 0) && signed.count <= found.body.count {
            warn!(person = %found.body.person, "a passkey's count went back: it may have been copied");
            return Err(Error::BadProof("its count went back"));
        }
        Ok((found, signed))
    }

    /// Notes within `change` that a passkey has signed.
    pub(crate) fn used(&self, change: Change, passkey: Stored<Passkey>, signed: Signed) -> Change {
        let Stored {
            id,
            version,
            mut body,
        } = passkey;
        body.count = signed.count;
        body.backed_up = signed.flags.is_backed_up();
        body.used_at = Some(self.now());
        change.put(
            Collection::Passkeys,
            &id,
            Guard::Version(version),
            crate::store::body(&body),
        )
    }

    /// Somebody's passkeys, the oldest first.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn passkeys(&self, of: &Name) -> Result<Vec<Passkey>> {
        let all = self
            .every::<Passkey>(Collection::Passkeys, Some(of))
            .await?;
        let mut all: Vec<Passkey> = all.into_iter().map(|stored| stored.body).collect();
        all.sort_by_key(|passkey| (passkey.created_at, passkey.credential.clone()));
        Ok(all)
    }

    /// Removes one of the caller's own, by its credential's id in base 64.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for somebody else's.
    pub async fn remove_passkey(
        &self,
        me: &Identified,
        credential: &str,
        visitor: &Visitor,
    ) -> Result<Opened> {
        let owner = self.own_account(me).await?.body;
        let missing = || Error::not_found("passkey", credential);
        let id = BASE64.decode(credential).map_err(|_| missing())?;
        let found = self
            .read::<Passkey>(Collection::Passkeys, &place(&id))
            .await?;
        let found = found
            .filter(|found| found.body.person == owner.name)
            .ok_or_else(missing)?;
        self.keeps_a_way_in(&owner, Some(credential)).await?;
        let change = Change::decided(Action::on("credential.remove", [owner.name.as_str()]))
            .remove(
                Collection::Passkeys,
                &found.id,
                Guard::Version(found.version),
            );
        self.begin_again(change, me, visitor, "removed a passkey")
            .await
    }

    pub(crate) async fn without_passkeys(&self, change: Change, of: &Name) -> Result<Change> {
        let all = self
            .every::<Passkey>(Collection::Passkeys, Some(of))
            .await?;
        Ok(all.iter().fold(change, |change, passkey| {
            change.remove(Collection::Passkeys, &passkey.id, Guard::Any)
        }))
    }

    /// A random challenge that waits for its answer.
    async fn challenge(&self, pending: &Pending) -> Result<[u8; 32]> {
        let mut challenge = [0; 32];
        getrandom::fill(&mut challenge).expect("the operating system has a random generator");
        self.expect(&challenge, pending, PATIENCE).await?;
        Ok(challenge)
    }

    /// The relying party of one of our origins.
    pub(crate) fn party<'o>(&self, origin: &'o str) -> Result<&'o str> {
        let origins = self.origins.get();
        let party = origins.and_then(|origins| origins.relying_party(origin));
        party.ok_or_else(|| {
            Error::invalid("passkeys cannot be used at this address")
                .fix("open the console by a name: `localhost` on this machine, or one of `console.hostnames` over TLS")
        })
    }

    /// What passkeys know a person by: nothing that names them (section 14.6.1).
    pub(crate) fn handle(&self, person: &Name) -> [u8; 32] {
        *blake3::keyed_hash(self.keys.handle.expose(), person.as_str().as_bytes()).as_bytes()
    }

    /// The account of a caller who is a person with a session: keys and the local operator have no
    /// passkeys.
    pub(crate) async fn own_account(&self, me: &Identified) -> Result<Stored<Person>> {
        let name = me.session.as_ref().and(me.person());
        let name = name.ok_or_else(|| {
            Error::invalid("only somebody who is signed in to the console may do this")
        })?;
        self.stored_person(&name).await
    }
}

pub(crate) fn descriptor(passkey: &Passkey) -> Value {
    json!({ "type": "public-key", "id": passkey.credential })
}

/// Credential ids may have more bytes than a document's name.
fn place(credential: &[u8]) -> String {
    blake3::hash(credential).to_hex().to_string()
}

pub(crate) fn readable(label: &str) -> Result<String> {
    let label = label.trim();
    if label.is_empty()
        || label.chars().count() > LABEL_CHARS
        || label.chars().any(char::is_control)
    {
        return Err(Error::invalid(format!(
            "a label has 1 to {LABEL_CHARS} characters, none of which controls"
        )));
    }
    Ok(label.to_owned())
}
