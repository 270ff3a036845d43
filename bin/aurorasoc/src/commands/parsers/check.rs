//! Folders of parsers, and registries that have them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_parsers::Registry;

use crate::failure::Failure;

/// A parser's folder, and its name.
pub struct Subject {
    pub name: String,
    pub folder: PathBuf,
}

/// The folders with a `parser.vrl`: the named ones, or those directly within them.
pub fn subjects(paths: &[PathBuf]) -> anyhow::Result<Vec<Subject>> {
    let mut found = Vec::new();
    for path in paths {
        if path.join("parser.vrl").is_file() {
            found.push(subject(path)?);
            continue;
        }
        let failed = || format!("cannot read `{}`", path.display());
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(path).with_context(failed)? {
            let folder = entry.with_context(failed)?.path();
            if folder.join("parser.vrl").is_file() {
                folders.push(folder);
            }
        }
        folders.sort();
        for folder in folders {
            found.push(subject(&folder)?);
        }
    }
    if found.is_empty() {
        return Err(Failure::not_found("there is no parser.vrl")
            .fix("name a parser's folder, or make one with `aurorasoc parsers new`")
            .into());
    }
    Ok(found)
}

fn subject(folder: &Path) -> anyhow::Result<Subject> {
    let folder = std::path::absolute(folder)?;
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok(Subject {
        name: name.context("the folder has no name")?,
        folder,
    })
}

/// A registry that has this parser; a shipped source's folder stands in for what the binary has.
pub fn registry(subject: &Subject) -> Result<Registry, String> {
    let mut registry = Registry::new().map_err(|error| error.to_string())?;
    if registry.names().contains(&subject.name.as_str()) {
        let beside = subject.folder.parent().unwrap_or(&subject.folder);
        return Registry::reading(beside).map_err(|error| error.to_string());
    }
    let added = registry.add_folder(&subject.folder);
    added.map_err(|error| error.to_string())?;
    Ok(registry)
}
