//! `cargo xtask check-layers`: the directions in which the crates may depend on one another.
//!
//! `base ← model ← ports ← pure parts and adapters ← plane services ← node ← bin`. Where a crate stands is written in
//! [`rooms`], which crate may hold a driver in [`drivers`], and what follows from it in [`rules`].

mod drivers;
mod rooms;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::say;
use rules::{Dependency, Member};

/// Reads the workspace's manifests, prints every breach and fails when there is one.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot read the workspace's manifests")?;
    let members = members(root, &metadata)?;
    let breaches = rules::check(&members);
    for breach in &breaches {
        say(breach);
    }
    if !breaches.is_empty() {
        bail!("{} breach(es) in {} crates", breaches.len(), members.len());
    }
    say(format_args!(
        "{} crates stand where they should",
        members.len()
    ));
    Ok(())
}

fn members(root: &Path, metadata: &Metadata) -> anyhow::Result<Vec<Member>> {
    let names: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    metadata
        .packages
        .iter()
        .map(|package| member(root, package, &names))
        .collect()
}

fn member(root: &Path, package: &Package, names: &BTreeSet<&str>) -> anyhow::Result<Member> {
    let manifest = package.manifest_path.as_std_path();
    let folder = manifest.parent().unwrap_or(manifest);
    let folder = folder
        .strip_prefix(root)
        .unwrap_or(folder)
        .display()
        .to_string();
    let text = std::fs::read_to_string(manifest)
        .with_context(|| format!("cannot read `{}`", manifest.display()))?;
    let table: toml::Table =
        toml::from_str(&text).with_context(|| format!("cannot parse `{}`", manifest.display()))?;
    let dependencies = package.dependencies.iter().map(|dependency| Dependency {
        name: dependency.name.clone(),
        for_tests: dependency.kind == DependencyKind::Development
            || is_of_testkit(dependency, &package.features),
        in_workspace: names.contains(dependency.name.as_str()),
    });
    Ok(Member {
        name: package.name.to_string(),
        folder,
        has_shared_lints: has_shared_lints(&table),
        dependencies: dependencies.collect(),
    })
}

/// Whether only the feature `testkit`, which no product build enables, brings this dependency in.
fn is_of_testkit(
    dependency: &cargo_metadata::Dependency,
    features: &BTreeMap<String, Vec<String>>,
) -> bool {
    let name = dependency.rename.as_deref().unwrap_or(&dependency.name);
    let brings_in = |entry: &String| {
        let entry = entry.strip_prefix("dep:").unwrap_or(entry);
        entry.split('/').next() == Some(name)
    };
    let mut features = features
        .iter()
        .filter(|(_, entries)| entries.iter().any(brings_in))
        .peekable();
    dependency.optional
        && features.peek().is_some()
        && features.all(|(feature, _)| feature == "testkit")
}

fn has_shared_lints(manifest: &toml::Table) -> bool {
    let lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"));
    lints.and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn shared_lints_are_seen() {
        let seen = |text: &str| has_shared_lints(&toml::from_str(text).unwrap());
        assert!(seen("[lints]\nworkspace = true\n"));
        assert!(seen("lints.workspace = true\n"));
        assert!(!seen("[lints]\nworkspace = false\n"));
        assert!(!seen("[lints.rust]\nunsafe_code = \"deny\"\n"));
        assert!(!seen("[package]\nname = \"x\"\n"));
    }

    #[test]
    fn a_testkit_may_bring_up_what_tests_may() {
        let dependency: cargo_metadata::Dependency = serde_json::from_value(serde_json::json!({
            "name": "memory", "req": "*", "kind": null, "optional": true, "uses_default_features": true,
            "features": [], "target": null, "rename": null, "registry": null, "path": null, "source": null,
        }))
        .unwrap();
        let features = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, entry)| ((*name).to_owned(), vec![(*entry).to_owned()]))
                .collect()
        };
        assert!(is_of_testkit(
            &dependency,
            &features(&[("testkit", "dep:memory"), ("x", "dep:memory-map")])
        ));
        assert!(!is_of_testkit(
            &dependency,
            &features(&[("testkit", "dep:memory"), ("x", "memory/fast")])
        ));
        assert!(!is_of_testkit(
            &dependency,
            &features(&[("memory", "dep:memory")])
        ));
        assert!(!is_of_testkit(&dependency, &features(&[])));
    }
}
