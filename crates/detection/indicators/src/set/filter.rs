/// A split-block Bloom filter: each fingerprint sets one bit in each of the eight words of one
/// block of 256 bits, so that a question touches one cache line (Putze, Sanders, Singler 2007; the
/// same shape as Parquet's, with its salts).
#[derive(Debug, Default)]
pub(crate) struct Filter {
    blocks: Box<[Block]>,
}

type Block = [u32; 8];

const SALTS: Block = [
    0x47b6_137b,
    0x4497_4d91,
    0x8824_ad5b,
    0xa2b7_289d,
    0x7054_95c7,
    0x2df1_424b,
    0x9efc_4947,
    0x5c6b_fb31,
];

/// At 16 bits a value about one stranger in 1,500 passes.
const BITS: u64 = 16;
pub(crate) const BLOCK_BYTES: usize = 32;

impl Filter {
    pub fn sized(values: u64) -> Self {
        let blocks = (values * BITS).div_ceil(256).max(1);
        let blocks = usize::try_from(blocks).expect("a set holds fewer than 2^32 values");
        Self {
            blocks: vec![[0; 8]; blocks].into(),
        }
    }

    pub fn from_blocks(blocks: Vec<Block>) -> Self {
        Self {
            blocks: blocks.into(),
        }
    }

    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn place(&self, print: u64) -> usize {
        // The high half chooses the block, the low half the bits.
        (((print >> 32) * self.blocks.len() as u64) >> 32) as usize
    }

    pub fn insert(&mut self, print: u64) {
        let place = self.place(print);
        let mask = mask(print);
        for (word, bit) in self.blocks[place].iter_mut().zip(mask) {
            *word |= bit;
        }
    }

    #[inline]
    pub fn may_hold(&self, print: u64) -> bool {
        let Some(block) = self.blocks.get(self.place(print)) else {
            return false;
        };
        let mask = mask(print);
        let missing = block
            .iter()
            .zip(mask)
            .fold(0, |missing, (word, bit)| missing | (bit & !word));
        missing == 0
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
fn mask(print: u64) -> Block {
    SALTS.map(|salt| 1 << ((print as u32).wrapping_mul(salt) >> 27))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(number: u64) -> u64 {
        twox_hash::XxHash3_64::oneshot(&number.to_le_bytes())
    }

    #[test]
    fn what_is_in_is_found_and_few_others() {
        let mut filter = Filter::sized(10_000);
        (0..10_000).for_each(|number| filter.insert(print(number)));
        assert!((0..10_000).all(|number| filter.may_hold(print(number))));
        let strangers = (10_000..110_000).filter(|number| filter.may_hold(print(*number)));
        let passed = strangers.count();
        assert!(passed < 200, "{passed} of 100,000");
        assert!(!Filter::from_blocks(Vec::new()).may_hold(7));
    }
}
