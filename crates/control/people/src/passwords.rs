//! Passwords are kept as Argon2id (RFC 9106) over the password, a salt, and a key of the site.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use aurora_secrets::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::{Error, Result};

/// 19 MiB, two passes, one lane: the first of the equivalent settings that OWASP's Password Storage
/// Cheat Sheet names for Argon2id. A hash keeps its own, so these may rise.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const BYTES: usize = 32;
const SALT: usize = 16;

/// NIST SP 800-63B-4 asks for 8 with a second factor; a site of security people takes more.
pub(crate) const FEWEST_CHARS: usize = 12;
/// Long enough for any phrase; nobody hashes a megabyte for us.
pub(crate) const MOST_BYTES: usize = 256;

/// A password as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    hash: String,
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed")
    }
}

impl Hashed {
    /// Takes tens of milliseconds and 19 MiB: call it where blocking is fine.
    pub(crate) fn of(password: &Secret<String>, key: &Secret<[u8; 32]>) -> Self {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).expect("the operating system has a random generator");
        let mut hashed = Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: BASE64.encode(salt),
            hash: String::new(),
        };
        let bytes = hashed.compute(password, key);
        hashed.hash = BASE64.encode(bytes.expect("our own settings are sound"));
        hashed
    }

    /// What a login to an account without a password is compared with: nothing fits it, and finding
    /// that out takes as long as with a real one.
    pub(crate) fn nobodys() -> Self {
        Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: BASE64.encode([0; SALT]),
            hash: String::new(),
        }
    }

    /// Takes as long as [`Hashed::of`], whatever the answer.
    pub(crate) fn fits(&self, password: &Secret<String>, key: &Secret<[u8; 32]>) -> bool {
        let Some(found) = self.compute(password, key) else {
            return false;
        };
        BASE64
            .decode(&self.hash)
            .is_ok_and(|wanted| found.as_slice().ct_eq(&wanted).into())
    }

    fn compute(&self, password: &Secret<String>, key: &Secret<[u8; 32]>) -> Option<[u8; BYTES]> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(BYTES)).ok()?;
        let with =
            Argon2::new_with_secret(key.expose(), Algorithm::Argon2id, Version::V0x13, params);
        let salt = BASE64.decode(&self.salt).ok()?;
        let mut bytes = [0; BYTES];
        let password = password.expose().as_bytes();
        // A longer one was never taken; hashing it would only be work.
        let password = &password[..password.len().min(MOST_BYTES + 1)];
        with.ok()?
            .hash_password_into(password, &salt, &mut bytes)
            .ok()?;
        Some(bytes)
    }
}

/// Whether a password may be chosen.
///
/// # Errors
/// [`Error::Invalid`], which never holds the password.
pub(crate) fn acceptable(password: &Secret<String>, name: &str) -> Result<()> {
    let text = password.expose();
    let lower = text.to_lowercase();
    let mut kinds: Vec<char> = lower.chars().collect();
    let chars = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    let fault = if chars < FEWEST_CHARS {
        format!("the password has fewer than {FEWEST_CHARS} characters")
    } else if text.len() > MOST_BYTES {
        format!("the password is longer than {MOST_BYTES} bytes")
    } else if kinds.len() < 6 {
        "the password repeats a few characters".to_owned()
    } else if lower.contains(name) || lower.contains("aurorasoc") || lower.contains("password") {
        "the password holds the account's name, `aurorasoc` or `password`".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid(fault).fix("take several unrelated words, or let a password manager choose"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_hash_fits_its_password_with_the_sites_key_alone() {
        let (here, there) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let hashed = Hashed::of(&secret("corps lantern violet"), &here);
        assert!(hashed.fits(&secret("corps lantern violet"), &here));
        assert!(!hashed.fits(&secret("corps lantern violet"), &there));
        assert!(!hashed.fits(&secret("corps lantern violets"), &here));
        assert!(!hashed.fits(&secret(""), &here));
        assert_ne!(hashed, Hashed::of(&secret("corps lantern violet"), &here));
        assert!(!Hashed::nobodys().fits(&secret(""), &here));
        let kept = serde_json::to_string(&hashed).unwrap();
        assert_eq!(serde_json::from_str::<Hashed>(&kept).unwrap(), hashed);
        assert!(!kept.contains("lantern") && !format!("{hashed:?}").contains('$'));
    }

    #[test]
    fn weak_passwords_are_not_taken() {
        for (password, taken) in [
            ("corps lantern violet", true),
            ("short", false),
            ("elevenchars", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("abababababababab", false),
            ("ada-has-a-secret", false),
            ("Password-12345678", false),
            ("AuroraSOC is mine", false),
            ("كلمة سر طويلة جدا", true),
        ] {
            assert_eq!(
                acceptable(&secret(password), "ada").is_ok(),
                taken,
                "{password}"
            );
        }
        assert!(acceptable(&secret(&"ab cd ef gh ".repeat(30)), "ada").is_err());
    }
}
