//! Queries, on the readers' connections.

use aurora_model::{Decision, Scope};
use aurora_records::columns::{end_of, integer, natural};
use aurora_records::{
    Collection, DecisionQuery, Document, Error, Field, Head, Moment, Order, Page, Query, Test,
};
use sqlx::{Connection, PgConnection, Postgres, QueryBuilder};

use crate::statements::{column, indexed, table};
use crate::text::{head, mark, written};
use crate::write::{document, documents};
use crate::{site, storage, text, write};

/// Page and total of a query are of one moment.
const MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(crate) async fn get(
    connection: &mut PgConnection,
    scope: &Scope,
    collection: Collection,
    id: &str,
) -> Result<Option<Document>, Error> {
    let mut found = documents(connection, scope, collection, vec![mark(id)]).await?;
    Ok(found.pop())
}

pub(crate) async fn get_all(
    connection: &mut PgConnection,
    scope: &Scope,
    collection: Collection,
    ids: &[String],
) -> Result<Vec<Document>, Error> {
    let marks = ids.iter().map(|id| mark(id)).collect();
    documents(connection, scope, collection, marks).await
}

/// Of a checked query.
pub(crate) async fn heads(
    connection: &mut PgConnection,
    scope: &Scope,
    query: &Query,
) -> Result<Vec<Head>, Error> {
    let mut sql = QueryBuilder::new("SELECT id, version, ");
    let field = query.order.as_ref();
    let field = field.and_then(|order| query.collection.field(&order.field));
    sql.push(field.map_or_else(|| "NULL::int8".to_owned(), column));
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
            let (id, version) = (text::read(id), natural(version)?);
            Ok(Head { id, version, at })
        })
        .collect()
}

pub(crate) async fn slot(
    connection: &mut PgConnection,
    scope: &Scope,
    key: &str,
) -> Result<Option<Vec<u8>>, Error> {
    sqlx::query_scalar("SELECT value FROM slots WHERE site = $1 AND tenant = $2 AND mark = $3")
        .bind(site(scope))
        .bind(scope.tenant.as_str())
        .bind(mark(key))
        .fetch_optional(connection)
        .await
        .map_err(storage)
}

/// A checked query.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    query: &Query,
) -> Result<Page, Error> {
    let mut moment = connection.begin_with(MOMENT).await.map_err(storage)?;
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
    let read = |row| document(query.collection, row);
    let documents: Result<Vec<Document>, Error> = rows.into_iter().map(read).collect();
    Ok(Page {
        documents: documents?,
        total,
    })
}

