use aurora_clock::Timestamp;
use aurora_ids::Derive;

use crate::action::{Alert, AlertKey, Withdrawn};
use crate::entry::Entry;
use crate::figure::Rise;
use crate::key::GroupKey;
use crate::plan::Correlation;

/// An alert that was published and is not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The first contributing event: with correlation and group, the alert's key.
    pub first: [u64; 2],
    pub at: i64,
    /// When it is confirmed: `at`, or earlier where it turned out to be about an earlier moment.
    pub due: i64,
    /// Of all that was published.
    pub print: u64,
}

impl Sent {
    pub fn of(rise: &Rise, alert: &Alert) -> Self {
        Self {
            first: rise.first.uid,
            at: rise.at,
            due: rise.at,
            print: print(alert),
        }
    }

    /// Whether it says what the rise says now.
    pub fn is(&self, rise: &Rise, alert: &Alert) -> bool {
        self.first == rise.first.uid && self.at == rise.at && self.print == print(alert)
    }

    pub fn named(&self, it: &Correlation, group: &GroupKey) -> Withdrawn {
        let first = Entry {
            uid: self.first,
            ..Entry::MIN
        };
        Withdrawn {
            correlation: it.namespace,
            group: group.clone(),
            key: AlertKey::derive(it.namespace, group, first.uid()),
            at: Timestamp::from_millis(self.at),
        }
    }
}

/// Which published alert each rise is: the one with the same first event, else the first one left
/// whose window it shares.
pub(crate) fn pair(sent: &[Sent], rises: &[Rise], span: i64) -> Vec<Option<usize>> {
    let mut is_free = vec![true; sent.len()];
    let mut take = |fits: &dyn Fn(&Sent) -> bool| {
        let index = (0..sent.len()).find(|index| is_free[*index] && fits(&sent[*index]))?;
        is_free[index] = false;
        Some(index)
    };
    let mut pairs: Vec<Option<usize>> = rises
        .iter()
        .map(|rise| take(&|it| it.first == rise.first.uid))
        .collect();
    for (pair, rise) in pairs.iter_mut().zip(rises) {
        if pair.is_none() {
            *pair = take(&|it| (it.at - rise.at).abs() < span);
        }
    }
    pairs
}

fn print(alert: &Alert) -> u64 {
    let mut print = Derive::new("aurora.correlation.print.v1")
        .part(alert.key.0.as_bytes())
        .part(alert.at.as_millis().to_le_bytes())
        .part(alert.first.as_millis().to_le_bytes())
        .part(alert.last.as_millis().to_le_bytes())
        .number(alert.count)
        .number(alert.figure.to_bits())
        .number(alert.approximate.into());
    for uid in &alert.evidence {
        print.push(uid.0.as_bytes());
    }
    let bytes = *print.finish().as_bytes();
    let (half, _) = bytes.split_first_chunk::<8>().expect("16 are more than 8");
    u64::from_le_bytes(*half)
}
