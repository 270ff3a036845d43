use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aurora_ids::Id128;
use aurora_indicators::read::{Options, Report, from_path, from_text};
use aurora_indicators::{Builder, Built, Error, Indicator, Set};

use super::{KeepError, Progress};

/// What an import reads.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) source: String,
    pub(crate) paths: Vec<PathBuf>,
    /// Name and text.
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) options: Options,
}

/// A set that is made and not yet kept. Its file goes when this does.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) set: Arc<Set>,
    pub(crate) built: Built,
    pub(crate) report: Report,
    pub(super) draft: Draft,
}

/// A file that nobody names yet.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) path: PathBuf,
    /// Whether it has got its name.
    pub(super) placed: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            // What stays here after all is swept at the next start.
            drop(std::fs::remove_file(&self.path));
            drop(std::fs::remove_file(self.path.with_extension("told")));
        }
    }
}

type Shown = Arc<Mutex<Option<Progress>>>;

pub(super) fn compile(input: &Input, folder: &Path, shown: &Shown) -> Result<Compiled, KeepError> {
    let draft = Draft {
        path: folder.join(format!("draft-{}", Id128::random())),
        placed: false,
    };
    show(
        shown,
        Some(Progress {
            source: input.source.clone(),
            read: 0,
            of: size(input)?,
        }),
    );
    let built = build(input, &draft.path, shown);
    show(shown, None);
    let (built, report) = built?;
    let file = std::fs::File::open(&draft.path).map_err(KeepError::File)?;
    Ok(Compiled {
        set: Arc::new(Set::open(Arc::new(file))?),
        built,
        report,
        draft,
    })
}

fn build(input: &Input, path: &Path, shown: &Shown) -> Result<(Built, Report), Error> {
    let mut builder = Builder::create(path)?;
    let mut report = Report::default();
    let mut add = |indicator: &Indicator| builder.add(indicator);
    let mut told = |bytes| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = shown.as_mut() {
            progress.read += bytes;
        }
    };
    for path in &input.paths {
        from_path(path, &input.options, &mut report, &mut told, &mut add)?;
    }
    for (name, text) in &input.texts {
        from_text(name, text, &input.options, &mut report, &mut add)?;
    }
    Ok((builder.finish()?, report))
}

fn size(input: &Input) -> Result<u64, KeepError> {
    let mut bytes = 0;
    for path in &input.paths {
        let name = || path.display().to_string();
        let about = std::fs::metadata(path).map_err(|source| {
            KeepError::Indicators(Error::Read {
                name: name(),
                source,
            })
        })?;
        if !about.is_file() {
            return Err(KeepError::NoFile(name()));
        }
        bytes += about.len();
    }
    Ok(bytes)
}

fn show(shown: &Shown, progress: Option<Progress>) {
    *shown.lock().unwrap_or_else(PoisonError::into_inner) = progress;
}
