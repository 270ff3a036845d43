//! The shipped tables agree with the schema.

use aurora_ocsf::{Path, classes, resolve};
use aurora_rules::Mapping;

const FIELDS: &str = include_str!("../../../../../content/sigma/fields.tsv");

#[test]
fn the_tables_load() {
    if let Err(error) = Mapping::shipped() {
        panic!("{error}");
    }
}

#[test]
fn every_path_is_one_of_ocsf() {
    let mut unknown = Vec::new();
    for line in FIELDS.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let paths = line.split('\t').nth(4).unwrap();
        for path in paths
            .split(',')
            .filter(|path| *path != "-" && !path.starts_with('@'))
        {
            let parsed = Path::parse(path).unwrap();
            if !classes()
                .iter()
                .any(|class| resolve(class, &parsed).is_some())
            {
                unknown.push(line.to_owned());
            }
        }
    }
    assert!(
        unknown.is_empty(),
        "not in OCSF 1.3:\n{}",
        unknown.join("\n")
    );
}
