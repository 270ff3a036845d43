//! The count of what is received: every raw message once, by its header.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Consumer, ConsumerOptions, Delivery};
use aurora_model::ledger::RecordTerm;
use aurora_model::{Context, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records, place};
use tracing::{error, warn};

use crate::reading::LEDGER;
use crate::{Error, Handle};

/// The consumers' name, and the role's.
const NAME: &str = "ledger";
const IDLE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Count {
    batch: usize,
    scope: Scope,
    records: Arc<dyn Records>,
    consumer: Box<dyn Consumer>,
    /// Counted up to here.
    floor: u64,
    /// The place on record by our account; another ledger's commit makes ours fail.
    kept: u64,
    /// Delivered ahead of an older message that is still out.
    ahead: BTreeMap<u64, Delivery>,
}

impl Count {
    pub(crate) async fn open(handle: &Handle) -> Result<Self, Error> {
        let Handle {
            options,
            scope,
            bus,
            records,
            ..
        } = handle.clone();
        let batch = options.batch;
        let consumer = bus.header_consumer(consumer_options(Stream::Raw)).await?;
        let kept = place::read(records.as_ref(), &scope, LEDGER).await?;
        let mut floor = kept;
        let oldest = bus.stream(Stream::Raw).await?.first_seq;
        if oldest > floor + 1 {
            let uncounted = oldest - floor - 1;
            warn!(
                uncounted,
                "raw messages left the bus before the ledger could count them"
            );
            floor = oldest - 1;
        }
        let ahead = BTreeMap::new();
        Ok(Self {
            batch,
            scope,
            records,
            consumer,
            floor,
            kept,
            ahead,
        })
    }

    pub(crate) async fn run(mut self) -> Result<(), Error> {
        loop {
            let mut done = Vec::new();
            for delivery in self.consumer.fetch(self.batch, IDLE).await? {
                if delivery.seq <= self.floor {
                    done.push(delivery.seq);
                } else {
                    self.ahead.insert(delivery.seq, delivery);
                }
            }
            let (last, received) = self.in_order();
            if last > self.floor {
                done.extend(self.floor + 1..=last);
                self.commit(last, received).await?;
            }
            self.consumer.ack(&done).await?;
        }
    }

    /// What follows on the floor without a gap: its end, and its records by source.
    fn in_order(&mut self) -> (u64, BTreeMap<SourceName, u64>) {
        let mut received: BTreeMap<SourceName, u64> = BTreeMap::new();
        let mut last = self.floor;
        while let Some(next) = self.ahead.remove(&(last + 1)) {
            last = next.seq;
            match Header::from_bytes(&next.header) {
                Ok(header) => {
                    *received.entry(header.source).or_default() += u64::from(header.records);
                }
                // The normaliser gives it up with no records, so neither side counts any.
                Err(error) => error!(seq = next.seq, %error, "a raw header cannot be read"),
            }
        }
        (last, received)
    }

    async fn commit(
        &mut self,
        last: u64,
        received: BTreeMap<SourceName, u64>,
    ) -> Result<(), Error> {
        let mut change = Change::progress().move_place(LEDGER, self.kept, last);
        for (source, by) in received {
            change = change.count(RecordTerm::Received.counter(&source), by);
        }
        let context = Context::service(self.scope.clone(), NAME, "records received");
        self.records.commit(&context, change).await?;
        (self.floor, self.kept) = (last, last);
        Ok(())
    }
}

pub(crate) fn consumer_options(stream: Stream) -> ConsumerOptions {
    ConsumerOptions {
        name: NAME.to_owned(),
        stream,
        filters: Vec::new(),
        max_in_flight: 4096,
        ack_wait: Duration::from_secs(30),
    }
}
