use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_events::{
    Answer, Error, Events, HuntOptions, Inserted, Row, StoreInfo, TimeRange, Window, columns,
    only_stored, resolved,
};
use aurora_hunt::Query;
use aurora_model::{BatchId, EventUid, Scope, SourceName};
use serde_json::{Map, Value};
use tokio::sync::RwLock;

use crate::client::{Access, Answered, Client};
use crate::columns::Columns;
use crate::compile::{Compiled, Shape, histogram, hunt, scoped};
use crate::encode::{Layout, column_list, encode};
use crate::parameters::Parameters;
use crate::read::{Int, event, rows};
use crate::remove::{Removals, Remover};
use crate::schema::migrate;
use crate::{Options, Reserve};

/// Uids that one statement asks for.
const GET_AT_ONCE: usize = 250;

/// The store of events on ClickHouse.
#[derive(Debug)]
pub struct ClickHouseEvents {
    options: Options,
    client: Client,
    columns: Columns,
    layout: Layout,
    into: String,
    removals: Removals,
    /// Inserts share it, removals have it alone: a dropped partition may hold no row that came
    /// after it was counted.
    changing: RwLock<()>,
}

impl ClickHouseEvents {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while the engine does not answer, [`Error::NewerSchema`] for a store of
    /// a later release.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let client = Client::new(options.endpoint.clone());
        migrate(&client, options.timeout, options.cluster.as_deref()).await?;
        let removals = Removals::load(&client, options.timeout).await?;
        Ok(Self {
            options,
            client,
            columns: Columns::new(),
            layout: Layout::new(),
            into: format!("INSERT INTO aurora.events ({})", column_list()),
            removals,
            changing: RwLock::default(),
        })
    }

    async fn read(&self, compiled: &Compiled, limit: Duration) -> Result<Answered, Error> {
        self.client
            .run(
                &compiled.statement,
                &compiled.parameters,
                Access::Read,
                limit,
            )
            .await
    }

    fn remover(&self) -> Remover<'_> {
        Remover {
            client: &self.client,
            columns: &self.columns,
            limit: self.options.timeout,
        }
    }

    async fn get_some(
        &self,
        scope: &Scope,
        uids: &[EventUid],
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let statement = "SELECT event, raw_data FROM aurora.events \
             WHERE {scope} AND uid IN ({uids}) FORMAT JSONCompactEachRow";
        let mut compiled = scoped(&self.columns, scope, statement);
        let places: Vec<String> = uids
            .iter()
            .map(|uid| format!("unhex({})", compiled.parameters.text(&uid.to_string())))
            .collect();
        compiled.statement = compiled.statement.replace("{uids}", &places.join(", "));
        let answer = self.read(&compiled, self.options.timeout).await?;
        let found: Vec<(String, String)> = rows(&answer.body)?;
        found
            .into_iter()
            .map(|(text, raw)| event(&text, raw))
            .collect()
    }
}

/// Refuses while the disk is nearly full, so that alerts and decisions never stop for it.
fn room(reserve: Option<&Reserve>) -> Result<(), Error> {
    let Some(reserve) = reserve else {
        return Ok(());
    };
    let disk = rustix::fs::statvfs(&reserve.path)
        .map_err(|error| Error::storage(std::io::Error::from(error)))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < reserve.bytes {
        return Err(Error::Full {
            free,
            reserve: reserve.bytes,
        });
    }
    Ok(())
}

#[async_trait]
impl Events for ClickHouseEvents {
    async fn insert(
        &self,
        scope: &Scope,
        token: BatchId,
        rows: Vec<Row>,
    ) -> Result<Inserted, Error> {
        let inserted = Inserted {
            rows: rows.len() as u64,
            duplicate: false,
        };
        if rows.is_empty() {
            return Ok(inserted);
        }
        room(self.options.reserve.as_ref())?;
        let _changing = self.changing.read().await;
        let token = self.removals.token(scope, token, &rows);
        let data = encode(&self.layout, scope, &rows)?;
        // The block has it all; the engine may take its time.
        drop(rows);
        let statement = format!(
            "{} SETTINGS insert_deduplication_token = '{token}'{} FORMAT Native",
            self.into,
            // Acknowledged is what most of the replicas have.
            match self.options.cluster {
                Some(_) => ", insert_quorum = 'auto'",
                None => "",
            }
        );
        self.client
            .feed(&statement, data, self.options.timeout)
            .await?;
        Ok(inserted)
    }

