//! Queries, on the readers' connections.

use aurora_model::{Decision, Scope};
use aurora_records::columns::{document, end_of, integer, natural};
use aurora_records::{
    Collection, DecisionQuery, Document, Error, Head, Moment, Order, Page, Query, Test,
};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

use crate::statements::{column, table};
use crate::{site, storage};

/// A checked query; page and total are of one moment.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    scope: &Scope,
    query: &Query,
) -> Result<Page, Error> {
    let mut moment = connection.begin().await.map_err(storage)?;
    let rows: Vec<(String, i64, String)> = if query.limit == 0 {
        Vec::new()
    } else {
        let mut page = QueryBuilder::new("SELECT id, version, body FROM ");
        selection(&mut page, scope, query);
        order(&mut page, query);
        let page = page.build_query_as().fetch_all(&mut *moment).await;
        page.map_err(storage)?
    };
    let total = match query.whole(rows.len()) {
        Some(total) => total,
        None => {
            let mut count = QueryBuilder::new("SELECT count(*) FROM ");
            selection(&mut count, scope, query);
            let count = count.build_query_scalar().fetch_one(&mut *moment).await;
            natural(count.map_err(storage)?)?
        }
    };
    moment.commit().await.map_err(storage)?;
    let read =
        |(id, version, body): (String, i64, String)| document(query.collection, id, version, &body);
    let documents: Result<Vec<Document>, Error> = rows.into_iter().map(read).collect();
    Ok(Page {
        documents: documents?,
        total,
    })
}

/// Ids asked for in one statement.
const TOGETHER: usize = 128;

pub(crate) async fn get_all(
    connection: &mut SqliteConnection,
    scope: &Scope,
    collection: Collection,
    ids: &[String],
) -> Result<Vec<Document>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(TOGETHER) {
        let mut sql = QueryBuilder::new("SELECT id, version, body FROM ");
        scoped(&mut sql, scope, collection);
        sql.push(" AND id IN (");
        among(&mut sql, ids);
        sql.push(")");
        let rows: Vec<(String, i64, String)> = sql
            .build_query_as()
            .fetch_all(&mut *connection)
            .await
            .map_err(storage)?;
        for (id, version, body) in rows {
            found.push(document(collection, id, version, &body)?);
        }
    }
    Ok(found)
}

pub(crate) async fn moment(
    connection: &mut SqliteConnection,
    scope: &Scope,
    slots: &[&str],
    counters: &str,
) -> Result<Moment, Error> {
    let mut moment = connection.begin().await.map_err(storage)?;
    let mut found = Moment::default();
    for prefix in slots {
        found
            .slots
            .extend(self::slots(&mut moment, scope, prefix).await?);
    }
    found.counters = self::counters(&mut moment, scope, counters).await?;
    moment.commit().await.map_err(storage)?;
    Ok(found)
}

/// Binds as many as the next power of two, the last one again and again: few statements are prepared.
fn among(sql: &mut QueryBuilder<Sqlite>, texts: &[String]) {
    let mut list = sql.separated(", ");
    let last = texts.last().into_iter().cycle();
    let padding = texts.len().next_power_of_two() - texts.len();
    for text in texts.iter().chain(last.take(padding)) {
        list.push_bind(text.clone());
    }
}

/// Of a checked query.
pub(crate) async fn heads(
    connection: &mut SqliteConnection,
    scope: &Scope,
    query: &Query,
) -> Result<Vec<Head>, Error> {
    let mut sql = QueryBuilder::new("SELECT id, version, ");
    let field = query.order.as_ref();
    let field = field.and_then(|order| query.collection.field(&order.field));
    sql.push(field.map_or_else(|| "NULL".to_owned(), column));
    sql.push(" FROM ");
    selection(&mut sql, scope, query);
    order(&mut sql, query);
    let rows: Vec<(String, i64, Option<i64>)> = sql
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    rows.into_iter()
        .map(|(id, version, at)| {
            let version = natural(version)?;
            Ok(Head { id, version, at })
        })
        .collect()
}

fn scoped(sql: &mut QueryBuilder<Sqlite>, scope: &Scope, collection: Collection) {
    sql.push(table(collection));
    of(sql, scope);
}

fn of(sql: &mut QueryBuilder<Sqlite>, scope: &Scope) {
    sql.push(" WHERE site = ").push_bind(site(scope).to_vec());
    sql.push(" AND tenant = ")
        .push_bind(scope.tenant.as_str().to_owned());
}

/// Table and conditions. Values are bound; names are from the port's own list.
fn selection(sql: &mut QueryBuilder<Sqlite>, scope: &Scope, query: &Query) {
    scoped(sql, scope, query.collection);
    for filter in &query.filters {
        let field = query
            .collection
            .field(&filter.field)
            .expect("the query was checked");
        sql.push(" AND ");
        condition(sql, &column(field), &filter.test);
    }
}

