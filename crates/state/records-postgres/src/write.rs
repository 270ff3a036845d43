//! A group's transaction: lock, read what it touches, write what came of it.

use aurora_failpoint::reach;
use aurora_model::Scope;
use aurora_records::columns::{self, Damaged, integer, natural};
use aurora_records::{Collection, Document, Error, FieldKind, Found, MAX_COUNTER};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::group::{Touched, Working};
use crate::statements::{put, table};
use crate::text::{mark, written};
use crate::{site, storage, text};

/// Waits until this transaction alone writes to the scope, and gives the newest decision.
///
/// A lock on what a change touches would not do: what is not there cannot be locked, and decisions are
/// dense.
pub(crate) async fn lock(connection: &mut PgConnection, scope: &Scope) -> Result<u64, Error> {
    const LOCK: &str = "SELECT seq FROM scopes WHERE site = $1 AND tenant = $2 FOR UPDATE";
    const MAKE: &str = "INSERT INTO scopes (site, tenant, seq) VALUES ($1, $2, 0) \
         ON CONFLICT (site, tenant) DO NOTHING";
    loop {
        let found: Option<i64> = sqlx::query_scalar(LOCK)
            .bind(site(scope))
            .bind(scope.tenant.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(storage)?;
        if let Some(seq) = found {
            return natural(seq);
        }
        sqlx::query(MAKE)
            .bind(site(scope))
            .bind(scope.tenant.as_str())
            .execute(&mut *connection)
            .await
            .map_err(storage)?;
    }
}

/// What stands in the store of what the changes touch.
pub(crate) async fn find(
    connection: &mut PgConnection,
    scope: &Scope,
    touched: &Touched<'_>,
    last_decision: u64,
) -> Result<Found, Error> {
    let mut found = Found {
        last_decision,
        ..Found::default()
    };
    for (collection, ids) in &touched.documents {
        let marks: Vec<Vec<u8>> = ids.iter().map(|id| mark(id)).collect();
        for document in documents(connection, scope, *collection, marks).await? {
            let key = (*collection, document.id.clone());
            found.documents.insert(key, document);
        }
    }
    if !touched.slots.is_empty() {
        let marks = touched.slots.iter().map(|key| mark(key)).collect();
        found.slots = slots_of(connection, scope, marks)
            .await?
            .into_iter()
            .collect();
    }
    Ok(found)
}

/// The slots of these marks that there are.
pub(crate) async fn slots_of(
    connection: &mut PgConnection,
    scope: &Scope,
    marks: Vec<Vec<u8>>,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    const SLOTS: &str = "SELECT key, value FROM slots \
         WHERE site = $1 AND tenant = $2 AND mark = ANY($3)";
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(SLOTS)
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(marks)
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(key, value)| (text::read(key), value)).collect())
}

pub(crate) async fn documents(
    connection: &mut PgConnection,
    scope: &Scope,
    collection: Collection,
    marks: Vec<Vec<u8>>,
) -> Result<Vec<Document>, Error> {
    let sql = format!(
        "SELECT id, version, body FROM {} WHERE site = $1 AND tenant = $2 AND mark = ANY($3)",
        table(collection)
    );
    let rows: Vec<(String, i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(marks)
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let rows = rows.into_iter();
    rows.map(|row| document(collection, row)).collect()
}

pub(crate) fn document(
    collection: Collection,
    (id, version, body): (String, i64, String),
) -> Result<Document, Error> {
    columns::document(collection, text::read(id), version, &body)
}

/// Writes what came of a scope's changes.
pub(crate) async fn write(
    connection: &mut PgConnection,
    scope: &Scope,
    working: &Working,
) -> Result<(), Error> {
    for (collection, documents) in working.puts() {
        put_documents(connection, scope, collection, &documents).await?;
        reach("records.document");
    }
    for (collection, ids) in working.removals() {
        let sql = format!(
            "DELETE FROM {} WHERE site = $1 AND tenant = $2 AND mark = ANY($3)",
            table(collection)
        );
        let marks: Vec<Vec<u8>> = ids.iter().map(|id| mark(id)).collect();
        remove(connection, scope, sql, marks).await?;
        reach("records.removal");
    }
    slots(connection, scope, working).await?;
    counters(connection, scope, working).await?;
    decisions(connection, scope, working).await
}

async fn put_documents(
    connection: &mut PgConnection,
    scope: &Scope,
    collection: Collection,
    documents: &[&Document],
) -> Result<(), Error> {
    let column = |of: &dyn Fn(&Document) -> String| -> Vec<String> {
        documents.iter().map(|document| of(document)).collect()
    };
    let marks: Vec<Vec<u8>> = documents
        .iter()
        .map(|document| mark(&document.id))
        .collect();
    let versions: Vec<i64> = documents.iter().map(|d| integer(d.version)).collect();
    let mut query = sqlx::query(AssertSqlSafe(put(collection)))
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(marks)
        .bind(column(&|document| written(&document.id).into_owned()))
        .bind(versions)
        .bind(column(&|document| document.body.to_string()));
    for field in collection.fields() {
        let bodies = documents.iter().map(|document| &document.body);
        query = match field.kind {
            FieldKind::Text => {
                let texts = bodies.map(|body| Some(written(field.text(body)?).into_owned()));
                query.bind(texts.collect::<Vec<Option<String>>>())
            }
            FieldKind::Integer => {
                let numbers = bodies.map(|body| field.integer(body));
                query.bind(numbers.collect::<Vec<Option<i64>>>())
            }
        };
    }
    query.execute(connection).await.map_err(storage)?;
    Ok(())
}

async fn remove(
    connection: &mut PgConnection,
    scope: &Scope,
    sql: String,
    marks: Vec<Vec<u8>>,
) -> Result<(), Error> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(marks)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn slots(
    connection: &mut PgConnection,
    scope: &Scope,
    working: &Working,
) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO slots (site, tenant, mark, key, value) \
         SELECT $1, $2, * FROM unnest($3::bytea[], $4::text[], $5::bytea[]) \
         ON CONFLICT (site, tenant, mark) DO UPDATE SET value = excluded.value";
    const REMOVE: &str = "DELETE FROM slots WHERE site = $1 AND tenant = $2 AND mark = ANY($3)";
    let (mut marks, mut keys, mut values, mut gone) = (vec![], vec![], vec![], vec![]);
    for (key, value) in working.slots() {
        match value {
            Some(value) => {
                marks.push(mark(key));
                keys.push(written(key).into_owned());
                values.push(value);
            }
            None => gone.push(mark(key)),
        }
    }
    if !marks.is_empty() {
        sqlx::query(PUT)
            .bind(site(scope))
            .bind(scope.tenant.as_str())
            .bind(marks)
            .bind(keys)
            .bind(values)
            .execute(&mut *connection)
            .await
            .map_err(storage)?;
        reach("records.slot");
    }
    if !gone.is_empty() {
        remove(connection, scope, REMOVE.to_owned(), gone).await?;
        reach("records.slot");
    }
    Ok(())
}

