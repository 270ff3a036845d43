//! Whether a site can be heard: its state by age, loss and echo of its beats.
//!
//! Age is measured from a beat's arrival on the receiver's own steady clock, never from what the
//! sender says of the time. Each beat promises when the next will come; how late it is, measured in
//! promised intervals, gives the accrual detector's phi (Hayashibara et al., 2004).

use std::collections::VecDeque;
use std::time::Duration;

/// phi from which a link is degraded, and from which it may be down.
const SUSPECT: f64 = 3.0;
const GONE: f64 = 8.0;
/// A link is not down before its last beat is that old.
const DOWN_AGE: Duration = Duration::from_secs(30);
/// Of the last beats, this share lost degrades a link.
const LOSS: f64 = 0.2;
/// Loss is not judged on fewer beats.
const JUDGED: u32 = 10;
/// Beats that loss is counted over.
const WINDOW: u32 = 30;
/// Below it five good beats heal a link; above it only a long run does, or a lossy link would flap.
const CALM: f64 = 0.05;
const GOOD: u32 = 5;
/// Within the window it leaves less than [`LOSS`].
const LONG_RUN: u32 = 25;
const SLOW_ECHO: Duration = Duration::from_secs(2);
/// A state is left for a better one only after that long.
const DWELL: Duration = Duration::from_secs(10);
/// Peers have that long to say whether they hear the site.
const PROBE: Duration = Duration::from_secs(3);
/// The spread of how late beats are, in intervals: no link is more regular, and none less is believed.
const SPREAD: (f64, f64) = (0.1, 0.3);
/// Before that share of its interval a beat was not due.
const EARLY: f64 = 0.5;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing can be said: at the start, and after this site slept or its clock jumped.
    #[default]
    Unknown,
    Healthy,
    Degraded,
    /// No beat comes, and no peer hears the site either.
    Down,
}

/// What has to be done about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Changed {
        from: State,
        to: State,
    },
    /// Ask peers whether they hear the site.
    Ask,
}

/// What is known of the way to one site.
#[derive(Clone, Debug, Default)]
pub struct Link {
    state: State,
    since: Duration,
    heard: Option<Duration>,
    /// Promised by the last beat.
    interval: Duration,
    /// How late beats were, in intervals.
    late: VecDeque<f64>,
    /// The last beats by number, newest in bit 0; 1 for those that came.
    came: u32,
    expected: u32,
    number: u64,
    /// Beats in a row.
    run: u32,
    echoes: VecDeque<Duration>,
    asked: Option<Duration>,
    /// When a peer said that it hears the site.
    via: Option<Duration>,
}

impl Link {
    pub fn state(&self) -> State {
        self.state
    }

