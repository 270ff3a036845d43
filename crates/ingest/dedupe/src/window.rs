use aurora_clock::Timestamp;
use aurora_model::{EventUid, Shard};

use crate::Options;
use crate::generation::Generation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fresh,
    Duplicate,
}

/// What was forgotten before its time because the window was full. Not zero means that a
/// duplicate may have passed as fresh: say so, and count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evicted {
    pub keys: u64,
}

/// The keys that one raw shard has seen.
///
/// Two generations: keys enter the current one; when it is as old as the window, or half of the
/// keys allowed, it becomes the previous one and the previous one goes. So a key is known for the
/// window at least and twice the window at most, unless it was [`Evicted`].
///
/// What happened since the last [`Window::committed`] is staged: it counts for the verdicts that
/// follow and can be taken back whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub(crate) shard: Shard,
    pub(crate) options: Options,
    pub(crate) marks: Marks,
    pub(crate) current: Generation,
    pub(crate) previous: Generation,
    pub(crate) staged: Staged,
    /// Stored slots that belong to no generation we know.
    pub(crate) litter: Vec<String>,
}

/// The small state, saved whole when a stage begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Number of the current generation; the previous one has the number before it.
    pub(crate) generation: u64,
    /// When the current generation began; absent before the first key.
    pub(crate) started: Option<Timestamp>,
    /// The latest time seen: the window's time never goes back.
    pub(crate) latest: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Staged {
    /// The marks before the first step.
    pub(crate) before: Option<Marks>,
    pub(crate) steps: Vec<Step>,
    pub(crate) evicted: Evicted,
}

/// What must be undone when a stage is discarded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// So many keys, one after another.
    Inserted(u32),
    /// The generation that went, with its number.
    Turned(u64, Generation),
}

impl Window {
    pub fn new(shard: Shard, options: Options) -> Self {
        Self {
            shard,
            options,
            marks: Marks::default(),
            current: Generation::default(),
            previous: Generation::default(),
            staged: Staged::default(),
            litter: Vec::new(),
        }
    }

    /// Fetches what the verdicts on these keys will need, for all of them at once: a look waits for
    /// memory, and many can wait together. To be called with a batch's keys before the first
    /// verdict; it changes nothing but the time that they take.
    pub fn touch(&self, keys: &[EventUid]) {
        let touched = keys.iter().fold(0, |all, key| {
            all ^ self.previous.touch(key) ^ self.current.touch(key)
        });
        std::hint::black_box(touched);
    }

    /// Whether `key` is new, and remembers it. `now` is the time at which the record was received:
    /// a property of the record, so that a replay comes to the same verdict. A time before the
    /// latest one counts as the latest one: after a clock ran ahead, keys are known for longer
    /// and never shorter.
    pub fn check_and_insert(&mut self, key: EventUid, now: Timestamp) -> Verdict {
        self.staged.before.get_or_insert(self.marks);
        self.marks.latest = self.marks.latest.max(now);
        self.turn_when_old();
        if self.previous.contains(&key) {
            return Verdict::Duplicate;
        }
        if self.current.len() >= (self.options.max_keys / 2).max(1) {
            if self.current.contains(&key) {
                return Verdict::Duplicate;
            }
            self.staged.evicted.keys += self.previous.len() as u64;
            self.turn(self.marks.latest);
        }
        if !self.current.insert(key) {
            return Verdict::Duplicate;
        }
        match self.staged.steps.last_mut() {
            Some(Step::Inserted(keys)) => *keys += 1,
            _ => self.staged.steps.push(Step::Inserted(1)),
        }
        Verdict::Fresh
    }

    fn turn_when_old(&mut self) {
        let now = self.marks.latest;
        let Some(started) = self.marks.started else {
            self.marks.started = Some(now);
            return;
        };
        let (age, window) = (now.since(started), self.options.window);
        if age >= window.saturating_mul(2) {
            // After so long a silence the generation that is closed now is old as well.
            self.turn(now);
            self.turn(now);
        } else if age >= window {
            // From its end and not from now, or a slow shard would remember for three windows.
            self.turn(started.plus(window));
        }
    }

    fn turn(&mut self, started: Timestamp) {
        // As many come as came: a table that must not grow moves no key twice.
        let next = Generation::with_room(self.current.len());
        let closed = std::mem::replace(&mut self.current, next);
        let gone = std::mem::replace(&mut self.previous, closed);
        let number = self.marks.generation.wrapping_sub(1);
        self.staged.steps.push(Step::Turned(number, gone));
        self.marks.generation += 1;
        self.marks.started = Some(started);
    }

    /// The stage is stored: its [`Window::delta`] was committed.
    pub fn committed(&mut self) {
        self.current.mark_stored(self.options.keys_per_slot);
        self.previous.mark_stored(self.options.keys_per_slot);
        self.staged = Staged::default();
        self.litter.clear();
    }

    /// Takes the stage back: the window is what it was after the last commit.
    pub fn discard(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        for step in staged.steps.into_iter().rev() {
            match step {
                Step::Inserted(keys) => (0..keys).for_each(|_| self.current.take_back()),
                Step::Turned(_, gone) => {
                    self.current = std::mem::replace(&mut self.previous, gone);
                }
            }
        }
        self.marks = staged.before.unwrap_or(self.marks);
    }

    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Keys held.
    pub fn len(&self) -> usize {
        self.current.len() + self.previous.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory held, about.
    pub fn bytes(&self) -> usize {
        self.current.bytes() + self.previous.bytes()
    }
}
