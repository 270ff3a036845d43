//! One change on the writer's connection, inside its transaction: read, plan, write.

use aurora_clock::Timestamp;
use aurora_failpoint::reach;
use aurora_model::{Context, Decision, Scope};
use aurora_records::columns::{Damaged, document, integer, natural};
use aurora_records::{
    Change, Collection, Committed, Document, Error, FieldKind, Found, MAX_COUNTER, Plan,
};
use sqlx::SqliteConnection;

use crate::statements::Statements;
use crate::{site, storage};

/// A refusal ([`Error::Conflict`] and the like) leaves the transaction as it was: it is found
/// before anything is written.
pub(crate) async fn apply(
    connection: &mut SqliteConnection,
    statements: &Statements,
    context: &Context,
    change: Change,
    now: Timestamp,
) -> Result<Committed, Error> {
    let found = find(connection, statements, &context.scope, &change).await?;
    let plan = change.plan(context, &found, now)?;
    let committed = Committed {
        decision: plan.decision.as_ref().map(|decision| decision.seq),
    };
    let mut write = Write {
        connection,
        statements,
        scope: &context.scope,
    };
    write.plan(plan).await?;
    Ok(committed)
}

async fn find(
    connection: &mut SqliteConnection,
    statements: &Statements,
    scope: &Scope,
    change: &Change,
) -> Result<Found, Error> {
    let mut found = Found::default();
    for (collection, id) in change.documents() {
        if let Some(document) = get(connection, statements, scope, collection, id).await? {
            found
                .documents
                .insert((collection, id.to_owned()), document);
        }
    }
    for key in change.expected_slots() {
        if let Some(value) = slot(connection, scope, key).await? {
            found.slots.insert(key.to_owned(), value);
        }
    }
    if change.decision.is_some() {
        found.last_decision = last_decision(connection, scope).await?;
    }
    Ok(found)
}

pub(crate) async fn get(
    connection: &mut SqliteConnection,
    statements: &Statements,
    scope: &Scope,
    collection: Collection,
    id: &str,
) -> Result<Option<Document>, Error> {
    let row: Option<(i64, String)> = sqlx::query_as(statements.of(collection).get())
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(id)
        .fetch_optional(connection)
        .await
        .map_err(storage)?;
    row.map(|(version, body)| document(collection, id.to_owned(), version, &body))
        .transpose()
}

pub(crate) async fn slot(
    connection: &mut SqliteConnection,
    scope: &Scope,
    key: &str,
) -> Result<Option<Vec<u8>>, Error> {
    sqlx::query_scalar("SELECT value FROM slots WHERE site = ? AND tenant = ? AND key = ?")
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(storage)
}

async fn last_decision(connection: &mut SqliteConnection, scope: &Scope) -> Result<u64, Error> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT max(seq) FROM decisions WHERE site = ? AND tenant = ?")
            .bind(site(scope))
            .bind(scope.tenant.as_str())
            .fetch_one(connection)
            .await
            .map_err(storage)?;
    natural(last.unwrap_or(0))
}

pub(crate) struct Write<'a> {
    pub(crate) connection: &'a mut SqliteConnection,
    pub(crate) statements: &'a Statements,
    pub(crate) scope: &'a Scope,
}

impl Write<'_> {
    async fn plan(&mut self, plan: Plan) -> Result<(), Error> {
        for document in &plan.puts {
            self.put(document).await?;
            reach("records.document");
        }
        for (collection, id) in &plan.removals {
            self.remove(*collection, id).await?;
            reach("records.removal");
        }
        for (key, value) in &plan.slots {
            self.slot(key, value.as_deref()).await?;
            reach("records.slot");
        }
        for (name, by) in &plan.counters {
            self.count(name, *by).await?;
            reach("records.counter");
        }
        if let Some(decision) = &plan.decision {
            self.decide(decision).await?;
            reach("records.decision");
        }
        Ok(())
    }

    pub(crate) async fn put(&mut self, document: &Document) -> Result<(), Error> {
        let body = document.body.to_string();
        let mut query = sqlx::query(self.statements.of(document.collection).put())
            .bind(site(self.scope))
            .bind(self.scope.tenant.as_str())
            .bind(&document.id)
            .bind(integer(document.version))
            .bind(&body);
        for field in document.collection.fields() {
            query = match field.kind {
                FieldKind::Text => query.bind(field.text(&document.body)),
                FieldKind::Integer => query.bind(field.integer(&document.body)),
            };
        }
        query
            .execute(&mut *self.connection)
            .await
            .map_err(storage)?;
        Ok(())
    }

    async fn remove(&mut self, collection: Collection, id: &str) -> Result<(), Error> {
        sqlx::query(self.statements.of(collection).remove())
            .bind(site(self.scope))
            .bind(self.scope.tenant.as_str())
            .bind(id)
            .execute(&mut *self.connection)
            .await
            .map_err(storage)?;
        Ok(())
    }

    pub(crate) async fn slot(&mut self, key: &str, value: Option<&[u8]>) -> Result<(), Error> {
        let sql = match value {
            Some(_) => {
                "INSERT INTO slots (site, tenant, key, value) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (site, tenant, key) DO UPDATE SET value = excluded.value"
            }
            None => "DELETE FROM slots WHERE site = ?1 AND tenant = ?2 AND key = ?3",
        };
        let query = sqlx::query(sql)
            .bind(site(self.scope))
            .bind(self.scope.tenant.as_str())
            .bind(key);
        let query = match value {
            Some(value) => query.bind(value),
            None => query,
        };
        query
            .execute(&mut *self.connection)
            .await
            .map_err(storage)?;
        Ok(())
    }

    pub(crate) async fn count(&mut self, name: &str, by: u64) -> Result<(), Error> {
        // Compared before it is added: SQLite would turn an overflow into a float.
        const ADD: &str = "INSERT INTO counters (site, tenant, name, value) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (site, tenant, name) DO UPDATE SET value = \
             CASE WHEN value > ?5 - excluded.value THEN ?5 ELSE value + excluded.value END";
        sqlx::query(ADD)
            .bind(site(self.scope))
            .bind(self.scope.tenant.as_str())
            .bind(name)
            .bind(integer(by))
            .bind(integer(MAX_COUNTER))
            .execute(&mut *self.connection)
            .await
            .map_err(storage)?;
        Ok(())
    }

    pub(crate) async fn decide(&mut self, decision: &Decision) -> Result<(), Error> {
        let body = serde_json::to_string(decision)
            .map_err(|_| Error::storage(Damaged("a decision to be written")))?;
        sqlx::query("INSERT INTO decisions (site, tenant, seq, body) VALUES (?, ?, ?, ?)")
            .bind(site(self.scope))
            .bind(self.scope.tenant.as_str())
            .bind(integer(decision.seq))
            .bind(body)
            .execute(&mut *self.connection)
            .await
            .map_err(storage)?;
        for object in &decision.action.objects {
            // The same object may be named twice.
            const ABOUT: &str = "INSERT OR IGNORE INTO decision_objects \
                 (site, tenant, object, seq) VALUES (?, ?, ?, ?)";
            sqlx::query(ABOUT)
                .bind(site(self.scope))
                .bind(self.scope.tenant.as_str())
                .bind(object)
                .bind(integer(decision.seq))
                .execute(&mut *self.connection)
                .await
                .map_err(storage)?;
        }
        Ok(())
    }
}
