//! A records store that fails a worker at a chosen commit.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aurora_model::Context;
use aurora_records::testkit::Hook;
use aurora_records::{Change, Committed, Error, Records};

/// When it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nothing was written.
    Before,
    /// Everything was, but the worker does not learn of it.
    After,
}

/// Commits that succeed before the one that fails.
#[derive(Debug, Default)]
pub struct Fuse(Mutex<Option<(u32, Side)>>);

impl Fuse {
    pub fn arm(&self, fuse: Option<(u32, Side)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fuse;
    }

    fn burn(&self) -> Option<Side> {
        let mut fuse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *fuse {
            Some((0, side)) => Some(*side),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}

#[async_trait]
impl Hook for Fuse {
    async fn commit(
        &self,
        store: &dyn Records,
        context: &Context,
        change: Change,
    ) -> Result<Committed, Error> {
        match self.burn() {
            None => store.commit(context, change).await,
            Some(Side::Before) => Err(Error::Closed),
            Some(Side::After) => {
                store.commit(context, change).await?;
                Err(Error::Closed)
            }
        }
    }
}
