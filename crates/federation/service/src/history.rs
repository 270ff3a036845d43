//! How links were: a moment whenever a link's state or carrier changed, and every five minutes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_federation::link::State;
use aurora_model::SiteId;

use crate::Moment;

const KEPT: Duration = Duration::from_secs(24 * 3600);
const REGULARLY: Duration = Duration::from_secs(300);
/// A link that flaps must not take all memory: of so many moments the oldest go.
const MOST: usize = 50_000;

/// The last day. It ends with the process.
#[derive(Debug, Default)]
pub(crate) struct History {
    moments: VecDeque<Moment>,
    /// Of each link: what was noted last, and when on the steady clock.
    last: BTreeMap<SiteId, (Duration, State, Option<&'static str>)>,
}

impl History {
    pub fn note(&mut self, moment: Moment, steady: Duration) {
        let now = (moment.state, moment.carrier);
        let known = self.last.get(&moment.peer);
        let is_news = known.is_none_or(|(at, state, carrier)| {
            (*state, *carrier) != now || steady.saturating_sub(*at) >= REGULARLY
        });
        if !is_news {
            return;
        }
        self.last
            .insert(moment.peer, (steady, moment.state, moment.carrier));
        let begins = moment.at.minus(KEPT);
        self.moments.push_back(moment);
        let is_old = |moment: &Moment| moment.at < begins;
        while self.moments.len() > MOST || self.moments.front().is_some_and(is_old) {
            self.moments.pop_front();
        }
    }

    /// When the link's present state began.
    pub fn since(&self, peer: SiteId) -> Option<Timestamp> {
        let mut newest_first = self.moments.iter().rev().filter(|it| it.peer == peer);
        let newest = newest_first.next()?;
        let same = newest_first.take_while(|it| it.state == newest.state);
        Some(same.last().unwrap_or(newest).at)
    }

    pub fn moments(&self) -> Vec<Moment> {
        self.moments.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use aurora_ids::Id128;

    use super::*;

    fn moment(seconds: u64, state: State) -> (Moment, Duration) {
        let at = Duration::from_secs(seconds);
        let moment = Moment {
            at: Timestamp::from_millis(0).plus(at),
            peer: SiteId(Id128::from_bytes([1; 16])),
            state,
            carrier: None,
            rtt_ms: None,
            backlog_out: 0,
            backlog_in: 0,
        };
        (moment, at)
    }

    #[test]
    fn changes_and_five_minutes_are_noted_for_a_day() {
        let mut history = History::default();
        let mut note = |seconds, state| {
            let (moment, steady) = moment(seconds, state);
            history.note(moment, steady);
        };
        note(0, State::Healthy);
        note(1, State::Healthy);
        note(2, State::Degraded);
        note(301, State::Degraded);
        note(302, State::Degraded);
        let peer = SiteId(Id128::from_bytes([1; 16]));
        assert_eq!(history.moments().len(), 3);
        assert_eq!(history.since(peer), Some(Timestamp::from_millis(2_000)));
        let (moment, steady) = moment(24 * 3600 + 200, State::Down);
        history.note(moment, steady);
        assert_eq!(history.moments().len(), 2, "the first day is over");
    }
}
