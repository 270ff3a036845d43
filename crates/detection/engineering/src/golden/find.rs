use std::path::{Path, PathBuf};

use serde::Serialize;

/// What a rule must do on a golden file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    Match,
    NoMatch,
}

impl Wanted {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::NoMatch => "nomatch",
        }
    }
}

/// A golden file of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    pub path: PathBuf,
    pub wanted: Wanted,
}

/// The golden files beside a rule file, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub goldens: Vec<Golden>,
}

/// # Errors
/// When the rule's folder cannot be listed.
pub fn find(rule: &Path) -> std::io::Result<Found> {
    let stem = rule.file_stem().unwrap_or_default().to_string_lossy();
    let folder = match rule.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut goldens = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(wanted) = wanted(&stem, &name) {
            goldens.push(Golden {
                wanted,
                path: folder.join(name.as_ref()),
            });
        }
    }
    goldens.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Found { goldens })
}

/// `stem.match.json`, `stem.nomatch.office.txt`; not the rule itself, nor another rule's file.
fn wanted(stem: &str, name: &str) -> Option<Wanted> {
    let rest = name.strip_prefix(stem)?.strip_prefix('.')?;
    if name.ends_with(".yml") || name.ends_with(".yaml") {
        return None;
    }
    let (kind, _) = rest.split_once('.')?;
    [Wanted::Match, Wanted::NoMatch]
        .into_iter()
        .find(|wanted| wanted.word() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_wanted() {
        for (name, expected) in [
            ("a.match.json", Some(Wanted::Match)),
            ("a.nomatch.txt", Some(Wanted::NoMatch)),
            ("a.match.office.jsonl", Some(Wanted::Match)),
            ("a.yml", None),
            ("a.match.yml", None),
            ("ab.match.json", None),
            ("a.matches.json", None),
            ("a.match", None),
        ] {
            assert_eq!(wanted("a", name), expected, "{name}");
        }
    }
}
