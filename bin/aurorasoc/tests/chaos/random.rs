/// Choices that a seed repeats: SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// All of them, in some order.
    pub fn shuffled<T>(&mut self, all: impl Into<Vec<T>>) -> Vec<T> {
        let mut all = all.into();
        for last in (1..all.len()).rev() {
            let at = usize::try_from(self.below(last as u64 + 1)).unwrap();
            all.swap(last, at);
        }
        all
    }
}
