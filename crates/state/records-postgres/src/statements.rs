//! Names of tables and columns. They come from the port's own table and are plain words.

use aurora_records::{Collection, Field, FieldKind};

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

/// What the index of a field is over.
pub(crate) fn indexed(field: Field) -> String {
    match field.kind {
        FieldKind::Text => format!("left({}, 256)", column(field)),
        FieldKind::Integer => column(field),
    }
}

/// Puts documents from arrays: site, tenant, then marks, ids, versions, bodies, and each field in the
/// collection's order.
pub(crate) fn put(collection: Collection) -> String {
    let fixed = ["mark", "id", "version", "body"].map(str::to_owned);
    let fields = collection.fields().iter().copied();
    let columns: Vec<String> = fixed
        .into_iter()
        .chain(fields.clone().map(column))
        .collect();
    let kinds = ["bytea", "text", "bigint", "text"].into_iter();
    let kinds = kinds.chain(fields.map(|field| match field.kind {
        FieldKind::Text => "text",
        FieldKind::Integer => "bigint",
    }));
    let arrays: Vec<String> = kinds
        .enumerate()
        .map(|(at, kind)| format!("${}::{kind}[]", at + 3))
        .collect();
    let sets: Vec<String> = columns[2..]
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    format!(
        "INSERT INTO {} (site, tenant, {}) SELECT $1, $2, * FROM unnest({}) \
         ON CONFLICT (site, tenant, mark) DO UPDATE SET {}",
        table(collection),
        columns.join(", "),
        arrays.join(", "),
        sets.join(", ")
    )
}
