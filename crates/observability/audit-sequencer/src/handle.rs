use std::sync::{Arc, Mutex, PoisonError};

use aurora_audit::note::Signature;
use aurora_audit::{Folder, Signed, VerifierKey};
use aurora_disk::Disk;
use tokio::sync::{Notify, watch};

use crate::{Error, keep_cosignature};

/// What others ask of the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) head: watch::Receiver<Option<Signed>>,
    pub(crate) wanted: Arc<Notify>,
    /// Cosignatures of a witness may come from several sides.
    pub(crate) keeping: Arc<Mutex<()>>,
}

impl Handle {
    /// The newest durable checkpoint; none before the log is open.
    pub fn head(&self) -> Option<Signed> {
        self.head.borrow().clone()
    }

    /// [`keep_cosignature`], one at a time in this process.
    ///
    /// # Errors
    /// As [`keep_cosignature`].
    pub fn keep_cosignature(
        &self,
        disk: &dyn Disk,
        folder: &Folder,
        log: &VerifierKey,
        cosigned: &Signed,
        signature: Signature,
        witness: &VerifierKey,
    ) -> Result<(), Error> {
        let _alone = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        keep_cosignature(disk, folder, log, cosigned, signature, witness)
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
