//! What was worked out for the kinds of events seen so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aurora_plan::{Narrow, Plan};

/// More kinds of events than any log has; beyond it what is known is forgotten.
const MAX_ROUTES: usize = 4096;

/// What is known to all threads, by what tells one kind of event from another.
#[derive(Debug)]
pub(crate) struct Known<R: ?Sized>(Mutex<HashMap<Vec<u8>, Arc<R>>>);

/// What one thread has used.
#[derive(Debug)]
pub(crate) struct Routes<R: ?Sized> {
    used: HashMap<Vec<u8>, Arc<R>>,
    key: Vec<u8>,
    /// Of the event before: most are like it.
    last: Option<(Vec<u8>, Arc<R>)>,
}

/// Every section that knowing these fields cannot narrow.
pub(crate) fn whole(plan: &Plan, given: &[&str]) -> Vec<Option<Narrow>> {
    let whole = |section| (!plan.asks_for(section, given)).then(|| plan.whole(section));
    (0..plan.sections()).map(whole).collect()
}

impl<R: ?Sized> Default for Known<R> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<R: ?Sized> Known<R> {
    /// Two threads that ask at once may both make it: what they make is the same.
    fn get(&self, key: &[u8], make: impl FnOnce() -> Arc<R>) -> Arc<R> {
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = held().get(key) {
            return Arc::clone(route);
        }
        let route = make();
        let mut held = held();
        if held.len() >= MAX_ROUTES {
            held.clear();
        }
        held.insert(key.to_owned(), Arc::clone(&route));
        route
    }
}

impl<R: ?Sized> Default for Routes<R> {
    fn default() -> Self {
        Self {
            used: HashMap::new(),
            key: Vec::new(),
            last: None,
        }
    }
}

impl<R: ?Sized> Routes<R> {
    /// The route of an event that `identity` tells from events of other routes. These are of one
    /// rule set as long as `known` is.
    pub fn of(
        &mut self,
        known: &Known<R>,
        identity: impl FnOnce(&mut Vec<u8>),
        make: impl FnOnce() -> Arc<R>,
    ) -> &R {
        self.key.clear();
        identity(&mut self.key);
        let same = self.last.as_ref().is_some_and(|(key, _)| *key == self.key);
        if !same {
            let route = self.remembered(known, make);
            let key = self.last.take().map(|(key, _)| key);
            let key = std::mem::replace(&mut self.key, key.unwrap_or_default());
            self.last = Some((key, route));
        }
        let (_, route) = self.last.as_ref().expect("set above when it was not there");
        route
    }

    fn remembered(&mut self, known: &Known<R>, make: impl FnOnce() -> Arc<R>) -> Arc<R> {
        if let Some(route) = self.used.get(self.key.as_slice()) {
            return Arc::clone(route);
        }
        if self.used.len() >= MAX_ROUTES {
            self.used.clear();
        }
        let route = known.get(&self.key, make);
        self.used.insert(self.key.clone(), Arc::clone(&route));
        route
    }
}
