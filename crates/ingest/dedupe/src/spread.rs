use std::hash::{BuildHasher, Hasher, RandomState};

/// Spreads keys over a table.
///
/// Keys are cryptographic hashes, so little is needed to place them. Who chooses the
/// content chooses its hash, and may look for many that begin alike; with a number that nobody
/// knows mixed in, they land apart all the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    secret: u64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            secret: RandomState::new().hash_one(0),
        }
    }
}

impl BuildHasher for Spread {
    type Hasher = Place;

    fn build_hasher(&self) -> Place {
        Place(self.secret)
    }
}

/// Takes a key's two halves, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(u64);

impl Hasher for Place {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    /// The finaliser of MurmurHash3, by Austin Appleby: every bit depends on every other.
    fn write_u64(&mut self, word: u64) {
        let mut mixed = self.0 ^ word;
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        self.0 = mixed ^ mixed >> 33;
    }

    /// A length in front of the bytes says nothing: all keys have the same.
    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Keys that differ in few bits, at either end, fill a table as evenly as any.
    #[test]
    fn alike_keys_land_apart() {
        let spread = Spread::default();
        for shift in [0, 40, 64, 100] {
            let places: HashSet<u64> = (0..4096_u128)
                .map(|n| spread.hash_one((n << shift).to_le_bytes()) >> 52)
                .collect();
            // Of 4,096 places about 63 in 100 are taken by as many keys.
            assert!(places.len() > 2300, "{shift}: {}", places.len());
        }
    }
}
