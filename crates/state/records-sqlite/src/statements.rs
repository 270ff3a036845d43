//! The SQL of each collection. Names come from the port's own table and are plain words.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_records::{Collection, Field, FieldKind};
use sqlx::AssertSqlSafe;

/// What a commit does to documents, as text that is the same each time, so that SQLite keeps it
/// prepared.
#[derive(Debug)]
pub(crate) struct Statements(BTreeMap<Collection, Texts>);

#[derive(Debug)]
pub(crate) struct Texts {
    get: Arc<str>,
    put: Arc<str>,
    remove: Arc<str>,
}

impl Texts {
    /// Binds site, tenant, id; gives version and body.
    pub(crate) fn get(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(self.get.clone())
    }

    /// Binds site, tenant, id, version, body and then the fields in the collection's order.
    pub(crate) fn put(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(self.put.clone())
    }

    /// Binds site, tenant, id.
    pub(crate) fn remove(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(self.remove.clone())
    }
}

impl Statements {
    pub(crate) fn new() -> Self {
        Self(
            Collection::ALL
                .into_iter()
                .map(|collection| (collection, texts(collection)))
                .collect(),
        )
    }

    pub(crate) fn of(&self, collection: Collection) -> &Texts {
        self.0.get(&collection).expect("made for every collection")
    }
}

pub(crate) fn table(collection: Collection) -> String {
    format!("doc_{collection}")
}

/// The kind is part of the name, so that a field which changes its kind gets a new column.
pub(crate) fn column(field: Field) -> String {
    match field.kind {
        FieldKind::Text => format!("t_{}", field.name),
        FieldKind::Integer => format!("i_{}", field.name),
    }
}

fn texts(collection: Collection) -> Texts {
    let table = table(collection);
    let mut columns: Vec<String> = ["site", "tenant", "id", "version", "body"]
        .map(str::to_owned)
        .to_vec();
    columns.extend(collection.fields().iter().copied().map(column));
    let marks = vec!["?"; columns.len()].join(", ");
    let sets: Vec<String> = columns[3..]
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let one = "WHERE site = ? AND tenant = ? AND id = ?";
    Texts {
        get: format!("SELECT version, body FROM {table} {one}").into(),
        put: format!(
            "INSERT INTO {table} ({}) VALUES ({marks}) \
             ON CONFLICT (site, tenant, id) DO UPDATE SET {}",
            columns.join(", "),
            sets.join(", ")
        )
        .into(),
        remove: format!("DELETE FROM {table} {one}").into(),
    }
}
