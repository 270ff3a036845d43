//! What was worked out for the kinds of events seen so far.

use std::collections::HashMap;
use std::sync::Arc;

/// More kinds of events than any log has; beyond it what is known is forgotten.
const MAX_ROUTES: usize = 4096;

/// By what tells one kind of event from another.
#[derive(Debug)]
pub(crate) struct Routes<R: ?Sized> {
    known: HashMap<Vec<u8>, Arc<R>>,
    key: Vec<u8>,
    /// Of the event before: most are like it.
    last: Option<(Vec<u8>, Arc<R>)>,
}

impl<R: ?Sized> Default for Routes<R> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            key: Vec::new(),
            last: None,
        }
    }
}

impl<R: ?Sized> Routes<R> {
    /// The route of an event that `identity` tells from events of other routes.
    pub fn of(
        &mut self,
        identity: impl FnOnce(&mut Vec<u8>),
        make: impl FnOnce() -> Arc<R>,
    ) -> Arc<R> {
        self.key.clear();
        identity(&mut self.key);
        if let Some((key, route)) = &self.last
            && *key == self.key
        {
            return Arc::clone(route);
        }
        let route = self.remembered(make);
        let key = self.last.take().map(|(key, _)| key);
        let key = std::mem::replace(&mut self.key, key.unwrap_or_default());
        self.last = Some((key, Arc::clone(&route)));
        route
    }

    fn remembered(&mut self, make: impl FnOnce() -> Arc<R>) -> Arc<R> {
        if let Some(route) = self.known.get(self.key.as_slice()) {
            return Arc::clone(route);
        }
        if self.known.len() >= MAX_ROUTES {
            self.known.clear();
        }
        let route = make();
        self.known.insert(self.key.clone(), Arc::clone(&route));
        route
    }
}
