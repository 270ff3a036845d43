use std::sync::Arc;

use aurora_audit::Signed;
use tokio::sync::{Notify, watch};

use crate::Error;

/// What others ask of the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) head: watch::Receiver<Option<Signed>>,
    pub(crate) wanted: Arc<Notify>,
}

impl Handle {
    /// The newest durable checkpoint; none before the log is open.
    pub fn head(&self) -> Option<Signed> {
        self.head.borrow().clone()
    }

    /// Waits until the decision with this number is under a durable checkpoint, and gives it.
    /// Whoever must not answer before a decision can be proved answers then.
    ///
    /// # Errors
    /// [`Error::Closed`] when the service ends first.
    pub async fn proved(&self, seq: u64) -> Result<Signed, Error> {
        let mut head = self.head.clone();
        self.wanted.notify_one();
        let reached = head.wait_for(|head| {
            head.as_ref()
                .is_some_and(|head| head.checkpoint.size >= seq)
        });
        let reached = reached.await.map_err(|_| Error::Closed)?;
        reached.clone().ok_or(Error::Closed)
    }
}
