use std::sync::Arc;

use aurora_bus::BusHandle;
use aurora_clock::Clock;
use aurora_model::Scope;
use aurora_records::Records;
use aurora_telemetry::{Metric, Metrics};
use tokio::sync::Mutex;

use crate::reading::Reading;
use crate::transit::Transit;
use crate::{Error, Options, Report};

/// Reads the ledgers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) options: Options,
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    /// Kept between reports, so that a long queue is walked once.
    transit: Arc<Mutex<Transit>>,
}

impl Handle {
    pub(crate) fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let transit = Arc::new(Mutex::new(Transit::new()));
        Self {
            options,
            scope,
            bus,
            records,
            clock,
            transit,
        }
    }

    /// Both ledgers of a scope. The site's services keep one for all that passes through them, in
    /// the scope that this was made with; any other is empty.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn report(&self, scope: &Scope) -> Result<Report, Error> {
        if *scope != self.scope {
            return Ok(Report {
                at: self.clock.now(),
                settled: true,
                ..Report::default()
            });
        }
        let mut transit = self.transit.lock().await;
        let mut latest = Reading::default();
        for _ in 0..self.options.tries {
            transit.begin(&self.bus).await?;
            let reading = Reading::take(self.records.as_ref(), &self.scope).await?;
            if transit.follow(&self.bus).await? {
                return Ok(Report::of(&reading, &transit, self.clock.now(), true));
            }
            latest = reading;
        }
        Ok(Report::of(&latest, &transit, self.clock.now(), false))
    }

    /// Sets the ledgers' metrics.
    ///
    /// # Errors
    /// As [`Handle::report`].
    pub async fn show(&self, metrics: &Metrics) -> Result<(), Error> {
        let report = self.report(&self.scope).await?;
        if !report.settled {
            return Ok(());
        }
        let set = |metric, labels: &[&str], to: u64| {
            metrics.set(metric, labels, i64::try_from(to).unwrap_or(i64::MAX));
        };
        for (source, ledger) in &report.sources {
            let source = [source.as_str()];
            set(Metric::RecordsReceived, &source, ledger.received);
            set(Metric::RecordsStored, &source, ledger.stored);
            set(Metric::RecordsDeduplicated, &source, ledger.deduplicated);
            set(Metric::RecordsDropped, &source, ledger.dropped);
            set(Metric::RecordsDeadLettered, &source, ledger.dead_lettered);
            set(Metric::RecordsInFlight, &source, ledger.in_flight);
            set(Metric::EventsStored, &source, ledger.events);
        }
        set(Metric::Matches, &[], report.matches.matches);
        set(Metric::AlertsOpened, &[], report.matches.alerts);
        set(Metric::MatchesGrouped, &[], report.matches.grouped);
        set(Metric::MatchesSuppressed, &[], report.matches.suppressed);
        for (ledger, difference) in [
            ("records", report.total.difference()),
            ("matches", report.matches.difference()),
        ] {
            let end = if difference < 0 { i64::MIN } else { i64::MAX };
            let difference = i64::try_from(difference).unwrap_or(end);
            metrics.set(Metric::LedgerDifference, &[ledger], difference);
        }
        Ok(())
    }

    pub(crate) async fn show_for_ever(&self, metrics: &Metrics) -> Result<(), Error> {
        let mut tick = tokio::time::interval(self.options.refresh);
        loop {
            tick.tick().await;
            self.show(metrics).await?;
        }
    }
}
