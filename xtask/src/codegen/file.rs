//! A generated file: its text, and how it is written or compared with what is checked in.

use std::fmt;
use std::path::Path;

use anyhow::Context as _;

pub struct GeneratedFile {
    /// Relative to the repository's root.
    pub path: String,
    pub text: String,
}

/// What came of one file.
pub enum Outcome {
    Unchanged,
    Written,
    Differs(Difference),
}

/// A short account of how the checked-in file differs: line counts and the first line that is not the same.
pub struct Difference {
    checked_in_lines: usize,
    generated_lines: usize,
    first: Option<(usize, String, String)>,
}

impl GeneratedFile {
    /// A Rust file, with the line that says where it comes from.
    pub fn rust(path: &str, source: &str, body: &str) -> Self {
        let text =
            format!("// Written by `cargo xtask codegen` from {source}. Do not edit.\n\n{body}");
        Self {
            path: path.to_owned(),
            text,
        }
    }

    pub fn write(&self, root: &Path) -> anyhow::Result<Outcome> {
        let path = root.join(&self.path);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == self.text) {
            return Ok(Outcome::Unchanged);
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create `{}`", folder.display()))?;
        }
        std::fs::write(&path, &self.text)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Outcome::Written)
    }

    pub fn compare(&self, root: &Path) -> anyhow::Result<Outcome> {
        let path = root.join(&self.path);
        let old = match std::fs::read_to_string(&path) {
            Ok(old) => old,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
            }
        };
        if old == self.text {
            return Ok(Outcome::Unchanged);
        }
        Ok(Outcome::Differs(Difference::between(&old, &self.text)))
    }
}

impl Difference {
    fn between(old: &str, new: &str) -> Self {
        let first = (0..)
            .zip(old.lines().map(Some).chain(std::iter::repeat(None)))
            .zip(new.lines().map(Some).chain(std::iter::repeat(None)))
            .take(old.lines().count().max(new.lines().count()))
            .find(|((_, old), new)| old != new)
            .map(|((number, old), new)| (number + 1, shorten(old), shorten(new)));
        Self {
            checked_in_lines: old.lines().count(),
            generated_lines: new.lines().count(),
            first,
        }
    }
}

fn shorten(line: Option<&str>) -> String {
    match line {
        None => "(no line)".to_owned(),
        Some(line) if line.chars().count() > 120 => line.chars().take(120).chain(['…']).collect(),
        Some(line) => line.to_owned(),
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged => f.write_str("is up to date"),
            Self::Written => f.write_str("written"),
            Self::Differs(difference) => write!(f, "differs: {difference}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} lines here, {} generated",
            self.checked_in_lines, self.generated_lines
        )?;
        if let Some((line, old, new)) = &self.first {
            write!(f, "; first at line {line}:\n  - {old}\n  + {new}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_first_line() {
        let difference = Difference::between("a\nb\nc\n", "a\nx\nc\nd\n");
        assert_eq!(
            difference.to_string(),
            "3 lines here, 4 generated; first at line 2:\n  - b\n  + x"
        );
    }

    #[test]
    fn a_missing_line_is_shown_as_such() {
        let difference = Difference::between("", "a\n");
        assert_eq!(
            difference.to_string(),
            "0 lines here, 1 generated; first at line 1:\n  - (no line)\n  + a"
        );
    }
}
