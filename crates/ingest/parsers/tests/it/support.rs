//! Registries over the content as it lies in the repository, and what several tests do with records.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use aurora_formats::{Framed, Framer, Limits};
use aurora_parsers::Registry;
pub use aurora_parsers::golden::{batch, render, scope};
pub use aurora_shared_data::shared_data as shared;

/// With the programs as they lie there, so that a change of one needs no build.
pub fn registry() -> Registry {
    Registry::reading(&content()).unwrap()
}

pub fn content() -> PathBuf {
    repository().join("content/parsers")
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap()
        .to_owned()
}

/// The records of a file, as an import frames them.
pub fn framed(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let framer = Framer::new(Cursor::new(bytes), Limits::default()).unwrap();
    let body = |framed: Framed| match framed {
        Framed::Record { body, .. } => body,
        other => other.bytes().to_vec(),
    };
    framer.map(|framed| body(framed.unwrap())).collect()
}

/// A table for whoever runs the test, with every column as wide as its widest cell.
pub fn print_table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(String::len)
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        eprintln!("{}", cells.join("  ").trim_end());
    }
}
