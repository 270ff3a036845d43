//! Every protocol's bodies, whole and broken, and what becomes of them.
#![allow(clippy::unwrap_used)]

mod bulk;
mod hec;
mod loki;
mod otlp;
mod unpacking;

use aurora_push::{Entry, Error, Known, Sink};
use expect_test::Expect;

/// What content says in these tests: `known…` is of a source, JSON objects are of none.
fn known(parser: Option<&str>) -> impl Fn(&[u8]) -> Known {
    let named = parser == Some("known");
    move |body| {
        if body.starts_with(b"known") {
            Known::Source { named }
        } else if body.starts_with(b"{") {
            Known::Generic
        } else {
            Known::Nothing
        }
    }
}

/// A line an entry: `host body envelope`, as they travel to `parser`.
fn told(parser: Option<&str>, read: impl FnOnce(&mut Sink<'_>) -> Result<(), Error>) -> String {
    let mut lines = String::new();
    let read = read(&mut |entry: Entry| {
        let host = entry.host.clone().unwrap_or_else(|| "-".to_owned());
        let travels = entry.travels(parser, &known(parser));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (body, envelope) = (text(travels.body), text(travels.envelope));
        lines += &format!("{host} | {body} | {envelope}\n");
        Ok(())
    });
    if let Err(error) = read {
        lines += &format!("error: {error}\n");
    }
    lines
}

#[track_caller]
fn check(
    parser: Option<&str>,
    read: impl FnOnce(&mut Sink<'_>) -> Result<(), Error>,
    want: Expect,
) {
    want.assert_eq(&told(parser, read));
}
