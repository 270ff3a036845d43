//! Frames that came over another hub already.

use std::collections::BTreeSet;

/// Numbers that are remembered above the floor; what is further behind has come already.
const WINDOW: usize = 4096;

/// What of a site's frames has come. A frame is named by its sender's life and a number within it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    life: u64,
    /// Everything up to it counts as seen.
    floor: u64,
    above: BTreeSet<u64>,
}

impl Seen {
    /// Whether it comes for the first time; from then on it is known.
    pub(crate) fn is_new(&mut self, life: u64, number: u64) -> bool {
        if life != self.life {
            *self = Self {
                life,
                ..Self::default()
            };
        }
        if number <= self.floor || !self.above.insert(number) {
            return false;
        }
        if self.above.len() > WINDOW
            && let Some(lowest) = self.above.pop_first()
        {
            self.floor = lowest;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frame_is_new_once() {
        let mut seen = Seen::default();
        let came = [1, 2, 2, 5, 3, 1, 5, 4, 3].map(|number| seen.is_new(7, number));
        let new = [true, true, false, true, true, false, false, true, false];
        assert_eq!(came, new);
        assert!(seen.is_new(8, 1), "its sender began a new life");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut seen = Seen::default();
        let last = 3 * WINDOW as u64;
        assert!((1..=last).all(|number| seen.is_new(7, number)));
        assert_eq!(seen.above.len(), WINDOW);
        assert!((1..=last).all(|number| !seen.is_new(7, number)));
    }
}
