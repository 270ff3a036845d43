use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::EventUid;

use crate::{GroupKey, Namespace};

/// What happens to a shard, in the order of its log.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A base matched an event.
    Match(Match),
    /// A base no longer matches: an inner correlation took an alert back.
    Withdraw(Match),
    /// All events of this source up to `time` have been seen, but for those that are late. The
    /// shard's progress is that of the slowest source that is not idle; each correlation's
    /// watermark is the allowed lateness behind it. Where correlations build on others, it is best
    /// moved in steps no larger than the allowed lateness, with what the inner ones say applied
    /// between: after a larger leap that comes late for the outer ones.
    Watermark { source: u32, time: Timestamp },
    /// Nobody waits for this source until it has progress again. When all are idle, the one that
    /// was furthest counts.
    Idle { source: u32 },
}

/// One event that a base of a correlation matched, reduced to what the correlation looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub correlation: Namespace,
    /// Which of the correlation's bases.
    pub base: u16,
    pub group: GroupKey,
    pub uid: EventUid,
    /// When it happened, as far as it is believed: a time far in the future of the event's arrival
    /// has been replaced by the arrival.
    pub time: Timestamp,
    /// What the event itself says. Where it differs from `time`, a copy of the event may have
    /// another `time`; it counts once nevertheless.
    pub claimed: Timestamp,
    pub value: Value,
}

/// A [`Match`] whose group is borrowed: to look a known group up, nothing is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchRef<'m> {
    pub correlation: Namespace,
    pub base: u16,
    /// As [`GroupKey::bytes`] gives them; a group that is none is a stray.
    pub group: &'m [u8],
    pub uid: EventUid,
    pub time: Timestamp,
    pub claimed: Timestamp,
    pub value: Value,
}

impl Match {
    pub fn view(&self) -> MatchRef<'_> {
        MatchRef {
            correlation: self.correlation,
            base: self.base,
            group: self.group.bytes(),
            uid: self.uid,
            time: self.time,
            claimed: self.claimed,
            value: self.value,
        }
    }
}

impl MatchRef<'_> {
    /// On its own; `group` is its group.
    pub(crate) fn to_match(self, group: &GroupKey) -> Match {
        Match {
            correlation: self.correlation,
            base: self.base,
            group: group.clone(),
            uid: self.uid,
            time: self.time,
            claimed: self.claimed,
            value: self.value,
        }
    }
}

/// What the event holds in the correlation's value field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// For kinds that look at none.
    None,
    /// For `value_count`: [`Value::text`] of the value or values.
    Text(u64),
    /// For the numeric kinds. One that is not finite is not counted.
    Number(f64),
}

impl Value {
    /// A value, or several that count together, by hash: among 1,000 distinct ones, two share
    /// theirs once in 10^13.
    pub fn text<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut hash = Derive::new("aurora.correlation.value.v1");
        for value in values {
            hash.push(value);
        }
        let bytes = *hash.finish().as_bytes();
        let (half, _) = bytes.split_first_chunk::<8>().expect("16 are more than 8");
        Self::Text(u64::from_le_bytes(*half))
    }
}

/// Something came, or was taken back, later than allowed: the windows it is in were judged without
/// it. [`crate::reevaluate`] judges them again from stored events.
#[derive(Clone, Debug, PartialEq)]
pub struct LateWindow {
    pub correlation: Namespace,
    pub group: GroupKey,
    /// What was not in the windows when they were judged; `true` for what was and must not be.
    pub arrivals: Vec<(Match, bool)>,
    /// Windows that end in `from..=until` are judged again; the shard judges later ones itself.
    pub from: Timestamp,
    pub until: Timestamp,
    /// Matches of the group in `read_from..=until` are what [`crate::reevaluate`] wants to be
    /// given.
    pub read_from: Timestamp,
}

impl LateWindow {
    /// Joins another one of the same group, so that a burst of late events is read once. Hands it
    /// back when it is of another group, or more than `gap` away.
    ///
    /// # Errors
    /// `other`, unchanged.
    pub fn join(&mut self, other: Self, gap: std::time::Duration) -> Result<(), Box<Self>> {
        let near =
            other.read_from <= self.until.plus(gap) && self.read_from <= other.until.plus(gap);
        if other.correlation != self.correlation || other.group != self.group || !near {
            return Err(Box::new(other));
        }
        self.arrivals.extend(other.arrivals);
        self.from = self.from.min(other.from);
        self.until = self.until.max(other.until);
        self.read_from = self.read_from.min(other.read_from);
        Ok(())
    }
}
