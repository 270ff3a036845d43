//! Each `NAME.in` becomes `NAME.out`; `UPDATE_EXPECT=1` writes the latter.

use std::path::{Path, PathBuf};

use super::*;
use crate::golden;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers/windows/golden")
}

#[test]
fn records_become_the_events_beside_them() {
    let parser = super::parser();
    let files = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut inputs: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "in"))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 20, "{} golden records", inputs.len());
    for input in inputs {
        let records = golden::records(&std::fs::read(&input).unwrap());
        let [body] = records.as_slice() else {
            panic!("{} holds one record", input.display());
        };
        assert!(parser.detects(body), "{}", input.display());
        let parsed = parse(&parser, body).unwrap();
        let event = finished(parsed.event);
        assert_eq!(errors(&event), [""; 0], "{}", input.display());
        let mut text = serde_json::to_string_pretty(&event).unwrap();
        text.push('\n');
        expect_test::expect_file![input.with_extension("out")].assert_eq(&text);
    }
}
