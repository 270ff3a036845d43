//! What an authenticator app shows (RFC 6238: SHA-1, six digits, 30 s).

use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;

/// The code of the step that is so many after this one.
pub fn code(secret: &str, later: i64) -> String {
    // An app has a clock of its own.
    #[allow(clippy::disallowed_methods)]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let step = i64::try_from(now.as_secs()).unwrap() / 30 + later;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &read(secret));
    let hash = hmac::sign(&key, &step.to_be_bytes());
    let hash = hash.as_ref();
    let from = usize::from(hash[hash.len() - 1] & 15);
    let word: [u8; 4] = hash[from..from + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}

/// RFC 4648, base 32 without padding.
fn read(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = text.chars().map(|letter| LETTERS.find(letter).unwrap());
    let bits: Vec<usize> = letters
        .flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1))
        .collect();
    let bytes = bits.chunks_exact(8);
    bytes
        .map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | *bit as u8))
        .collect()
}
