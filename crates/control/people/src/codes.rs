//! Codes of a generator: TOTP (RFC 6238) with HMAC-SHA-1, six digits, 30 s, which is what every
//! authenticator app computes.

use std::fmt;

use aurora_clock::Timestamp;
use aurora_ids::random_token;
use aurora_secrets::Secret;
use ring::hmac;
use serde::{Deserialize, Serialize};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// Steps before and after now that are taken too: clocks differ, and people type.
const DRIFT: i64 = 1;
/// As RFC 4226 recommends: the length of the hash.
const SECRET_BYTES: usize = 20;

/// A code generator as it is kept. Its secret is made from a key of the site and the salt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    salt: String,
    /// The step of the newest code that was taken; it and earlier ones are not taken again.
    used: i64,
}

/// What an authenticator app is set up with. Shown once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Names this enrolment when the first code confirms it.
    pub id: String,
    /// In base 32, to be typed.
    pub secret: Secret<String>,
    /// As a link that apps understand.
    pub link: Secret<String>,
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generator")
    }
}

impl Generator {
    pub(crate) fn random() -> Self {
        Self::of(random_token::<16>())
    }

    pub(crate) fn of(salt: String) -> Self {
        Self { salt, used: 0 }
    }

    /// What a login to an account without one is compared with.
    pub(crate) fn nobodys() -> Self {
        Self::of("nobody".to_owned())
    }

    pub(crate) fn salt(&self) -> &str {
        &self.salt
    }

    /// The step of a code that is right now and was not used, for [`Generator::using`].
    pub(crate) fn takes(&self, key: &Secret<[u8; 32]>, code: &str, now: Timestamp) -> Option<i64> {
        let secret = self.secret(key);
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let current = now.as_millis().div_euclid(1_000 * STEP_SECONDS);
        // Every step is compared, so that the time says nothing about which one fits.
        let mut found = i64::MIN;
        for step in current - DRIFT..=current + DRIFT {
            let fits = at(&secret, step).as_bytes().ct_eq(code.as_bytes());
            found.conditional_assign(&step, fits);
        }
        (found > self.used).then_some(found)
    }

    #[must_use]
    pub(crate) fn using(self, step: i64) -> Self {
        Self { used: step, ..self }
    }

    /// For the app of the account's owner.
    pub(crate) fn enrolment(
        &self,
        key: &Secret<[u8; 32]>,
        id: String,
        site: &str,
        name: &str,
    ) -> Enrolment {
        let secret = base32(self.secret(key).expose());
        let issuer = escaped(&format!("AuroraSOC {site}"));
        let link = format!(
            "otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}",
            escaped(name)
        );
        Enrolment {
            id,
            secret: Secret::new(secret),
            link: Secret::new(link),
        }
    }

    fn secret(&self, key: &Secret<[u8; 32]>) -> Secret<Vec<u8>> {
        let hash = blake3::keyed_hash(key.expose(), self.salt.as_bytes());
        Secret::new(hash.as_bytes()[..SECRET_BYTES].to_vec())
    }

    /// What the owner's app shows.
    #[cfg(test)]
    pub(crate) fn shows(&self, key: &Secret<[u8; 32]>, now: Timestamp) -> String {
        at(&self.secret(key), now.as_millis().div_euclid(30_000))
    }
}

/// The code of a step (RFC 4226, section 5.3).
fn at(secret: &Secret<Vec<u8>>, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    let hash = hmac::sign(&key, &step.to_be_bytes());
    let hash = hash.as_ref();
    let from = usize::from(hash[hash.len() - 1] & 15);
    let word = [
        hash[from] & 0x7f,
        hash[from + 1],
        hash[from + 2],
        hash[from + 3],
    ];
    format!("{:0DIGITS$}", u32::from_be_bytes(word) % 1_000_000)
}

/// RFC 4648, without padding; 20 bytes need none.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|from| (from..from + 5).fold(0, |letter, at| letter << 1 | bit(at)))
        .map(|letter| char::from(LETTERS[usize::from(letter)]))
        .collect()
}

/// Everything but letters and digits percent-encoded.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    /// RFC 6238, appendix B, of whose eight digits the last six are ours.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(at(&secret, time / 30), code);
        }
        assert_eq!(base32(secret.expose()), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_once_and_for_a_minute_and_a_half() {
        let key = Secret::new([3; 32]);
        let generator = Generator::random();
        let made = seconds(9_000_000);
        let code = generator.shows(&key, made);
        for (later, taken) in [
            (-31, false),
            (-30, true),
            (0, true),
            (59, true),
            (60, false),
        ] {
            let found = generator.takes(&key, &code, seconds(9_000_000 + later));
            assert_eq!(found.is_some(), taken, "{later}");
        }
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let step = generator.takes(&key, &spaced, made).unwrap();
        let used = generator.clone().using(step);
        assert_eq!(used.takes(&key, &code, made), None);
        let next = generator.shows(&key, seconds(9_000_030));
        assert!(used.takes(&key, &next, seconds(9_000_030)).is_some());
        assert_eq!(generator.takes(&Secret::new([4; 32]), &code, made), None);
        for wrong in ["", "000", "0000000", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(generator.takes(&key, wrong, made), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_is_told_everything_in_one_link() {
        let made = Generator::of("salt".to_owned());
        let key = Secret::new([0; 32]);
        let enrolment = made.enrolment(&key, "id".to_owned(), "Cairo & co", "ada");
        let secret = enrolment.secret.expose();
        assert_eq!(secret.len(), 32);
        assert_eq!(
            *enrolment.link.expose(),
            format!(
                "otpauth://totp/AuroraSOC%20Cairo%20%26%20co:ada?secret={secret}&issuer=AuroraSOC%20Cairo%20%26%20co"
            )
        );
        assert!(!format!("{enrolment:?}").contains(secret.as_str()));
    }

    proptest! {
        /// Whatever codes are tried in whatever order, no step is taken twice and none goes back.
        #[test]
        fn steps_only_grow(tries in prop::collection::vec((0_i64..400, -2_i64..3), 1..60)) {
            let key = Secret::new([7; 32]);
            let mut generator = Generator::of("s".to_owned());
            let mut last = i64::MIN;
            for (time, offset) in tries {
                let now = seconds(90_000 + time);
                let code = generator.shows(&key, seconds(90_000 + time + offset * 30));
                if let Some(step) = generator.takes(&key, &code, now) {
                    prop_assert!(step > last);
                    prop_assert!((step - now.as_millis() / 30_000).abs() <= 1);
                    last = step;
                    generator = generator.using(step);
                }
            }
        }
    }
}