async fn counters(
    connection: &mut PgConnection,
    scope: &Scope,
    working: &Working,
) -> Result<(), Error> {
    // Compared before it is added: an integer that overflows is an error.
    const ADD: &str = "INSERT INTO counters AS c (site, tenant, mark, name, value) \
         SELECT $1, $2, * FROM unnest($3::bytea[], $4::text[], $5::bigint[]) \
         ON CONFLICT (site, tenant, mark) DO UPDATE SET value = \
         CASE WHEN c.value > $6 - excluded.value THEN $6 ELSE c.value + excluded.value END";
    if working.counters.is_empty() {
        return Ok(());
    }
    let names = working.counters.keys();
    let marks: Vec<Vec<u8>> = names.clone().map(|name| mark(name)).collect();
    let names: Vec<String> = names.map(|name| written(name).into_owned()).collect();
    let sums: Vec<i64> = working.counters.values().map(|sum| integer(*sum)).collect();
    sqlx::query(ADD)
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(marks)
        .bind(names)
        .bind(sums)
        .bind(integer(MAX_COUNTER))
        .execute(connection)
        .await
        .map_err(storage)?;
    reach("records.counter");
    Ok(())
}

async fn decisions(
    connection: &mut PgConnection,
    scope: &Scope,
    working: &Working,
) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO decisions (site, tenant, seq, body) \
         SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[])";
    // The same object may be named twice.
    const ABOUT: &str = "INSERT INTO decision_objects (site, tenant, mark, seq) \
         SELECT $1, $2, * FROM unnest($3::bytea[], $4::bigint[]) ON CONFLICT DO NOTHING";
    const MOVE: &str = "UPDATE scopes SET seq = $3 WHERE site = $1 AND tenant = $2";
    let Some(last) = working.decisions.last() else {
        return Ok(());
    };
    let (mut seqs, mut bodies, mut marks, mut about) = (vec![], vec![], vec![], vec![]);
    for decision in &working.decisions {
        let body = serde_json::to_string(decision);
        bodies.push(body.map_err(|_| Error::storage(Damaged("a decision to be written")))?);
        seqs.push(integer(decision.seq));
        for object in &decision.action.objects {
            marks.push(mark(object));
            about.push(integer(decision.seq));
        }
    }
    let (site, tenant) = (site(scope), scope.tenant.as_str());
    let add = sqlx::query(ADD).bind(site).bind(tenant);
    let add = add.bind(seqs).bind(bodies);
    add.execute(&mut *connection).await.map_err(storage)?;
    reach("records.decision");
    if !marks.is_empty() {
        let add = sqlx::query(ABOUT).bind(site).bind(tenant);
        let add = add.bind(marks).bind(about);
        add.execute(&mut *connection).await.map_err(storage)?;
    }
    let go = sqlx::query(MOVE).bind(site).bind(tenant);
    go.bind(integer(last.seq))
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}
