//! Keeps event batches and dead letters on the bus until their raw message's checkpoint has passed.
//!
//! The normaliser publishes what a raw message became, then commits. In between, or for as long as
//! it is down in between, a writer may have stored and counted some of it already, while the raw
//! message is still in flight. Only these headers tell which records are then counted twice.

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_bus::{BusHandle, Consumer};
use aurora_model::envelope::RawPosition;
use aurora_model::{Header, Stream};

use crate::count::consumer_options;
use crate::reading::Floors;
use crate::{Error, Handle};

const BATCH: usize = 256;
/// Between two looks at the checkpoints, while something waits for one.
const LOOK: Duration = Duration::from_millis(50);
const IDLE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Pin {
    consumer: Box<dyn Consumer>,
    /// By sequence: not acknowledged, as the raw message is not settled.
    held: BTreeMap<u64, RawPosition>,
}

impl Pin {
    pub(crate) async fn open(bus: &BusHandle, stream: Stream) -> Result<Self, Error> {
        let consumer = bus.header_consumer(consumer_options(stream)).await?;
        Ok(Self {
            consumer,
            held: BTreeMap::new(),
        })
    }

    pub(crate) async fn run(mut self, handle: &Handle) -> Result<(), Error> {
        loop {
            let wait = if self.held.is_empty() { IDLE } else { LOOK };
            let mut done = Vec::new();
            for delivery in self.consumer.fetch(BATCH, wait).await? {
                let header = Header::from_bytes(&delivery.header).ok();
                match header.and_then(|header| header.raw) {
                    Some(raw) => drop(self.held.insert(delivery.seq, raw)),
                    None => done.push(delivery.seq),
                }
            }
            if !self.held.is_empty() {
                let floors = Floors::read(handle.records.as_ref(), &handle.scope).await?;
                let settled = |raw: &RawPosition| floors.settled(raw);
                done.extend(
                    self.held
                        .iter()
                        .filter(|(_, raw)| settled(raw))
                        .map(|(seq, _)| seq),
                );
                self.held.retain(|_, raw| !settled(raw));
            }
            self.consumer.ack(&done).await?;
        }
    }
}
