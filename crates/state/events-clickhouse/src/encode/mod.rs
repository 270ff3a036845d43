//! Rows to ClickHouse's Native format: one block, column by column.
//!
//! One pass over each event's JSON fills the buffers of all columns; nothing else of it is built.

mod block;
mod layout;
mod text;
mod walk;

use aurora_events::{Error, Row};
use aurora_model::Scope;
use serde::de::DeserializeSeed;

use crate::body::Block;
use crate::columns::{PROMOTED, name};
use block::{Column, write_text, write_varint};
pub(crate) use layout::Layout;
use walk::{Sink, Walk};

/// The statement's list of columns, in the order of [`encode`].
pub(crate) fn column_list() -> String {
    let head = crate::schema::HEAD
        .iter()
        .map(|(name, _)| (*name).to_owned());
    let promoted = PROMOTED.iter().map(|(path, _)| name(path));
    let all: Vec<String> = head
        .chain(promoted)
        .chain(["unmapped".to_owned(), "event".to_owned()])
        .collect();
    all.join(", ")
}

/// One Native block of all rows.
pub(crate) fn encode(layout: &Layout, scope: &Scope, rows: &[Row]) -> Result<Block, Error> {
    let mut sink = Sink::new();
    let mut events = Vec::with_capacity(rows.len() * 1200);
    for row in rows {
        let mut json = serde_json::Deserializer::from_slice(&row.item.json);
        let walk = Walk {
            layout,
            node: Layout::ROOT,
            sink: &mut sink,
        };
        walk.deserialize(&mut json).map_err(Error::storage)?;
        sink.end_row();
        write_event(&mut events, row);
    }
    let mut out = Block::default();
    write_varint(
        out.tail(),
        (crate::schema::HEAD.len() + PROMOTED.len() + 2) as u64,
    );
    write_varint(out.tail(), rows.len() as u64);
    write_head(&mut out, scope, rows);
    sink.write(&mut out);
    Column::write(&mut out, "event", "String", events);
    Ok(out)
}

/// The event's text without `raw_data`, which has a column of its own.
fn write_event(out: &mut Vec<u8>, row: &Row) {
    let raw = row
        .item
        .attribute("raw_data")
        .filter(|raw| raw.len() > 2 && raw.starts_with(b"\""));
    match raw.and_then(|_| row.item.without("raw_data")) {
        Some([before, after]) => {
            write_varint(out, (before.len() + after.len()) as u64);
            out.extend_from_slice(before);
            out.extend_from_slice(after);
        }
        None => write_text(out, &row.item.json),
    }
}

fn write_head(out: &mut Block, scope: &Scope, rows: &[Row]) {
    let fixed = |id: fn(&Row, &Scope) -> [u8; 16]| -> Vec<u8> {
        rows.iter().flat_map(|row| id(row, scope)).collect()
    };
    let texts = |text: fn(&Row, &Scope) -> Vec<u8>| -> Vec<u8> {
        let mut data = Vec::new();
        rows.iter()
            .for_each(|row| write_text(&mut data, &text(row, scope)));
        data
    };
    let ints = |int: fn(&Row) -> i64| -> Vec<u8> {
        rows.iter().flat_map(|row| int(row).to_le_bytes()).collect()
    };
    let classes: Vec<u8> = rows
        .iter()
        .flat_map(|row| row.item.class_uid.to_le_bytes())
        .collect();
    let tenant = texts(|_, scope| scope.tenant.as_str().as_bytes().to_vec());
    let source = texts(|row, _| row.source.as_str().as_bytes().to_vec());
    Column::write(
        out,
        "site",
        "FixedString(16)",
        fixed(|_, scope| *scope.site.0.as_bytes()),
    );
    Column::write(out, "tenant", "String", tenant);
    Column::write(
        out,
        "uid",
        "FixedString(16)",
        fixed(|row, _| *row.item.uid.0.as_bytes()),
    );
    Column::write(out, "time", "Int64", ints(|row| row.item.time.as_millis()));
    Column::write(
        out,
        "received_at",
        "Int64",
        ints(|row| row.received_at.as_millis()),
    );
    Column::write(out, "source", "String", source);
    Column::write(out, "class_uid", "UInt32", classes);
}
