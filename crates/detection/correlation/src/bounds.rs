/// How much one correlation may hold. Reaching one is an
/// [`Action::BoundReached`](crate::Action::BoundReached), never silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Groups of one correlation in one shard. When a further one comes, the group whose window
    /// ends first is given up. Default 250,000.
    pub groups: usize,
    /// Events of one group; at least twice the threshold is always kept for counts. What gives way
    /// first is the allowed lateness of this group, which costs no exactness for timely events;
    /// then, for sums, averages and percentiles, the oldest events of the window, and the alert
    /// says `approximate`. Default 10,000.
    pub events: usize,
    /// Distinct values that `value_count` counts exactly; beyond, a sketch does, with a standard
    /// error of 2.3 % over the last 15/16 to 16/16 of the window, and the alert says
    /// `approximate`. Default 1,000.
    pub distinct: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            groups: 250_000,
            events: 10_000,
            distinct: 1_000,
        }
    }
}

impl Bounds {
    /// The same bounds for a correlation whose groups are spread over so many shards, with room for
    /// twice an even share.
    #[must_use]
    pub fn per_shard(self, shards: usize) -> Self {
        let share = self.groups.saturating_mul(2) / shards.max(1);
        Self {
            groups: share.clamp(1, self.groups.max(1)),
            ..self
        }
    }
}