    /// Since the last beat came.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        self.heard.map(|heard| now.saturating_sub(heard))
    }

    /// Whether some peer heard the site lately, though it may not be heard from here.
    pub fn is_heard_by_others(&self, now: Duration) -> bool {
        self.via.is_some_and(|at| now.saturating_sub(at) < DOWN_AGE)
    }

    /// What the last beat promised until the next.
    pub fn interval(&self) -> Option<Duration> {
        self.heard.map(|_| self.interval)
    }

    /// The 95th percentile of the last round trips.
    pub fn echo(&self) -> Option<Duration> {
        let mut echoes: Vec<Duration> = self.echoes.iter().copied().collect();
        echoes.sort_unstable();
        let place = echoes.len().saturating_sub(1) * 95 / 100;
        echoes.get(place).copied()
    }

    /// Nothing is known any more, least of all that the site is down.
    pub fn forget(&mut self, now: Duration) -> Option<Verdict> {
        *self = Self {
            state: self.state,
            ..Self::default()
        };
        self.turn(State::Unknown, now)
    }

    /// A beat came, with a number higher than any before.
    pub fn beat(&mut self, number: u64, interval: Duration, now: Duration) {
        if let (Some(age), false) = (self.age(now), self.interval.is_zero()) {
            let late = age.as_secs_f64() / self.interval.as_secs_f64();
            // One that was sent before it was due says nothing of how late beats are.
            if late >= EARLY {
                keep(&mut self.late, late);
            }
        }
        let steps = u32::try_from(number - self.number.min(number)).unwrap_or(u32::MAX);
        let first = self.heard.is_none() || self.number == 0 || steps == 0;
        let steps = if first { 1 } else { steps };
        self.came = self.came.checked_shl(steps).unwrap_or(0) | 1;
        self.expected = self.expected.saturating_add(steps).min(WINDOW);
        self.run = if steps == 1 { self.run + 1 } else { 1 };
        (self.heard, self.number, self.interval) = (Some(now), number, interval);
    }

    pub fn echoed(&mut self, took: Duration) {
        keep(&mut self.echoes, took);
    }

    /// A peer says that it hears the site.
    pub fn heard_by_another(&mut self, now: Duration) {
        self.via = Some(now);
    }

    /// Judges the link. `probers` says how many peers could be asked, `behind` whether records of
    /// the site are still missing here.
    pub fn judge(&mut self, probers: usize, behind: bool, now: Duration) -> Option<Verdict> {
        let dwelt = now.saturating_sub(self.since) >= DWELL;
        match self.state {
            State::Unknown if self.run >= 2 => self.turn(State::Degraded, now),
            State::Healthy if self.is_poor(now) => self.turn(State::Degraded, now),
            State::Down if self.run >= 2 && dwelt && !self.is_silent(now) => {
                // What was lost while it was down says nothing of the way that is there now.
                (self.came, self.expected) = (1, 1);
                self.late.clear();
                self.turn(State::Degraded, now)
            }
            State::Unknown | State::Degraded if self.is_silent(now) => self.ask(probers, now),
            State::Degraded if self.is_well() && !behind && dwelt && self.phi(now) < SUSPECT => {
                self.turn(State::Healthy, now)
            }
            _ => None,
        }
    }

    fn turn(&mut self, to: State, now: Duration) -> Option<Verdict> {
        let from = std::mem::replace(&mut self.state, to);
        if from == to {
            return None;
        }
        self.since = now;
        self.asked = None;
        if to == State::Down {
            self.run = 0;
        }
        Some(Verdict::Changed { from, to })
    }

    fn ask(&mut self, probers: usize, now: Duration) -> Option<Verdict> {
        match self.asked {
            _ if probers == 0 => self.turn(State::Down, now),
            None => {
                self.asked = Some(now);
                Some(Verdict::Ask)
            }
            Some(asked) if now.saturating_sub(asked) < PROBE => None,
            Some(asked) if self.via.is_some_and(|at| at >= asked) => {
                // The way is cut, the site is not: ask again.
                self.asked = Some(now);
                Some(Verdict::Ask)
            }
            Some(_) => self.turn(State::Down, now),
        }
    }

    fn is_silent(&self, now: Duration) -> bool {
        let age = match self.heard {
            Some(heard) => now.saturating_sub(heard),
            None => now.saturating_sub(self.since),
        };
        age >= DOWN_AGE && (self.heard.is_none() || self.phi(now) >= GONE)
    }

    fn is_poor(&self, now: Duration) -> bool {
        let slow = self.echo().is_some_and(|echo| echo > SLOW_ECHO);
        slow || self.phi(now) >= SUSPECT || (self.expected >= JUDGED && self.loss() >= LOSS)
    }

    fn is_well(&self) -> bool {
        let slow = self.echo().is_some_and(|echo| echo > SLOW_ECHO);
        let calm = self.loss() < CALM && self.run >= GOOD;
        !slow && (calm || self.run >= LONG_RUN)
    }

    /// The share of the last beats that did not come, 0 to 1.
    pub fn loss(&self) -> f64 {
        if self.expected == 0 {
            return 0.0;
        }
        let window = u32::MAX >> (u32::BITS - self.expected);
        let came = (self.came & window).count_ones();
        1.0 - f64::from(came) / f64::from(self.expected)
    }

    /// How unlikely it is that the next beat is still on its way: minus the logarithm of that chance.
    fn phi(&self, now: Duration) -> f64 {
        let Some(age) = self.age(now).filter(|_| !self.interval.is_zero()) else {
            return 0.0;
        };
        let waited = age.as_secs_f64() / self.interval.as_secs_f64();
        let count = self.late.len() as f64;
        let (mean, spread) = if self.late.len() < 3 {
            (1.0, SPREAD.1)
        } else {
            let mean = self.late.iter().sum::<f64>() / count;
            let square = self
                .late
                .iter()
                .map(|late| (late - mean).powi(2))
                .sum::<f64>();
            (mean.clamp(0.5, 1.5), (square / count).sqrt())
        };
        let distance = (waited - mean) / spread.clamp(SPREAD.0, SPREAD.1);
        -tail(distance).log10()
    }
}

/// The chance of a normal variable beyond `distance` standard deviations, by a logistic fit that is
/// good to about 1 % of its logarithm.
fn tail(distance: f64) -> f64 {
    let odds = (-distance * (1.5976 + 0.070_565_992 * distance * distance)).exp();
    match distance > 0.0 {
        true => (odds / (1.0 + odds)).max(f64::MIN_POSITIVE),
        false => 1.0 - 1.0 / (1.0 + odds),
    }
}

fn keep<T>(values: &mut VecDeque<T>, value: T) {
    if values.len() >= WINDOW as usize {
        values.pop_front();
    }
    values.push_back(value);
}
