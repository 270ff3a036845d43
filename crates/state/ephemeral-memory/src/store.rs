use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Clock;
use aurora_ephemeral::{Counted, Ephemeral, Error, Fence, Hint, HintSender, Hints, check, hints};
use aurora_model::Scope;
use bytes::Bytes;

use crate::held::{Held, Keys, Kind};

/// Keys that are kept at a time. Whoever counts attempts of strangers must not run out of memory.
pub const MAX_KEYS: usize = 1_000_000;

/// Short-lived values of this process.
#[derive(Debug)]
pub struct MemoryEphemeral {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    keys: Keys,
    fences: HashMap<Scope, u64>,
    topics: HashMap<(Scope, String), HintSender>,
}

impl MemoryEphemeral {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::bounded(clock, MAX_KEYS)
    }

    /// With room for `most` keys.
    pub fn bounded(clock: Arc<dyn Clock>, most: usize) -> Self {
        let state = State {
            keys: Keys::new(most),
            fences: HashMap::new(),
            topics: HashMap::new(),
        };
        Self {
            clock,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ephemeral for MemoryEphemeral {
    async fn get(&self, scope: &Scope, key: &str) -> Result<Option<Bytes>, Error> {
        let (state, now) = (self.state(), self.clock.elapsed());
        Ok(match state.keys.get(scope, Kind::Value, key, now) {
            Some((Held::Value(value), _)) => Some(value.clone()),
            _ => None,
        })
    }

    async fn put(
        &self,
        scope: &Scope,
        key: &str,
        value: Bytes,
        time: Duration,
    ) -> Result<(), Error> {
        check(&value)?;
        let now = self.clock.elapsed();
        let place = (scope, Kind::Value, key);
        let mut state = self.state();
        state.keys.put(place, Held::Value(value), now + time, now)
    }

    async fn swap(
        &self,
        scope: &Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<Bytes>,
        time: Duration,
    ) -> Result<bool, Error> {
        check(value.as_deref().unwrap_or_default())?;
        let (mut state, now) = (self.state(), self.clock.elapsed());
        let found = match state.keys.get(scope, Kind::Value, key, now) {
            Some((Held::Value(value), _)) => Some(value.as_ref()),
            _ => None,
        };
        if found != expected {
            return Ok(false);
        }
        let place = (scope, Kind::Value, key);
        match value {
            Some(value) => state.keys.put(place, Held::Value(value), now + time, now)?,
            None => state.keys.remove(scope, Kind::Value, key),
        }
        Ok(true)
    }

    async fn count(
        &self,
        scope: &Scope,
        key: &str,
        by: u32,
        window: Duration,
    ) -> Result<Counted, Error> {
        let (mut state, now) = (self.state(), self.clock.elapsed());
        let (before, left) = match state.keys.get(scope, Kind::Counter, key, now) {
            Some((Held::Number(count), left)) => (*count, left),
            _ => (0, window),
        };
        let count = before.saturating_add(u64::from(by));
        if by > 0 {
            let place = (scope, Kind::Counter, key);
            state
                .keys
                .put(place, Held::Number(count), now + left, now)?;
        }
        Ok(Counted { count, left })
    }

    async fn reset(&self, scope: &Scope, key: &str) -> Result<(), Error> {
        self.state().keys.remove(scope, Kind::Counter, key);
        Ok(())
    }

    async fn lock(
        &self,
        scope: &Scope,
        name: &str,
        time: Duration,
    ) -> Result<Option<Fence>, Error> {
        let (mut state, now) = (self.state(), self.clock.elapsed());
        if state.keys.get(scope, Kind::Lock, name, now).is_some() {
            return Ok(None);
        }
        // Of the wall clock, so that a token after a restart is larger than those before it.
        let micros = u64::try_from(self.clock.now().as_millis()).unwrap_or(0) * 1_000;
        let last = state.fences.get(scope).copied().unwrap_or(0);
        let fence = micros.max(last + 1);
        let place = (scope, Kind::Lock, name);
        state
            .keys
            .put(place, Held::Number(fence), now + time, now)?;
        state.fences.insert(scope.clone(), fence);
        Ok(Some(Fence(fence)))
    }

    async fn renew(
        &self,
        scope: &Scope,
        name: &str,
        fence: Fence,
        time: Duration,
    ) -> Result<bool, Error> {
        let (mut state, now) = (self.state(), self.clock.elapsed());
        let held = state.keys.get(scope, Kind::Lock, name, now);
        if !matches!(held, Some((Held::Number(number), _)) if *number == fence.0) {
            return Ok(false);
        }
        let place = (scope, Kind::Lock, name);
        state
            .keys
            .put(place, Held::Number(fence.0), now + time, now)?;
        Ok(true)
    }

    async fn unlock(&self, scope: &Scope, name: &str, fence: Fence) -> Result<bool, Error> {
        let (mut state, now) = (self.state(), self.clock.elapsed());
        let held = state.keys.get(scope, Kind::Lock, name, now);
        let ours = matches!(held, Some((Held::Number(number), _)) if *number == fence.0);
        if ours {
            state.keys.remove(scope, Kind::Lock, name);
        }
        Ok(ours)
    }

    async fn publish(&self, scope: &Scope, topic: &str, hint: Bytes) -> Result<(), Error> {
        check(&hint)?;
        let mut state = self.state();
        let place = (scope.clone(), topic.to_owned());
        let deserted = match state.topics.get(&place) {
            Some(sender) => !sender.say(Hint::Said(hint)),
            None => false,
        };
        if deserted {
            state.topics.remove(&place);
        }
        Ok(())
    }

    async fn subscribe(&self, scope: &Scope, topic: &str) -> Result<Hints, Error> {
        let mut state = self.state();
        let place = (scope.clone(), topic.to_owned());
        if let Some(sender) = state.topics.get(&place) {
            return Ok(sender.listen());
        }
        let (sender, listener) = hints();
        state.topics.insert(place, sender);
        Ok(listener)
    }
}
