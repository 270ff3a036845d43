//! The site's key in the mesh, and how people compare keys.

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::Scope;
use aurora_records::Records;
use aurora_secrets::{Keyring, Purpose, Secret, Signer};
use serde::{Deserialize, Serialize};

use crate::directory::ListedKey;
use crate::{Error, store};

/// Keys of this site are numbered, so that one can follow another.
#[derive(Debug)]
pub struct SiteKey {
    seed: Secret<[u8; 32]>,
    signer: Signer,
}

impl SiteKey {
    /// The site's key of that number, from 1.
    pub fn of(keyring: &Keyring, number: u32) -> Self {
        Self::from_seed(keyring.named(Purpose::Federation, &number.to_string()))
    }

    /// A key from its seed (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: Secret<[u8; 32]>) -> Self {
        let signer = Signer::from_seed(&seed);
        Self { seed, signer }
    }

    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    pub fn public(&self) -> [u8; 32] {
        self.signer.public_key()
    }

    /// For the certificate that the site shows to others.
    pub fn seed(&self) -> &Secret<[u8; 32]> {
        &self.seed
    }
}

/// All keys that this site ever has: they follow from its root key, by number.
#[derive(Clone, Debug)]
pub struct SiteKeys(Keyring);

impl SiteKeys {
    pub fn of(keyring: &Keyring) -> Self {
        Self(keyring.clone())
    }

    /// From 1.
    pub fn number(&self, number: u32) -> SiteKey {
        SiteKey::of(&self.0, number)
    }

    /// The key that signs now, as the store has it.
    ///
    /// # Errors
    /// When the store fails or holds what this release does not write.
    pub async fn current(&self, records: &dyn Records, scope: &Scope) -> Result<SiteKey, Error> {
        let own = OwnKeys::read(self, records, scope).await?;
        Ok(self.number(own.number))
    }
}

/// The site's keys as it wants them listed. One more than the directory has, while it asks for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnKeys {
    /// Of the key that signs now.
    pub number: u32,
    /// The last one is that key, or the one that follows it.
    pub listed: Vec<ListedKey>,
    /// How long the former key still counts after the change, in milliseconds.
    pub overlap: u64,
}

impl OwnKeys {
    pub async fn read(
        keys: &SiteKeys,
        records: &dyn Records,
        scope: &Scope,
    ) -> Result<Self, Error> {
        let kept = store::json(records, scope, store::KEYS).await?;
        Ok(kept.unwrap_or_else(|| Self {
            number: 1,
            listed: vec![ListedKey::always(keys.number(1).public())],
            overlap: 0,
        }))
    }

    /// Whether a key waits to be listed.
    pub fn is_changing(&self, current: &[u8; 32]) -> bool {
        self.listed.last().is_none_or(|key| key.public != *current)
    }

    /// From then on keys before the last one count for nothing new.
    pub fn retire(&mut self, at: Timestamp) {
        let (_, former) = self.listed.split_last_mut().expect("a site has a key");
        for key in former.iter_mut().filter(|key| !key.ends()) {
            key.until = at;
        }
    }

    /// Without the key that waits to be listed, if one does.
    pub fn settled(&self, current: &[u8; 32]) -> Self {
        let mut settled = self.clone();
        if settled.is_changing(current) && settled.listed.len() > 1 {
            settled.listed.pop();
        }
        settled
    }
}

/// A key as people read it to each other: six groups of four digits, 79 bits.
pub fn fingerprint(public: &[u8; 32]) -> String {
    let hash = Derive::new("aurora.federation.fingerprint.v1").part(public);
    digits(hash.finish().as_bytes(), 6)
}

/// Groups of four decimal digits.
pub(crate) fn digits(bytes: &[u8; 16], groups: u32) -> String {
    let mut number = u128::from_be_bytes(*bytes);
    let mut text = Vec::new();
    for _ in 0..groups {
        text.push(format!("{:04}", number % 10_000));
        number /= 10_000;
    }
    text.join(" ")
}

/// What both operators compare when a site joins: it names both keys and the invitation.
pub(crate) fn comparison(primary: &[u8; 32], joining: &[u8; 32], token: &str) -> String {
    let hash = Derive::new("aurora.federation.comparison.v1")
        .part(primary)
        .part(joining)
        .part(token);
    digits(hash.finish().as_bytes(), 5)
}

/// A code as it was typed, in its one form: people leave spaces out or write dashes.
pub(crate) fn typed(code: &str) -> String {
    let digits: Vec<char> = code.chars().filter(char::is_ascii_digit).collect();
    let groups = digits.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_understood_as_people_type_it() {
        let code = comparison(&[1; 32], &[2; 32], "t");
        assert_eq!(code.len(), 24);
        for written in [&code, &code.replace(' ', ""), &code.replace(' ', "-")] {
            assert_eq!(typed(written), code);
        }
        assert_ne!(comparison(&[2; 32], &[1; 32], "t"), code);
    }
}
