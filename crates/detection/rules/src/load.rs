use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_sigma::MAX_TEXT_BYTES;

use crate::problem::{Problem, ProblemKind};
use crate::{Error, Options, RuleSet};

/// Folders within folders; symbolic links to folders are not followed.
const MAX_DEPTH: usize = 32;

/// Rule files from several places, to be compiled into one set.
#[derive(Debug, Default)]
pub struct SourceFiles {
    texts: Vec<(Arc<str>, String)>,
    problems: Vec<Problem>,
}

impl SourceFiles {
    /// Adds files that are already text; the names are for messages.
    pub fn extend(&mut self, files: impl IntoIterator<Item = (String, String)>) {
        self.texts
            .extend(files.into_iter().map(|(name, text)| (name.into(), text)));
    }

    /// Adds what another found; `rename` makes the names of its files.
    pub fn append(&mut self, other: Self, rename: impl Fn(&str) -> String) {
        let texts = other.texts.into_iter();
        self.texts
            .extend(texts.map(|(name, text)| (rename(&name).into(), text)));
        let problems = other.problems.into_iter();
        self.problems.extend(problems.map(|problem| Problem {
            file: rename(&problem.file).into(),
            ..problem
        }));
    }

    /// Adds every `.yml` and `.yaml` file below `folder`, in the order of their paths. Files and
    /// folders whose names begin with a dot are left out.
    ///
    /// # Errors
    /// [`Error::Folder`] when `folder` itself cannot be listed. Everything else that cannot be
    /// used is a [`Problem`] of the set.
    pub fn read(&mut self, folder: &Path) -> Result<(), Error> {
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
        for path in std::mem::take(&mut found.files) {
            match read(&path) {
                Ok(text) => self.texts.push((found.name(&path), text)),
                Err(reason) => found.problem(&path, reason),
            }
        }
        self.problems.append(&mut found.problems);
        Ok(())
    }

    /// The names and texts so far.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(name, text)| (&**name, text.as_str()))
    }

    pub fn compile(self, options: Options) -> RuleSet {
        let texts = self
            .texts
            .iter()
            .map(|(name, text)| (Arc::clone(name), text.as_str()));
        RuleSet::new(texts, self.problems, options)
    }
}

/// Loads one folder; see [`SourceFiles::read`].
///
/// # Errors
/// [`Error::Folder`] when `folder` itself cannot be listed.
pub fn load(folder: &Path, options: Options) -> Result<RuleSet, Error> {
    let mut files = SourceFiles::default();
    files.read(folder)?;
    Ok(files.compile(options))
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