pub(crate) async fn moment(
    connection: &mut PgConnection,
    scope: &Scope,
    slots: &[String],
    counters: &str,
) -> Result<Moment, Error> {
    let mut moment = connection.begin_with(MOMENT).await.map_err(storage)?;
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

/// Table and conditions. Values are bound; names are from the port's own list.
fn selection(sql: &mut QueryBuilder<Postgres>, scope: &Scope, query: &Query) {
    sql.push(table(query.collection));
    scoped(sql, scope);
    for filter in &query.filters {
        let field = query
            .collection
            .field(&filter.field)
            .expect("the query was checked");
        sql.push(" AND ");
        condition(sql, field, &filter.test);
    }
}

fn scoped(sql: &mut QueryBuilder<Postgres>, scope: &Scope) {
    sql.push(" WHERE site = ").push_bind(site(scope).to_vec());
    sql.push(" AND tenant = ")
        .push_bind(scope.tenant.as_str().to_owned());
}

fn condition(sql: &mut QueryBuilder<Postgres>, field: Field, test: &Test) {
    let name = column(field);
    match test {
        Test::TextIs(text) => {
            let text = written(text);
            sql.push(indexed(field)).push(" = ");
            sql.push_bind(head(&text).to_owned());
            sql.push(format!(" AND {name} = "))
                .push_bind(text.into_owned())
        }
        Test::TextIn(texts) => {
            let texts: Vec<String> = texts.iter().map(|t| written(t).into_owned()).collect();
            let heads: Vec<String> = texts.iter().map(|text| head(text).to_owned()).collect();
            sql.push(indexed(field)).push(" = ANY(").push_bind(heads);
            sql.push(format!(") AND {name} = ANY(")).push_bind(texts);
            sql.push(")")
        }
        Test::TextIsNot(text) => sql
            .push(format!("{name} IS DISTINCT FROM "))
            .push_bind(written(text).into_owned()),
        Test::Absent => sql.push(format!("{name} IS NULL")),
        Test::IntegerIs(number) => sql.push(format!("{name} = ")).push_bind(*number),
        Test::AtLeast(least) => sql.push(format!("{name} >= ")).push_bind(*least),
        Test::Below(end) => sql.push(format!("{name} < ")).push_bind(*end),
    };
}

fn order(sql: &mut QueryBuilder<Postgres>, query: &Query) {
    sql.push(" ORDER BY ");
    if let Some(Order { field, descending }) = &query.order {
        let field = query
            .collection
            .field(field)
            .expect("the query was checked");
        sql.push(column(field));
        sql.push(if *descending { " DESC" } else { " ASC" })
            .push(" NULLS LAST, ");
    } else {
        // By the index first, which knows only the beginnings of ids.
        sql.push("left(id, 256), ");
    }
    let limit = query.limit.min(Query::MAX_LIMIT);
    sql.push("id LIMIT ").push_bind(integer(limit as u64));
    sql.push(" OFFSET ").push_bind(integer(query.offset as u64));
}

pub(crate) async fn slots(
    connection: &mut PgConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut sql = QueryBuilder::new("SELECT key, value FROM slots");
    starting(&mut sql, scope, "key", prefix);
    ordered(&mut sql, "key");
    let rows: Vec<(String, Vec<u8>)> = sql
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(key, value)| (text::read(key), value)).collect())
}

pub(crate) async fn slots_of(
    connection: &mut PgConnection,
    scope: &Scope,
    keys: &[String],
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let marks = keys.iter().map(|key| mark(key)).collect();
    write::slots_of(connection, scope, marks).await
}

pub(crate) async fn count_slots(
    connection: &mut PgConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<u64, Error> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM slots");
    starting(&mut sql, scope, "key", prefix);
    let count = sql.build_query_scalar().fetch_one(connection).await;
    natural(count.map_err(storage)?)
}

pub(crate) async fn counters(
    connection: &mut PgConnection,
    scope: &Scope,
    prefix: &str,
) -> Result<Vec<(String, u64)>, Error> {
    let mut sql = QueryBuilder::new("SELECT name, value FROM counters");
    starting(&mut sql, scope, "name", prefix);
    ordered(&mut sql, "name");
    let rows: Vec<(String, i64)> = sql
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    rows.into_iter()
        .map(|(name, value)| Ok((text::read(name), natural(value)?)))
        .collect()
}

/// The index knows beginnings; the text itself decides.
fn starting(sql: &mut QueryBuilder<Postgres>, scope: &Scope, column: &str, prefix: &str) {
    scoped(sql, scope);
    let prefix = written(prefix);
    let start = head(&prefix);
    for (name, start) in [
        (format!("left({column}, 256)"), start),
        (column.to_owned(), &prefix),
    ] {
        sql.push(format!(" AND {name} >= "))
            .push_bind(start.to_owned());
        if let Some(end) = end_of(start) {
            sql.push(format!(" AND {name} < ")).push_bind(end);
        }
    }
}

fn ordered(sql: &mut QueryBuilder<Postgres>, column: &str) {
    sql.push(format!(" ORDER BY left({column}, 256), {column}"));
}

pub(crate) async fn decisions(
    connection: &mut PgConnection,
    scope: &Scope,
    query: &DecisionQuery,
) -> Result<Vec<Decision>, Error> {
    let mut sql = QueryBuilder::new("SELECT body FROM decisions");
    scoped(&mut sql, scope);
    sql.push(" AND seq > ").push_bind(integer(query.after));
    if let Some(object) = &query.object {
        sql.push(" AND seq IN (SELECT seq FROM decision_objects");
        scoped(&mut sql, scope);
        sql.push(" AND mark = ").push_bind(mark(object)).push(")");
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
