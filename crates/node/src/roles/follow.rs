//! A process beside the site follows what people decide there: which rules are in force, and which
//! indicators.

use std::time::Duration;

use aurora_model::Scope;
use aurora_records::{Collection, Query, Records};
use tracing::{info, warn};

use super::Parts;
use crate::Error;

const EVERY: Duration = Duration::from_secs(2);

/// What was decided when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    /// Versions of rules that there ever were.
    rules: u64,
    /// Every source of indicators, with the version of its entry.
    indicators: Vec<(String, u64)>,
}

impl Decided {
    pub(crate) async fn read(records: &dyn Records, scope: &Scope) -> Result<Self, Error> {
        let query = Query::of(Collection::RuleVersions).limit(0);
        let rules = records.list(scope, &query).await?.total;
        let query = Query::of(Collection::IndicatorSets).limit(Query::MAX_LIMIT);
        let sets = records.list(scope, &query).await?.documents.into_iter();
        Ok(Self {
            rules,
            indicators: sets.map(|set| (set.id, set.version)).collect(),
        })
    }
}

/// Follows from what was `decided` before rules and indicators were read.
pub(crate) fn start(parts: &Parts, mut decided: Decided) {
    let parts = parts.clone();
    parts.tasks.clone().spawn("decisions", async move {
        let shutdown = parts.tasks.shutdown();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok::<_, Error>(()),
                () = tokio::time::sleep(EVERY) => {}
            }
            let records = parts.adapters.records.as_ref();
            let now = Decided::read(records, &parts.scope).await?;
            if now.rules != decided.rules {
                reload(&parts).await;
            }
            if now.indicators != decided.indicators
                && let Err(error) = parts.indicators.load().await
            {
                let error = aurora_tasks::chain(&error);
                warn!(
                    error,
                    "indicators cannot be read; those from before stay in force"
                );
            }
            decided = now;
        }
    });
}

/// The rules from before stay in force when the new ones cannot be read.
async fn reload(parts: &Parts) {
    let rules = parts.rules.clone();
    let reloaded = tokio::task::spawn_blocking(move || rules.reload()).await;
    match reloaded {
        Ok(Ok(())) => info!("other rules are in force"),
        Ok(Err(error)) => {
            let error = aurora_tasks::chain(&error);
            warn!(
                error,
                "rules cannot be read; those from before stay in force"
            );
        }
        Err(error) => warn!(%error, "the reading of rules was cut off"),
    }
}
