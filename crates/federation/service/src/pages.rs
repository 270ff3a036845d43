//! Late alerts: people are told of those that are still open when all that their site has said is read.

use std::time::Duration;

use aurora_model::{Alert, AlertStatus, SiteId};
use aurora_records::{Change, Collection};

use crate::Error;
use crate::host::Host;
use crate::store;

/// Whoever cannot be read to the end is told of as it stands after that long.
const PATIENCE: Duration = Duration::from_secs(600);
/// Alerts of one commit.
const MOST: usize = 256;

impl Host {
    /// Takes those whose site misses nothing here any more.
    pub(crate) async fn page_late(&mut self) -> Result<(), Error> {
        let now = self.parts.clock.elapsed();
        let is_due = |(site, _): &&(SiteId, String), since: &Duration| {
            !self.mesh.is_behind(*site) || now.saturating_sub(*since) >= PATIENCE
        };
        let due = self.late.iter().filter(|(late, since)| is_due(late, since));
        let due: Vec<(SiteId, String)> = due.map(|(late, _)| late.clone()).take(MOST).collect();
        if due.is_empty() {
            return Ok(());
        }
        let mut change = Change::progress();
        for (site, id) in &due {
            if self.is_open(id).await? {
                change = change.page(id);
            }
            change = change.remove_slot(&store::open_key(*site, id));
        }
        self.commit(change, "all that their site said is read")
            .await?;
        for late in &due {
            self.late.remove(late);
        }
        Ok(())
    }

    async fn is_open(&self, id: &str) -> Result<bool, Error> {
        let (records, scope) = (self.records(), &self.parts.scope);
        let found = records.get(scope, Collection::Alerts, id).await?;
        let alert = found.and_then(|it| serde_json::from_value::<Alert>(it.body).ok());
        Ok(alert.is_some_and(|alert| alert.status != AlertStatus::Closed))
    }
}
