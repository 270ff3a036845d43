//! Texts that were looked at and hold nothing, so that the next event with the same text costs one
//! look. Most texts of a site's events (its own hosts and addresses, its programs' hashes) come again
//! and again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use twox_hash::XxHash3_64;

use crate::observe::Reading;

/// Places; a text has one, and the last one that came has it.
const PLACES: usize = 1 << 14;
/// Longer texts are rare and seldom come again.
const LONGEST: usize = 200;

/// Belongs to the sets that were asked: with other sets there is another one.
///
/// A text is known by 64 bits under a seed that nobody outside knows, so that no text can be made
/// that passes for another.
#[derive(Debug)]
pub(crate) struct Clean {
    places: Box<[AtomicU64]>,
    seed: u64,
}

impl Default for Clean {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            seed: RandomState::new().hash_one(PLACES),
        }
    }
}

impl Clean {
    /// What the text is known by; `None` for one that is not remembered.
    #[inline]
    pub fn name(&self, reading: Reading, text: &str) -> Option<u64> {
        if text.len() > LONGEST {
            return None;
        }
        let seed = self.seed.wrapping_add(reading as u64);
        // 0 is a place that nobody has.
        Some(XxHash3_64::oneshot_with_seed(seed, text.as_bytes()) | 1)
    }

    #[inline]
    pub fn has(&self, name: u64) -> bool {
        self.place(name).load(Ordering::Relaxed) == name
    }

    #[inline]
    pub fn add(&self, name: u64) {
        self.place(name).store(name, Ordering::Relaxed);
    }

    #[inline]
    fn place(&self, name: u64) -> &AtomicU64 {
        // The upper bits: the lowest is always set.
        &self.places[(name >> 32) as usize % PLACES]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_is_known_as_what_it_was_read() {
        let clean = Clean::default();
        let name = clean.name(Reading::Host, "ws1.corp.example").unwrap();
        assert!(!clean.has(name));
        clean.add(name);
        assert!(clean.has(name));
        let other = clean.name(Reading::Url, "ws1.corp.example").unwrap();
        assert!(!clean.has(other));
        assert!(clean.name(Reading::Url, &"x".repeat(201)).is_none());
    }

    #[test]
    fn nobody_knows_the_seed() {
        let name = |clean: &Clean| clean.name(Reading::Ip, "192.0.2.1").unwrap();
        assert_ne!(name(&Clean::default()), name(&Clean::default()));
    }
}