    async fn hunt(
        &self,
        scope: &Scope,
        query: &Query,
        options: &HuntOptions,
    ) -> Result<Answer, Error> {
        only_stored(query)?;
        let hunt = hunt(&self.columns, scope, query, options);
        let answered = self.read(&hunt.compiled, options.timeout).await?;
        let mut rows = match hunt.shape {
            Shape::Cells => rows(&answered.body)?,
            Shape::Events => events(&answered.body)?,
        };
        let truncated = rows.len() > options.limit;
        rows.truncate(options.limit);
        Ok(Answer {
            columns: columns(query),
            rows,
            truncated,
            resolved: resolved(query),
            scanned: answered.read_rows,
            notes: Vec::new(),
        })
    }

    async fn get(
        &self,
        scope: &Scope,
        uids: &[EventUid],
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let mut found = Vec::new();
        for some in uids.chunks(GET_AT_ONCE) {
            found.extend(self.get_some(scope, some).await?);
        }
        Ok(found)
    }

    async fn histogram(
        &self,
        scope: &Scope,
        query: &Query,
        range: TimeRange,
        bucket: Duration,
    ) -> Result<Vec<Window>, Error> {
        let width = i64::try_from(bucket.as_millis()).unwrap_or(i64::MAX).max(1);
        only_stored(query)?;
        let compiled = histogram(&self.columns, scope, query, range, width);
        let answered = self.read(&compiled, self.options.timeout).await?;
        let found: Vec<(Int, Int)> = rows(&answered.body)?;
        let window = |(start, count): (Int, Int)| Window {
            start: Timestamp::from_millis(start.0),
            count: count.count(),
        };
        Ok(found.into_iter().map(window).collect())
    }

    async fn count_by_source(&self, scope: &Scope) -> Result<Vec<(SourceName, u64)>, Error> {
        let statement = "SELECT source, count() FROM aurora.events WHERE {scope} \
             GROUP BY source ORDER BY source FORMAT JSONCompactEachRow";
        let compiled = scoped(&self.columns, scope, statement);
        let answered = self.read(&compiled, self.options.timeout).await?;
        let found: Vec<(String, Int)> = rows(&answered.body)?;
        Ok(found
            .into_iter()
            .map(|(name, n)| (SourceName::new(&name), n.count()))
            .collect())
    }

    async fn info(&self, scope: &Scope) -> Result<StoreInfo, Error> {
        let statement = "SELECT count(), min(time), max(time) FROM aurora.events WHERE {scope} \
             FORMAT JSONCompactEachRow";
        let compiled = scoped(&self.columns, scope, statement);
        let answered = self.read(&compiled, self.options.timeout).await?;
        let found: Vec<(Int, Int, Int)> = rows(&answered.body)?;
        let Some((count, oldest, newest)) = found.first().filter(|row| row.0.0 > 0) else {
            return Ok(StoreInfo::default());
        };
        let statement = "SELECT sum(bytes_on_disk) FROM system.parts \
             WHERE database = 'aurora' AND table = 'events' AND active FORMAT JSONCompactEachRow";
        let parameters = Parameters::default();
        let bytes = Compiled {
            statement: statement.to_owned(),
            parameters,
        };
        let bytes: Vec<(Int,)> = rows(&self.read(&bytes, self.options.timeout).await?.body)?;
        Ok(StoreInfo {
            rows: count.count(),
            bytes: bytes.first().map_or(0, |row| row.0.count()),
            oldest: Some(Timestamp::from_millis(oldest.0)),
            newest: Some(Timestamp::from_millis(newest.0)),
        })
    }

    async fn expire(&self, scope: &Scope, before: Timestamp) -> Result<u64, Error> {
        let _alone = self.changing.write().await;
        self.remover().expire(scope, before).await
    }

    async fn remove_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error> {
        let _alone = self.changing.write().await;
        self.remover().source(&self.removals, scope, source).await
    }

    async fn close(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn events(body: &[u8]) -> Result<Vec<Vec<Value>>, Error> {
    let found: Vec<(Int, String, String, String, String)> = rows(body)?;
    let row = |(time, uid, class, text, raw): (Int, String, String, String, String)| {
        let event = Value::Object(event(&text, raw)?);
        Ok(vec![time.0.into(), uid.into(), class.into(), event])
    };
    found.into_iter().map(row).collect()
}
