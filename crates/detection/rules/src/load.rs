use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_sigma::MAX_TEXT_BYTES;

use crate::problem::{Problem, ProblemKind};
use crate::{Error, Options, RuleSet};

/// Folders within folders; symbolic links to folders are not followed.
const MAX_DEPTH: usize = 32;

/// Loads every `.yml` and `.yaml` file below `folder`, in the order of their paths. Files and
/// folders whose names begin with a dot are left out.
///
/// # Errors
/// [`Error::Folder`] when `folder` itself cannot be listed. Everything else that cannot be used is
/// a [`Problem`] of the set.
pub fn load(folder: &Path, options: Options) -> Result<RuleSet, Error> {
    let mut found = Found {
        root: folder,
        files: Vec::new(),
        problems: Vec::new(),
    };
    let listing = |source| Error::Folder {
        path: folder.to_owned(),
        source,
    };
    found.list(folder, 0).map_err(listing)?;
    found.files.sort();
    let mut texts = Vec::with_capacity(found.files.len());
    for path in std::mem::take(&mut found.files) {
        match read(&path) {
            Ok(text) => texts.push((found.name(&path), text)),
            Err(reason) => found.problem(&path, reason),
        }
    }
    let texts = texts
        .iter()
        .map(|(name, text)| (Arc::clone(name), text.as_str()));
    Ok(RuleSet::new(texts, found.problems, options))
}

struct Found<'f> {
    root: &'f Path,
    files: Vec<PathBuf>,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn list(&mut self, folder: &Path, depth: usize) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() {
                if depth >= MAX_DEPTH {
                    self.problem(&path, format!("folders nest deeper than {MAX_DEPTH}"));
                } else if let Err(error) = self.list(&path, depth + 1) {
                    self.problem(&path, error.to_string());
                }
            } else if path
                .extension()
                .is_some_and(|end| end == "yml" || end == "yaml")
            {
                self.files.push(path);
            }
        }
        Ok(())
    }

    fn name(&self, path: &Path) -> Arc<str> {
        path.strip_prefix(self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .into()
    }

    fn problem(&mut self, path: &Path, reason: String) {
        let file = self.name(path);
        let kind = ProblemKind::Unreadable;
        self.problems.push(Problem {
            kind,
            file,
            line: 1,
            column: 1,
            reason,
        });
    }
}

fn read(path: &Path) -> Result<String, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > MAX_TEXT_BYTES as u64 {
        return Err(format!(
            "{length} bytes exceed the limit of {MAX_TEXT_BYTES} for a rule file"
        ));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "not UTF-8 after byte {}: save the file as UTF-8",
            error.utf8_error().valid_up_to()
        )
    })
}
