//! A consumer that can be left in the middle: what it gave out and nobody settled goes back.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::{Consumer, Delivery, Error};

/// Remembers what is out. Whoever ends the work on it says [`Tracked::give_back`]: the next owner is
/// then given that first, in order, and a later return to it finds nothing taken for granted.
#[derive(Debug)]
pub struct Tracked {
    consumer: Box<dyn Consumer>,
    out: Mutex<BTreeSet<u64>>,
}

impl Tracked {
    pub fn new(consumer: Box<dyn Consumer>) -> Self {
        Self {
            consumer,
            out: Mutex::default(),
        }
    }

    /// Nothing is out afterwards; a bus that is closed has it back already.
    ///
    /// # Errors
    /// When the bus fails.
    pub async fn give_back(&self) -> Result<(), Error> {
        let out: Vec<u64> = self.change(std::mem::take).into_iter().collect();
        if out.is_empty() {
            return Ok(());
        }
        match self.consumer.nak(&out).await {
            Err(Error::Closed) => Ok(()),
            told => told,
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeSet<u64>) -> T) -> T {
        // Nothing under this lock panics half way through a change.
        change(&mut self.out.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn settled(&self, seqs: &[u64]) {
        self.change(|out| {
            for seq in seqs {
                out.remove(seq);
            }
        });
    }
}

#[async_trait]
impl Consumer for Tracked {
    async fn fetch(&self, max: usize, wait: Duration) -> Result<Vec<Delivery>, Error> {
        let some = self.consumer.fetch(max, wait).await?;
        self.change(|out| out.extend(some.iter().map(|message| message.seq)));
        Ok(some)
    }

    async fn ack(&self, seqs: &[u64]) -> Result<(), Error> {
        self.consumer.ack(seqs).await?;
        self.settled(seqs);
        Ok(())
    }

    async fn nak(&self, seqs: &[u64]) -> Result<(), Error> {
        self.consumer.nak(seqs).await?;
        self.settled(seqs);
        Ok(())
    }
}
