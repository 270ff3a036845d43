//! The site's key in the mesh, and how people compare keys.

use aurora_ids::Derive;
use aurora_secrets::{Keyring, Purpose, Secret, Signer};

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
