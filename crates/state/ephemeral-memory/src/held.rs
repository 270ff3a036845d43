//! Keys with their time, as a plain structure.

use std::collections::HashMap;
use std::time::Duration;

use aurora_ephemeral::Error;
use aurora_model::Scope;
use bytes::Bytes;

/// What a key is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Value,
    Counter,
    Lock,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Value(Bytes),
    /// A counter's sum or a lock's token.
    Number(u64),
}

type Key = (Scope, Kind, String);

/// Everything that has not expired, and what has since nobody looked.
#[derive(Debug)]
pub(crate) struct Keys {
    kept: HashMap<Key, (Held, Duration)>,
    most: usize,
    /// At how many keys those that have expired are taken out.
    sweep_at: usize,
}

const FEWEST: usize = 1_024;

impl Keys {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            kept: HashMap::new(),
            most,
            sweep_at: FEWEST.min(most),
        }
    }

    /// What stands there at `now`, and how long it still will.
    pub(crate) fn get(
        &self,
        scope: &Scope,
        kind: Kind,
        key: &str,
        now: Duration,
    ) -> Option<(&Held, Duration)> {
        let (held, until) = self.kept.get(&(scope.clone(), kind, key.to_owned()))?;
        let left = until.checked_sub(now).filter(|left| !left.is_zero())?;
        Some((held, left))
    }

    /// Sweeping at twice what was left keeps the cost of a key constant.
    pub(crate) fn put(
        &mut self,
        (scope, kind, key): (&Scope, Kind, &str),
        held: Held,
        until: Duration,
        now: Duration,
    ) -> Result<(), Error> {
        let key = (scope.clone(), kind, key.to_owned());
        if !self.kept.contains_key(&key) && self.kept.len() >= self.sweep_at {
            self.kept.retain(|_, (_, until)| *until > now);
            if self.kept.len() >= self.most {
                return Err(Error::Full { most: self.most });
            }
            self.sweep_at = (self.kept.len() * 2).max(FEWEST).min(self.most);
        }
        self.kept.insert(key, (held, until));
        Ok(())
    }

    pub(crate) fn remove(&mut self, scope: &Scope, kind: Kind, key: &str) {
        self.kept.remove(&(scope.clone(), kind, key.to_owned()));
    }
}
