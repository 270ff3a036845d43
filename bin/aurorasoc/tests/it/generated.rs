//! Pages that are made from the settings' doc comments.

use std::path::Path;

use aurora_config::{reference_page, sample_file};
use aurora_node::SiteConfig;

fn check(file: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{file} is old: run this test with UPDATE=1"
    );
}

#[test]
fn the_reference_of_the_configuration_is_up_to_date() {
    check("docs/configuration.md", &reference_page::<SiteConfig>());
}

#[test]
fn the_sample_file_is_up_to_date_and_can_be_read() {
    let sample = sample_file::<SiteConfig>();
    check("deploy/aurorasoc.toml", &sample);
    // Every line of it, taken as it stands, is a setting with its default.
    let taken: Vec<&str> = sample
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        })
        .filter(|line| !line.ends_with("= \"\""))
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("aurorasoc.toml");
    std::fs::write(&path, taken.join("\n")).unwrap();
    let read: SiteConfig = aurora_config::Layers::new()
        .file(&path)
        .unwrap()
        .read()
        .unwrap();
    assert_eq!(read, SiteConfig::default());
}
