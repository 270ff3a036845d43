use aurora_clock::Timestamp;
use aurora_ids::{Derive, Id128};
use aurora_model::EventUid;

use crate::input::LateWindow;
use crate::{GroupKey, Namespace};

/// Contributing events that an alert names; its `count` counts all.
pub const MAX_EVIDENCE: usize = 100;

/// What the service has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A condition came to hold. Published as soon as the shard knows; what arrives within the
    /// allowed lateness may still amend it, as a rule once, or withdraw it.
    Fired(Alert),
    /// The alert `was` is in truth this one.
    Amended {
        was: Withdrawn,
        alert: Alert,
    },
    /// The alert should not have been: an event that came out of order shows that the condition
    /// had held all along, or an average was another.
    Withdrawn(Withdrawn),
    /// Judge windows again from the event store.
    Late(LateWindow),
    BoundReached(BoundReached),
}

/// H(correlation and revision, group, first contributing event): no two alerts share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertKey(pub Id128);

/// A window whose condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub correlation: Namespace,
    pub group: GroupKey,
    pub key: AlertKey,
    /// The end of the window: the time of its last contributing event, or for conditions about
    /// complete windows the window's last millisecond.
    pub at: Timestamp,
    /// Times of the first and last contributing events.
    pub first: Timestamp,
    pub last: Timestamp,
    /// Contributing events: all of the window for counts and numbers; the latest of each value or
    /// base for `value_count` and `temporal`; the chain for `temporal_ordered`.
    pub count: u64,
    /// What the condition was put to: the count, the sum, …; the number of bases for temporal kinds.
    pub figure: f64,
    /// The contributing events in order of time, at most [`MAX_EVIDENCE`]: the first half and the
    /// last half when there are more.
    pub evidence: Vec<EventUid>,
    /// A bound was reached, so that the figure is an estimate.
    pub approximate: bool,
    /// From a window judged again after a late arrival.
    pub late: bool,
}

/// What names an alert that was published.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawn {
    pub correlation: Namespace,
    pub group: GroupKey,
    pub key: AlertKey,
    pub at: Timestamp,
}

/// A bound was reached. Said once; again only after the use has fallen below half of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundReached {
    pub correlation: Namespace,
    /// `None` when it is the correlation's.
    pub group: Option<GroupKey>,
    pub bound: BoundKind,
    pub limit: usize,
    /// In event time.
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundKind {
    /// See [`crate::Bounds::groups`]; a group was given up.
    Groups,
    /// See [`crate::Bounds::events`].
    Events,
    /// See [`crate::Bounds::distinct`]; a sketch counts from here on.
    Distinct,
}

impl AlertKey {
    pub(crate) fn derive(correlation: Namespace, group: &GroupKey, first: EventUid) -> Self {
        let key = Derive::new("aurora.correlation.alert.v1")
            .part(correlation.0.as_bytes())
            .part(group.bytes())
            .part(first.0.as_bytes());
        Self(key.finish())
    }
}

impl Alert {
    pub fn named(&self) -> Withdrawn {
        Withdrawn {
            correlation: self.correlation,
            group: self.group.clone(),
            key: self.key,
            at: self.at,
        }
    }

    /// The alert as the event that an outer correlation sees.
    pub fn uid(&self) -> EventUid {
        EventUid(self.key.0)
    }
}
