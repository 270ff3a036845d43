use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::Artifacts;
use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_ids::Derive;
use aurora_model::ledger::RecordTerm;
use aurora_model::{Action, Context, DeadLetter, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Collection, Guard, Records, place};
use aurora_tasks::Shutdown;
use bytes::Bytes;
use serde_json::{Value, json};
use tracing::error;

use crate::Error;
use crate::letter_bounds::BYTES_KEPT;
use crate::writer::consumer_options;

const CONSUMER: &str = "store-deadletter";
const SLOT: &str = "store/deadletter";

/// Raw bytes up to this size stand in the document; larger ones become artifacts.
pub const INLINE_BYTES: usize = 64 * 1024;

/// Keeps every record that was given up, so that it can be listed, shown and replayed.
#[derive(Debug)]
pub struct DeadLetterKeeper {
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    artifacts: Arc<dyn Artifacts>,
}

impl DeadLetterKeeper {
    pub fn new(
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        artifacts: Arc<dyn Artifacts>,
    ) -> Self {
        Self {
            scope,
            bus,
            records,
            artifacts,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer_options(CONSUMER, Stream::DeadLetter)
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or a store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = place::read(self.records.as_ref(), &self.scope, SLOT).await?;
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = consumer.fetch(16, Duration::from_millis(500)) => messages?,
            };
            for message in messages {
                if message.seq > floor {
                    self.keep(floor, &message).await?;
                    floor = message.seq;
                }
                consumer.ack(&[message.seq]).await?;
            }
        }
        Ok(())
    }

    async fn keep(&self, floor: u64, message: &Delivery) -> Result<(), Error> {
        let read = Header::from_bytes(&message.header)
            .and_then(|header| DeadLetter::decode(&header, &message.body).map(|l| (header, l)));
        let (header, letters) = match read {
            Ok(read) => read,
            Err(error) => {
                error!(seq = message.seq, %error, "a dead letter cannot be read");
                return self.settle(floor, message.seq, Change::progress()).await;
            }
        };
        let mut documents = Vec::with_capacity(letters.len());
        for letter in &letters {
            documents.push((
                identity(&header.scope, letter),
                self.document(&header, letter).await?,
            ));
        }
        let ids = documents.iter().map(|(id, _)| id.clone());
        let bytes = letters.iter().map(|letter| letter.raw.len() as u64).sum();
        let mut change = Change::decided(Action::on("dead_letter.keep", ids))
            .count(BYTES_KEPT.to_owned(), bytes);
        for (id, body) in documents {
            change = change.put(Collection::DeadLetters, &id, Guard::Any, body);
        }
        let mut counts: BTreeMap<&SourceName, u64> = BTreeMap::new();
        *counts.entry(&header.source).or_default() += u64::from(header.records);
        for (source, by) in counts {
            change = change.count(RecordTerm::DeadLettered.counter(source), by);
        }
        self.settle(floor, message.seq, change).await
    }

    async fn settle(&self, floor: u64, seq: u64, change: Change) -> Result<(), Error> {
        let context = Context::service(self.scope.clone(), "store", "keep what was given up");
        let change = change.move_place(SLOT, floor, seq);
        self.records.commit(&context, change).await?;
        Ok(())
    }

    async fn document(&self, header: &Header, letter: &DeadLetter) -> Result<Value, Error> {
        let mut body = serde_json::to_value(letter).expect("a dead letter is plain data");
        body["state"] = json!("waiting");
        body["bytes"] = json!(letter.raw.len());
        body["trace"] = json!(header.trace);
        if letter.raw.len() > INLINE_BYTES {
            let context = Context::service(header.scope.clone(), "store", "keep raw bytes");
            let digest = self
                .artifacts
                .put(&context, Bytes::copy_from_slice(&letter.raw))
                .await?;
            body["raw"] = Value::Null;
            body["artifact"] = json!(digest.to_string());
        }
        Ok(body)
    }
}

/// The same record given up twice is one dead letter.
fn identity(scope: &Scope, letter: &DeadLetter) -> String {
    let hash = Derive::new("aurora.deadletter.v1")
        .part(scope.to_string())
        .part(letter.origin.0.as_bytes())
        .number(letter.seq)
        .part(&letter.raw);
    hash.finish().to_string()
}
