//! Distinct values beyond what is counted exactly: HyperLogLog (Flajolet et al. 2007, with Ertl's
//! improved estimator, 2017) in buckets of a sixteenth of the timespan.
//!
//! Only buckets that lie wholly within the window count, so that no event outside it can make an
//! alert; the price is that up to a sixteenth of the window's oldest end is not counted.

use std::collections::BTreeMap;

use crate::entry::Entry;
use crate::figure::Rise;
use crate::sweep::ARMED;

const BITS: u32 = 11;
pub(crate) const REGISTERS: usize = 1 << BITS;
/// The highest rank that a register can hold.
pub(crate) const MAX_RANK: u8 = (64 - BITS + 1) as u8;
const BUCKETS: i64 = 16;

#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// Milliseconds of a bucket.
    width: i64,
    span: i64,
    /// The latest time seen.
    pub tick: i64,
    /// As in [`crate::sweep::Sweep::hold`].
    pub hold: i64,
    buckets: BTreeMap<i64, Bucket>,
    /// Buckets that the store has and that are no more.
    gone: Vec<i64>,
    /// Of the buckets from `low` on.
    union: Registers,
    low: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// Its first event.
    pub first: Entry,
    pub last: i64,
    pub registers: Registers,
    is_dirty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registers {
    ranks: Box<[u8]>,
    /// How many registers hold each rank, so that an estimate need not read all.
    histogram: [u32; MAX_RANK as usize + 1],
}

impl Sketch {
    pub fn new(span: i64, tick: i64, hold: i64) -> Self {
        Self {
            width: (span / BUCKETS).max(1),
            span,
            tick,
            hold,
            buckets: BTreeMap::new(),
            gone: Vec::new(),
            union: Registers::new(),
            low: i64::MIN,
        }
    }

    /// Counts an event, and says when the window that ends with it has come to hold `need` values.
    pub fn take(&mut self, entry: &Entry, need: u64) -> Option<Rise> {
        self.tick = self.tick.max(entry.time);
        self.add(entry);
        self.slide();
        let estimate = self.union.estimate();
        if estimate < need as f64 {
            if self.tick >= self.hold {
                self.hold = ARMED;
            }
            return None;
        }
        if self.hold != ARMED {
            return None;
        }
        let first = self.buckets.range(self.low..).next()?.1.first;
        let last = self.buckets.values().next_back()?.last;
        self.hold = first.time + self.span;
        Some(Rise {
            at: self.tick,
            first,
            last,
            count: estimate.round() as u64,
            figure: estimate.round(),
            evidence: vec![first.uid(), entry.uid()],
        })
    }

    pub fn add(&mut self, entry: &Entry) {
        let index = entry.time.div_euclid(self.width);
        if index < lowest(self.tick, self.span, self.width) {
            return;
        }
        let bucket = self.buckets.entry(index).or_insert_with(|| Bucket {
            first: *entry,
            last: entry.time,
            registers: Registers::new(),
            is_dirty: true,
        });
        bucket.first = bucket.first.min(*entry);
        bucket.last = bucket.last.max(entry.time);
        bucket.is_dirty = true;
        bucket.registers.add(entry.item);
        if index >= self.low {
            self.union.add(entry.item);
        }
    }

    /// Lets go of buckets that are not wholly within the window any more.
    fn slide(&mut self) {
        let low = lowest(self.tick, self.span, self.width);
        if low == self.low {
            return;
        }
        self.low = low;
        let kept = self.buckets.split_off(&low);
        let gone = std::mem::replace(&mut self.buckets, kept);
        self.gone.extend(gone.into_keys());
        self.union = Registers::new();
        for bucket in self.buckets.values() {
            self.union.join(&bucket.registers);
        }
    }

    /// Index and bucket of each that changed, once.
    pub fn drain_dirty(&mut self) -> impl Iterator<Item = (i64, &Bucket)> {
        self.buckets.iter_mut().filter_map(|(index, bucket)| {
            std::mem::take(&mut bucket.is_dirty).then_some((*index, &*bucket))
        })
    }

