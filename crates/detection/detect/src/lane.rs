//! One part of the events, from its consumer to its checkpoint.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer as _, Delivery, End, Lease, Tracked};
use aurora_clock::Clock;
use aurora_indicators::IndicatorHandle;
use aurora_model::{Context, Scope, Stream};
use aurora_records::{Records, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tokio::sync::Semaphore;

use crate::detector::consumer;
use crate::evaluate::{Evaluated, evaluate};
use crate::openings::Openings;
use crate::queue::Queue;
use crate::sharing::{Hold, Part, ended};
use crate::triage::State;
use crate::{Error, Options, RuleHandle, shuffle};

/// A part's checkpoint.
const SLOT: &str = "detect/events";
/// Who owns a part.
const OWNER: &str = "detect/owner";
/// Messages evaluated and committed together.
const MESSAGES: usize = 8;
/// How long one request for messages stands.
const IDLE: Duration = Duration::from_secs(30);

/// What every lane of a process works with.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) rules: RuleHandle,
    pub(crate) indicators: IndicatorHandle,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Metrics,
    /// Evaluations at a time, over all lanes.
    pub(crate) room: Arc<Semaphore>,
}

#[derive(Debug)]
pub(crate) struct Lane {
    work: Arc<Work>,
    queue: Queue,
    consumer: Tracked,
    slot: String,
    /// The checkpoint as it is on record.
    kept: u64,
    /// Settled up to here, by this part's checkpoint or by that of the whole before there were parts.
    floor: u64,
}

impl Lane {
    /// Works on a part until `stop`, or until it has moved.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub(crate) async fn run(
        work: Arc<Work>,
        part: Part,
        lease: Lease,
        stop: Shutdown,
    ) -> Result<End, Error> {
        let mut lane = match Self::open(work, part, &lease).await {
            Ok(lane) => lane,
            Err(error) => return ended(Err(error)),
        };
        let worked = ended(lane.work_until(&stop).await);
        // Whoever works on it next is given them at once.
        let given = lane.consumer.give_back().await;
        let end = worked?;
        given?;
        Ok(end)
    }

    async fn open(work: Arc<Work>, part: Part, lease: &Lease) -> Result<Self, Error> {
        let (records, scope) = (work.records.as_ref(), &work.scope);
        let context = Context::service(scope.clone(), "detect", "a part of the events taken over");
        let owner = part.slot(OWNER);
        let last = Hold::last(records, scope, &owner).await?;
        let hold = Hold::take(records, &context, &owner, last.as_ref(), lease, Vec::new()).await?;
        let slot = part.slot(SLOT);
        let kept = place::read(records, scope, &slot).await?;
        let floor = kept.max(place::read(records, scope, SLOT).await?);
        let queue = Queue {
            scope: work.scope.clone(),
            bus: work.bus.clone(),
            records: work.records.clone(),
            clock: work.clock.clone(),
            metrics: work.metrics.clone(),
            role: "detect",
            state: State {
                window: work.options.group_window,
                ..State::default()
            },
            openings: Openings::default(),
            hold,
        };
        Ok(Self {
            consumer: Tracked::new(work.bus.consumer(consumer(part)).await?),
            work,
            queue,
            slot,
            kept,
            floor,
        })
    }

    async fn work_until(&mut self, stop: &Shutdown) -> Result<(), Error> {
        loop {
            let messages = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                messages = self.consumer.fetch(MESSAGES, IDLE) => messages?,
            };
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            let floor = self.floor;
            let fresh: Vec<_> = messages.into_iter().filter(|m| m.seq > floor).collect();
            if let Some(last) = fresh.last().map(|message| message.seq) {
                let evaluated = self.evaluate(fresh).await?;
                self.settle(evaluated, last).await?;
            }
            self.consumer.ack(&seqs).await?;
        }
    }

    /// What the messages come to, in order of delivery, off the async threads.
    async fn evaluate(&self, messages: Vec<Delivery>) -> Result<Vec<Evaluated>, Error> {
        let work = &self.work;
        let room = work.room.acquire().await;
        let _room = room.expect("the semaphore is never closed");
        let (force, indicators) = (work.rules.in_force(), work.indicators.clone());
        let (started, arrival) = (Instant::now(), work.clock.now());
        let evaluated = tokio::task::spawn_blocking(move || {
            messages
                .iter()
                .map(|message| evaluate(&force, &indicators, message, arrival))
                .collect()
        });
        let evaluated = evaluated.await.map_err(Error::Evaluation)?;
        work.metrics
            .observe(Metric::DetectSeconds, started.elapsed());
        Ok(evaluated)
    }

    /// Publishes what feeds correlations, then commits alerts, counts and checkpoint together. A
    /// crash in between publishes the same again, which the bus knows already.
    async fn settle(&mut self, evaluated: Vec<Evaluated>, last: u64) -> Result<(), Error> {
        let mut hits = Vec::new();
        let (mut messages, mut matched) = (Vec::new(), Vec::new());
        for one in evaluated {
            hits.extend(one.hits);
            matched.extend(one.matched);
            messages.extend(shuffle::messages(&self.work.scope, one.feeds));
        }
        self.queue.publish(Stream::Matches, messages).await?;
        let (slot, kept) = (self.slot.clone(), self.kept);
        self.queue
            .commit(&hits, |change| change.move_place(&slot, kept, last))
            .await?;
        (self.kept, self.floor) = (last, last);
        self.work.rules.count(&matched);
        Ok(())
    }
}
