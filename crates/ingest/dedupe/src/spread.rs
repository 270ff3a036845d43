use std::hash::{BuildHasher as _, RandomState};

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

impl Spread {
    /// The finaliser of MurmurHash3, by Austin Appleby: every bit depends on every other.
    pub(crate) fn of(self, key: u128) -> u64 {
        let (low, high) = (key as u64, (key >> 64) as u64);
        let mut mixed = self.secret ^ low ^ high.rotate_left(32);
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^ mixed >> 33
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
                .map(|n| spread.of(n << shift) >> 52)
                .collect();
            // Of 4,096 places about 63 in 100 are taken by as many keys.
            assert!(places.len() > 2300, "{shift}: {}", places.len());
        }
    }
}
