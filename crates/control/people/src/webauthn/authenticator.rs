use ciborium::Value;
use ring::digest;
use subtle::ConstantTimeEq as _;

use super::{Fault, PublicKey, Wanted, signed};

/// Bits of the authenticator's data (section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Somebody was there.
    pub fn is_present(self) -> bool {
        self.0 & 1 != 0
    }

    /// It was the holder, by a code or a finger.
    pub fn is_verified(self) -> bool {
        self.0 & 1 << 2 != 0
    }

    /// The passkey may be copied to other devices of its holder.
    pub fn may_be_backed_up(self) -> bool {
        self.0 & 1 << 3 != 0
    }

    pub fn is_backed_up(self) -> bool {
        self.0 & 1 << 4 != 0
    }

    fn has_credential(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    fn has_extensions(self) -> bool {
        self.0 & 1 << 7 != 0
    }
}

/// A credential that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub id: Vec<u8>,
    pub key: PublicKey,
    pub count: u32,
    pub flags: Flags,
}

pub(super) struct AuthenticatorData {
    relying_party: [u8; 32],
    pub(super) flags: Flags,
    pub(super) count: u32,
    pub(super) made: Option<Made>,
}

/// The attestation object (section 6.5.4).
pub(super) struct Object {
    pub(super) authenticator_data: Vec<u8>,
    pub(super) statement: Statement,
}

pub(super) enum Statement {
    None,
    /// The credential's own key has signed.
    Own {
        algorithm: i128,
        signature: Vec<u8>,
    },
}

/// Credential ids are at most this long (section 4).
const MOST_ID_BYTES: usize = 1_023;
const MOST_BYTES: usize = 16 * 1024;

/// Takes the first `N` bytes away.
fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Fault> {
    let (first, rest) = bytes.split_first_chunk().ok_or(Fault::AuthenticatorData)?;
    *bytes = rest;
    Ok(*first)
}

/// Takes one CBOR item away.
fn item(bytes: &mut &[u8]) -> Result<Value, Fault> {
    ciborium::from_reader(bytes).map_err(|_| Fault::AuthenticatorData)
}

impl AuthenticatorData {
    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MOST_BYTES {
            return Err(Fault::AuthenticatorData);
        }
        let rest = &mut bytes;
        let relying_party = take(rest)?;
        let [flags] = take(rest)?;
        let (flags, count) = (Flags(flags), u32::from_be_bytes(take(rest)?));
        let made = match flags.has_credential() {
            true => Some(made(rest, flags, count)?),
            false => None,
        };
        if flags.has_extensions() {
            item(rest)?.as_map().ok_or(Fault::AuthenticatorData)?;
        }
        if !rest.is_empty() {
            return Err(Fault::AuthenticatorData);
        }
        Ok(Self {
            relying_party,
            flags,
            count,
            made,
        })
    }

    pub(super) fn check(&self, wanted: Wanted<'_>) -> Result<(), Fault> {
        let party = digest::digest(&digest::SHA256, wanted.relying_party.as_bytes());
        if !bool::from(party.as_ref().ct_eq(&self.relying_party)) {
            return Err(Fault::RelyingParty);
        }
        if !self.flags.is_present() {
            return Err(Fault::NotPresent);
        }
        if !self.flags.is_verified() {
            return Err(Fault::NotVerified);
        }
        if self.flags.is_backed_up() && !self.flags.may_be_backed_up() {
            return Err(Fault::Backup);
        }
        Ok(())
    }
}

/// The attested credential data (section 6.5.2).
fn made(rest: &mut &[u8], flags: Flags, count: u32) -> Result<Made, Fault> {
    let _model: [u8; 16] = take(rest)?;
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    if length == 0 || length > MOST_ID_BYTES || length > rest.len() {
        return Err(Fault::AuthenticatorData);
    }
    let (id, after) = rest.split_at(length);
    *rest = after;
    Ok(Made {
        id: id.to_vec(),
        key: PublicKey::read(&item(rest)?)?,
        count,
        flags,
    })
}

impl Object {
    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MOST_BYTES {
            return Err(Fault::AuthenticatorData);
        }
        let object = item(&mut bytes)?;
        let members = object.as_map().ok_or(Fault::AuthenticatorData)?;
        if !bytes.is_empty() {
            return Err(Fault::AuthenticatorData);
        }
        let data = member(members, "authData").and_then(Value::as_bytes);
        let format = member(members, "fmt").and_then(Value::as_text);
        let statement = member(members, "attStmt").and_then(Value::as_map);
        let statement = match (format, statement) {
            (Some("none"), Some(statement)) if statement.is_empty() => Statement::None,
            (Some("packed"), Some(statement)) => own(statement)?,
            _ => return Err(Fault::Attestation),
        };
        Ok(Self {
            authenticator_data: data.ok_or(Fault::AuthenticatorData)?.clone(),
            statement,
        })
    }
}

/// Self attestation (section 8.2): nobody else vouches.
fn own(statement: &[(Value, Value)]) -> Result<Statement, Fault> {
    if member(statement, "x5c").is_some() {
        return Err(Fault::Attestation);
    }
    let algorithm = member(statement, "alg").and_then(Value::as_integer);
    let signature = member(statement, "sig").and_then(Value::as_bytes);
    let (algorithm, signature) = algorithm.zip(signature).ok_or(Fault::Attestation)?;
    Ok(Statement::Own {
        algorithm: algorithm.into(),
        signature: signature.clone(),
    })
}

fn member<'m>(members: &'m [(Value, Value)], name: &str) -> Option<&'m Value> {
    let found = members.iter().find(|(key, _)| key.as_text() == Some(name));
    found.map(|(_, value)| value)
}

impl Statement {
    pub(super) fn check(
        &self,
        key: &PublicKey,
        data: &[u8],
        client_data: &[u8],
    ) -> Result<(), Fault> {
        match self {
            Self::None => Ok(()),
            Self::Own { algorithm, .. } if *algorithm != i128::from(key.algorithm()) => {
                Err(Fault::Attestation)
            }
            Self::Own { signature, .. } => key.verify(&signed(data, client_data), signature),
        }
    }
}
