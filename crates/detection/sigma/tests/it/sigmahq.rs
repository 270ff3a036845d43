//! SigmaHQ's rules, where the shared test data is present.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aurora_shared_data::shared_data as shared;
use aurora_sigma::{Document, Options, parse};

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
}

/// Two of the files are no rules but settings of other tools; every other one is a rule.
#[test]
fn every_rule_loads() {
    let Some(root) = shared() else { return };
    let mut files = Vec::new();
    rule_files(&root.join("sigma/rules"), &mut files);
    let placeholders = BTreeMap::from([("known_cdcs".to_owned(), vec!["dc1".to_owned()])]);
    let options = Options {
        placeholders: Some(&placeholders),
    };
    let (mut rules, mut failures) = (0, Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file
            .strip_prefix(root.join("sigma/rules"))
            .unwrap()
            .display()
            .to_string();
        for document in parse(&name, &text, &options) {
            match document {
                Ok(Document::Rule(_)) => rules += 1,
                Ok(other) => failures.push(format!("{other:?}")),
                Err(error) => failures.push(error.to_string()),
            }
        }
    }
    failures.sort();
    expect_test::expect![[r#"
        thor-logsource-map.yml:1:1: `logsource` is missing from the rule; did you mean `logsources`?
        win-services.rsigma-pipeline.yml:1:1: `title` is missing from the rule"#]]
    .assert_eq(&failures.join("\n"));
    assert_eq!((files.len(), rules), (3753, 3751));
}

/// The specification's own samples of correlations and filters are told apart from rules.
#[test]
fn samples_of_the_specification_are_recognised() {
    let Some(root) = shared() else { return };
    let mut files = Vec::new();
    rule_files(&root.join("sigma/spec"), &mut files);
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy();
        for document in parse(&name, &text, &Options::default()) {
            let kind = match document {
                Ok(Document::Rule(_)) => "rule",
                Ok(Document::Correlation(_)) => "correlation",
                Ok(Document::Filter(_)) => "filter",
                Err(error) => panic!("{error}"),
            };
            assert!(name.contains(kind), "{name} was taken for a {kind}");
        }
    }
}
