//! Letting go of events, and what that means for batches that come again.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_events::{Error, Row};
use aurora_ids::{Derive, Id128};
use aurora_model::{BatchId, Scope, SiteId, SourceName};

use crate::client::{Access, Client};
use crate::columns::Columns;
use crate::compile::{Compiled, scoped};
use crate::parameters::Parameters;
use crate::read::{Int, rows};

const DAY_MS: i64 = 86_400_000;

/// How often each source was removed.
///
/// The engine stores a batch once per deduplication token. A source that was removed and is imported
/// again brings the same batches, so the number of removals is part of the token.
#[derive(Debug, Default)]
pub(crate) struct Removals {
    counts: Mutex<HashMap<(Id128, String, String), u64>>,
}

impl Removals {
    pub(crate) async fn load(client: &Client, limit: Duration) -> Result<Self, Error> {
        let statement = "SELECT lower(hex(site)), tenant, source, count() FROM aurora.removals \
             GROUP BY site, tenant, source FORMAT JSONCompactEachRow";
        let answer = client
            .run(statement, &Parameters::default(), Access::Read, limit)
            .await?;
        let found: Vec<(Id128, String, String, Int)> = rows(&answer.body)?;
        let counts = found
            .into_iter()
            .map(|(site, tenant, source, count)| ((site, tenant, source), count.count()));
        Ok(Self {
            counts: Mutex::new(counts.collect()),
        })
    }

    /// The deduplication token of a batch.
    pub(crate) fn token(&self, scope: &Scope, batch: BatchId, batch_rows: &[Row]) -> String {
        let sources: BTreeSet<&SourceName> = batch_rows.iter().map(|row| &row.source).collect();
        let counts = self.lock();
        let mut derived = Derive::new("aurora.events.token.v1").part(batch.0.as_bytes());
        derived.push(scope.site.0.as_bytes());
        derived.push(scope.tenant.as_str());
        for source in sources {
            if let Some(count) = counts.get(&key(scope, source)) {
                derived.push(source.as_str());
                derived.push(count.to_le_bytes());
            }
        }
        derived.finish().to_string()
    }

    fn add(&self, scope: &Scope, source: &SourceName) {
        *self.lock().entry(key(scope, source)).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Id128, String, String), u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(scope: &Scope, source: &SourceName) -> (Id128, String, String) {
    let SiteId(site) = scope.site;
    (
        site,
        scope.tenant.as_str().to_owned(),
        source.as_str().to_owned(),
    )
}

/// What removals need of the store.
pub(crate) struct Remover<'s> {
    pub(crate) client: &'s Client,
    pub(crate) columns: &'s Columns,
    pub(crate) limit: Duration,
}

impl Remover<'_> {
    /// Whole days whose rows are all of this scope are dropped at once; the rest is rewritten.
    pub(crate) async fn expire(&self, scope: &Scope, before: Timestamp) -> Result<u64, Error> {
        let mut removed = 0;
        for (partition, own, all) in self.days(scope, before).await? {
            if own == all {
                let statement =
                    format!("ALTER TABLE aurora.events DROP PARTITION ID '{partition}'");
                self.write(Compiled {
                    statement,
                    parameters: Parameters::default(),
                })
                .await?;
                removed += own;
            }
        }
        Ok(removed
            + self
                .delete(scope, "received_at <", |p| p.int(before.as_millis()))
                .await?)
    }

    /// Days that end before `before`, with the rows of this scope and of all.
    async fn days(
        &self,
        scope: &Scope,
        before: Timestamp,
    ) -> Result<Vec<(String, u64, u64)>, Error> {
        let statement = "SELECT toString(_partition_id), countIf({scope}), count() FROM aurora.events \
             GROUP BY _partition_id HAVING max(received_at) < {until} FORMAT JSONCompactEachRow";
        let mut compiled = scoped(self.columns, scope, statement);
        let until = before.as_millis().div_euclid(DAY_MS).saturating_mul(DAY_MS);
        let until = compiled.parameters.int(until);
        compiled.statement = compiled.statement.replace("{until}", &until);
        let answer = self
            .client
            .run(
                &compiled.statement,
                &compiled.parameters,
                Access::Read,
                self.limit,
            )
            .await?;
        let days: Vec<(String, Int, Int)> = rows(&answer.body)?;
        let plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let days = days
            .into_iter()
            .filter(|(name, own, _)| plain(name) && own.0 > 0);
        Ok(days
            .map(|(name, own, all)| (name, own.count(), all.count()))
            .collect())
    }

    /// Removes a source; its batches may be inserted again.
    pub(crate) async fn source(
        &self,
        removals: &Removals,
        scope: &Scope,
        source: &SourceName,
    ) -> Result<u64, Error> {
        let mut parameters = Parameters::default();
        let site = parameters.text(&scope.site.to_string());
        let tenant = parameters.text(scope.tenant.as_str());
        let name = parameters.text(source.as_str());
        let statement =
            format!("INSERT INTO aurora.removals SELECT unhex({site}), {tenant}, {name}");
        self.write(Compiled {
            statement,
            parameters,
        })
        .await?;
        removals.add(scope, source);
        self.delete(scope, "source =", |p| p.text(source.as_str()))
            .await
    }

    /// Counts, then deletes, rows of a scope under one more condition.
    async fn delete(
        &self,
        scope: &Scope,
        condition: &str,
        value: impl Fn(&mut Parameters) -> String,
    ) -> Result<u64, Error> {
        let compiled = |statement: &str| {
            let mut compiled = scoped(self.columns, scope, statement);
            let value = value(&mut compiled.parameters);
            compiled.statement = compiled
                .statement
                .replace("{condition}", &format!("{condition} {value}"));
            compiled
        };
        let count = compiled(
            "SELECT count() FROM aurora.events WHERE {scope} AND {condition} FORMAT JSONCompactEachRow",
        );
        let answer = self
            .client
            .run(
                &count.statement,
                &count.parameters,
                Access::Read,
                self.limit,
            )
            .await?;
        let found: Vec<(Int,)> = rows(&answer.body)?;
        let found = found.first().map_or(0, |row| row.0.count());
        if found > 0 {
            self.write(compiled("ALTER TABLE aurora.events DELETE WHERE {scope} AND {condition} SETTINGS mutations_sync = 1")).await?;
        }
        Ok(found)
    }

    async fn write(&self, compiled: Compiled) -> Result<(), Error> {
        let run = self.client.run(
            &compiled.statement,
            &compiled.parameters,
            Access::Write,
            self.limit,
        );
        run.await.map(drop)
    }
}
