use crate::values::Values;

/// What one thread remembers of the event that it evaluates. Nothing is allocated for an event
/// once the largest has been seen.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) values: Values,
    pub(crate) known: Known,
    pub(crate) asleep: Asleep,
    /// Rules to be evaluated.
    pub(crate) woken: Vec<u32>,
    pub(crate) evaluated: u64,
}

/// What is known of each predicate.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The event's number times four, and one of the states below.
    states: Vec<u32>,
    event: u32,
}

const MET: u32 = 1;
const FALSE: u32 = 2;
const TRUE: u32 = 3;

/// Which rules have been woken.
#[derive(Debug, Default)]
pub(crate) struct Asleep {
    woken: Vec<u32>,
    event: u32,
}

impl Scratch {
    /// How many rules were evaluated since the start, of all that were put to events.
    pub fn evaluated(&self) -> u64 {
        self.evaluated
    }

    pub(crate) fn begin(&mut self, fields: usize, predicates: usize, rules: usize) {
        self.values.begin(fields);
        self.known.event += 4;
        if self.known.event >= u32::MAX - 8 || self.known.states.len() != predicates {
            self.known.states = vec![0; predicates];
            self.known.event = 4;
        }
        self.asleep.event = self.asleep.event.wrapping_add(1);
        if self.asleep.event == 0 || self.asleep.woken.len() != rules {
            self.asleep.woken = vec![0; rules];
            self.asleep.event = 1;
        }
    }
}

impl Known {
    fn state(&self, predicate: u32) -> u32 {
        self.states[predicate as usize].saturating_sub(self.event)
    }

    /// An anchor was found. `false` when that is no news.
    #[inline]
    pub fn meet(&mut self, predicate: u32, exact: bool) -> bool {
        let news = self.state(predicate) == 0;
        if news {
            self.states[predicate as usize] = self.event + if exact { TRUE } else { MET };
        }
        news
    }

    pub fn met(&self, predicate: u32) -> bool {
        self.state(predicate) != 0
    }

    pub fn get(&self, predicate: u32) -> Option<bool> {
        match self.state(predicate) {
            TRUE => Some(true),
            FALSE => Some(false),
            _ => None,
        }
    }

    pub fn set(&mut self, predicate: u32, holds: bool) {
        self.states[predicate as usize] = self.event + if holds { TRUE } else { FALSE };
    }
}

impl Asleep {
    #[inline]
    pub fn wake(&mut self, rule: u32) -> bool {
        let sleeping = self.woken[rule as usize] != self.event;
        self.woken[rule as usize] = self.event;
        sleeping
    }
}
