use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::Clock;
use aurora_indicators::IndicatorHandle;
use aurora_model::{Scope, Stream};
use aurora_records::{Records, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};

use crate::evaluate::{Evaluated, evaluate};
use crate::queue::Queue;
use crate::triage::State;
use crate::{Error, Options, RuleHandle, shuffle};

const CONSUMER: &str = "detect";
const SLOT: &str = "detect/events";
/// Messages evaluated and committed together.
const MESSAGES: usize = 8;

/// Evaluates every event against every rule that concerns it.
#[derive(Debug)]
pub struct Detector {
    bus: BusHandle,
    rules: RuleHandle,
    indicators: IndicatorHandle,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    queue: Queue,
}

impl Detector {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        rules: RuleHandle,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        let state = State {
            window: options.group_window,
            ..State::default()
        };
        let queue = Queue {
            scope,
            bus: bus.clone(),
            records,
            clock: clock.clone(),
            metrics: metrics.clone(),
            role: "detect",
            state,
        };
        Self {
            bus,
            rules,
            indicators: IndicatorHandle::default(),
            clock,
            metrics,
            queue,
        }
    }

    /// Looks for these indicators in every event as well.
    #[must_use]
    pub fn with_indicators(mut self, indicators: IndicatorHandle) -> Self {
        self.indicators = indicators;
        self
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        ConsumerOptions {
            name: CONSUMER.to_owned(),
            stream: Stream::Events,
            filters: Vec::new(),
            max_in_flight: 256,
            ack_wait: Duration::from_secs(600),
        }
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = self.floor().await?;
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = consumer.fetch(MESSAGES, Duration::from_millis(500)) => messages?,
            };
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            let fresh: Vec<_> = messages.into_iter().filter(|m| m.seq > floor).collect();
            if let Some(last) = fresh.last().map(|message| message.seq) {
                let evaluated = self.evaluate(fresh).await?;
                self.settle(evaluated, floor, last).await?;
                floor = last;
            }
            consumer.ack(&seqs).await?;
        }
        Ok(())
    }

    async fn floor(&self) -> Result<u64, Error> {
        let records = self.queue.records.as_ref();
        Ok(place::read(records, &self.queue.scope, SLOT).await?)
    }

    /// What the messages come to, in order of delivery, off the async threads.
    async fn evaluate(&self, messages: Vec<Delivery>) -> Result<Vec<Evaluated>, Error> {
        let force = self.rules.in_force();
        let indicators = self.indicators.clone();
        let (started, arrival) = (Instant::now(), self.clock.now());
        let evaluated = tokio::task::spawn_blocking(move || {
            messages
                .iter()
                .map(|message| evaluate(&force, &indicators, message, arrival))
                .collect()
        });
        let evaluated = evaluated.await.map_err(Error::Evaluation)?;
        self.metrics
            .observe(Metric::DetectSeconds, started.elapsed());
        Ok(evaluated)
    }

    /// Publishes what feeds correlations, then commits alerts, counts and checkpoint together. A
    /// crash in between publishes the same again, which the bus knows already.
    async fn settle(
        &mut self,
        evaluated: Vec<Evaluated>,
        floor: u64,
        last: u64,
    ) -> Result<(), Error> {
        let mut hits = Vec::new();
        let (mut messages, mut matched) = (Vec::new(), Vec::new());
        for one in evaluated {
            hits.extend(one.hits);
            matched.extend(one.matched);
            messages.extend(shuffle::messages(&self.queue.scope, one.feeds));
        }
        self.queue.publish(Stream::Matches, messages).await?;
        self.queue
            .commit(&hits, |change| change.move_place(SLOT, floor, last))
            .await?;
        self.rules.count(&matched);
        Ok(())
    }
}
