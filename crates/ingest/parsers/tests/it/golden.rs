//! `content/parsers/<source>/golden/*.in` must become `*.out`. `UPDATE_EXPECT=1` writes what became of them.

use aurora_parsers::golden;
use expect_test::expect_file;

use crate::support::{content, registry};

/// Every source of the list, so that a new one needs no line here. `windows` has tests of its own beside its tables.
#[test]
fn every_source() {
    let registry = registry();
    let sources: Vec<_> = registry.names();
    for source in sources.into_iter().filter(|source| *source != "windows") {
        let inputs = golden::inputs(&content().join(source)).unwrap_or_default();
        assert!(!inputs.is_empty(), "{source} has no golden files");
        for input in inputs {
            let found = golden::run(&registry, source, &input).unwrap();
            let name = input.display();
            expect_file![found.output()].assert_eq(&found.got);
            // Records that are there to be refused, and a source that is chosen by name only.
            if input.ends_with("dead.in") || source == "json" {
                continue;
            }
            assert_eq!(found.dead, 0, "{name}: {}", found.got);
            assert!(found.strayed.is_empty(), "{name}: {:?}", found.strayed);
        }
    }
}

/// Whatever stands in `content/parsers` is in the list, and the other way round.
#[test]
fn every_folder_is_listed() {
    let mut folders: Vec<_> = std::fs::read_dir(content())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut listed = registry().names();
    listed.sort_unstable();
    assert_eq!(folders, listed);
}