fn condition(sql: &mut QueryBuilder<Sqlite>, column: &str, test: &Test) {
    sql.push(column);
    match test {
        Test::TextIs(text) => sql.push(" = ").push_bind(text.clone()),
        Test::TextIsNot(text) => sql.push(" IS NOT ").push_bind(text.clone()),
        Test::Absent => sql.push(" IS NULL"),
        Test::IntegerIs(number) => sql.push(" = ").push_bind(*number),
        Test::AtLeast(least) => sql.push(" >= ").push_bind(*least),
        Test::Below(end) => sql.push(" < ").push_bind(*end),
        Test::TextIn(texts) => {
            sql.push(" IN (");
            among(sql, texts);
            sql.push(")")
        }
    };
}

fn order(sql: &mut QueryBuilder<Sqlite>, query: &Query) {
    sql.push(" ORDER BY ");
    if let Some(Order { field, descending }) = &query.order {
        let field = query
            .collection
            .field(field)
            .expect("the query was checked");
        sql.push(column(field));
        sql.push(if *descending { " DESC" } else { " ASC" })
            .push(" NULLS LAST, ");
    }
    let limit = query.limit.min(Query::MAX_LIMIT);
    sql.push("id LIMIT ").push_bind(integer(limit as u64));
    sql.push(" OFFSET ").push_bind(integer(query.offset as u64));
}

pub(crate) async fn slots(
    connection: &mut SqliteConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut sql = QueryBuilder::new("SELECT key, value FROM slots WHERE ");
    starting(&mut sql, scope, "key", prefix);
    sql.push(" ORDER BY key");
    sql.build_query_as()
        .fetch_all(connection)
        .await
        .map_err(storage)
}

pub(crate) async fn slots_of(
    connection: &mut SqliteConnection,
    scope: &Scope,
    keys: &[String],
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(TOGETHER) {
        let mut sql = QueryBuilder::new("SELECT key, value FROM slots");
        of(&mut sql, scope);
        sql.push(" AND key IN (");
        among(&mut sql, keys);
        sql.push(")");
        let rows = sql.build_query_as().fetch_all(&mut *connection).await;
        let rows: Vec<(String, Vec<u8>)> = rows.map_err(storage)?;
        found.extend(rows);
    }
    Ok(found)
}

pub(crate) async fn count_slots(
    connection: &mut SqliteConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<u64, Error> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM slots WHERE ");
    starting(&mut sql, scope, "key", prefix);
    let count = sql.build_query_scalar().fetch_one(connection).await;
    natural(count.map_err(storage)?)
}

pub(crate) async fn counters(
    connection: &mut SqliteConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<Vec<(String, u64)>, Error> {
    let mut sql = QueryBuilder::new("SELECT name, value FROM counters WHERE ");
    starting(&mut sql, scope, "name", prefix);
    sql.push(" ORDER BY name");
    let rows: Vec<(String, i64)> = sql
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    rows.into_iter()
        .map(|(name, value)| Ok((name, natural(value)?)))
        .collect()
}

fn starting(sql: &mut QueryBuilder<Sqlite>, scope: &Scope, column: &str, prefix: &str) {
    sql.push("site = ").push_bind(site(scope).to_vec());
    sql.push(" AND tenant = ")
        .push_bind(scope.tenant.as_str().to_owned());
    sql.push(" AND ")
        .push(column)
        .push(" >= ")
        .push_bind(prefix.to_owned());
    if let Some(end) = end_of(prefix) {
        sql.push(" AND ").push(column).push(" < ").push_bind(end);
    }
}

pub(crate) async fn decisions(
    connection: &mut SqliteConnection,
    scope: &Scope,
    query: &DecisionQuery,
) -> Result<Vec<Decision>, Error> {
    let mut sql = QueryBuilder::new("SELECT body FROM decisions WHERE site = ");
    sql.push_bind(site(scope).to_vec());
    sql.push(" AND tenant = ")
        .push_bind(scope.tenant.as_str().to_owned());
    sql.push(" AND seq > ").push_bind(integer(query.after));
    if let Some(object) = &query.object {
        sql.push(
            " AND seq IN (SELECT seq FROM decision_objects AS about \
             WHERE about.site = decisions.site AND about.tenant = decisions.tenant \
             AND about.object = ",
        );
        sql.push_bind(object.clone()).push(")");
    }
    sql.push(" ORDER BY seq LIMIT ")
        .push_bind(integer(query.limit as u64));
    let bodies: Vec<String> = sql
        .build_query_scalar()
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let read = |body: &String| serde_json::from_str(body).map_err(Error::storage);
    bodies.iter().map(read).collect()
}