    pub fn drain_gone(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.gone)
    }

    /// Every bucket that the store may have.
    pub fn names(&self) -> impl Iterator<Item = i64> {
        self.buckets.keys().chain(&self.gone).copied()
    }

    pub fn buckets(&self) -> usize {
        self.buckets.len()
    }

    /// Puts back what [`Sketch::drain_dirty`] gave.
    pub fn restore(&mut self, index: i64, first: Entry, last: i64, registers: Registers) {
        let bucket = Bucket {
            first,
            last,
            registers,
            is_dirty: false,
        };
        self.buckets.insert(index, bucket);
        self.low = i64::MIN;
    }

    /// After everything was put back.
    pub fn restored(&mut self) {
        self.slide();
    }

    pub fn bytes(&self) -> usize {
        (self.buckets.len() + 1) * size_of::<Registers>() + self.buckets.len() * REGISTERS
    }
}

/// The first bucket that lies wholly within the window that ends at `tick`.
fn lowest(tick: i64, span: i64, width: i64) -> i64 {
    (tick - span).div_euclid(width) + 1
}

impl Registers {
    fn new() -> Self {
        let mut histogram = [0; MAX_RANK as usize + 1];
        histogram[0] = REGISTERS as u32;
        Self {
            ranks: vec![0; REGISTERS].into(),
            histogram,
        }
    }

    /// `None` when the bytes are no registers.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != REGISTERS || bytes.iter().any(|rank| *rank > MAX_RANK) {
            return None;
        }
        let mut histogram = [0; MAX_RANK as usize + 1];
        for rank in bytes {
            histogram[usize::from(*rank)] += 1;
        }
        Some(Self {
            ranks: bytes.into(),
            histogram,
        })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.ranks
    }

    fn add(&mut self, hash: u64) {
        let index = (hash >> (64 - BITS)) as usize;
        let rank = (hash << BITS).leading_zeros().min(64 - BITS) as u8 + 1;
        self.raise(index, rank);
    }

    fn join(&mut self, other: &Self) {
        for (index, rank) in other.ranks.iter().enumerate() {
            self.raise(index, *rank);
        }
    }

    fn raise(&mut self, index: usize, rank: u8) {
        let old = self.ranks[index];
        if rank > old {
            self.ranks[index] = rank;
            self.histogram[usize::from(old)] -= 1;
            self.histogram[usize::from(rank)] += 1;
        }
    }

    /// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6.
    fn estimate(&self) -> f64 {
        let registers = REGISTERS as f64;
        let last = usize::from(MAX_RANK);
        let mut z = registers * tau(1.0 - f64::from(self.histogram[last]) / registers);
        for rank in (1..last).rev() {
            z = 0.5 * (z + f64::from(self.histogram[rank]));
        }
        z += registers * sigma(f64::from(self.histogram[0]) / registers);
        let scale = 0.5 / std::f64::consts::LN_2;
        scale * registers * registers / z
    }
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Value;

    fn hash(n: u64) -> u64 {
        match Value::text([n.to_string().as_str()]) {
            Value::Text(hash) => hash,
            _ => 0,
        }
    }

    #[test]
    fn estimates_are_within_four_standard_errors() {
        let mut registers = Registers::new();
        let mut added = 0;
        for size in [1_u64, 10, 100, 1_000, 5_000, 20_000, 100_000] {
            while added < size {
                added += 1;
                registers.add(hash(added));
            }
            let error = (registers.estimate() - size as f64).abs() / size as f64;
            assert!(error < 4.0 * 0.023, "{size}: off by {error}");
        }
    }

    #[test]
    fn nothing_from_outside_the_window_is_counted() {
        let mut sketch = Sketch::new(1600, 0, ARMED);
        let entry = |time: i64, n: u64| Entry {
            time,
            uid: [n, n],
            item: hash(n),
        };
        for n in 0..3000 {
            sketch.take(&entry(50, n), u64::MAX);
        }
        assert!(sketch.union.estimate() > 2_700.0);
        sketch.take(&entry(1651, 1), u64::MAX);
        assert!((sketch.union.estimate() - 1.0).abs() < 0.1);
        let mut rebuilt = Registers::from_bytes(sketch.union.bytes()).unwrap();
        assert_eq!(rebuilt, sketch.union);
        rebuilt.add(hash(7_777));
        assert_ne!(rebuilt, sketch.union);
    }
}
