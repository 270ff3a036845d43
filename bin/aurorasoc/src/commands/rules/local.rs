//! Rules from files, with no site.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use aurora_messages::{LintReport, RuleFile, RuleProblem};
use aurora_model::RuleId;
use aurora_rules::{Member, Options, Problem, RuleSet, SourceFiles, lint as advice};

use crate::failure::Failure;

/// The path as the site finds it, should it be there.
pub fn existing(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.exists() {
        let text = format!("there is no file `{}`", path.display());
        return Err(Failure::not_found(text)
            .fix("name a rule file, or a folder of rules")
            .into());
    }
    Ok(std::path::absolute(path)?)
}

/// Refuses records that are not there; `-` is standard input.
pub fn records_exist<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
    let missing = |path: &&PathBuf| **path != Path::new("-") && !path.exists();
    match paths.into_iter().find(missing) {
        None => Ok(()),
        Some(path) => {
            let text = format!("there is no file `{}`", path.display());
            Err(Failure::not_found(text)
                .fix("name a file of records")
                .into())
        }
    }
}

/// Rules, and where their files are.
pub struct Loaded {
    pub set: Arc<RuleSet>,
    /// What stands before the names of files.
    roots: Vec<PathBuf>,
}

impl Loaded {
    /// The file of this name.
    pub fn path(&self, file: &str) -> PathBuf {
        let within = self.roots.iter().map(|root| root.join(file));
        within
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| PathBuf::from(file))
    }
}

/// The same, with the places of the files.
pub fn load_with_paths(paths: &[PathBuf]) -> anyhow::Result<Loaded> {
    let folders = paths.iter().filter(|path| path.is_dir());
    Ok(Loaded {
        roots: folders.cloned().collect(),
        set: Arc::new(load(paths)?),
    })
}

/// Whether it was meant as a path, though nothing is there: such text is not looked for among ids.
pub fn looks_like_a_path(text: &str) -> bool {
    text.contains('/') || text.ends_with(".yml") || text.ends_with(".yaml")
}

/// The one rule of a file, with everything in it.
pub fn one(path: &Path) -> anyhow::Result<(RuleId, RuleSet)> {
    let set = load(&[path.to_owned()])?;
    let mut ids = set.rules().iter().map(|rule| rule.id.clone());
    match (ids.next(), ids.next(), set.problems().first()) {
        (Some(only), None, None) => Ok((only, set)),
        (_, _, Some(problem)) => {
            let text = format!("cannot use the rule: {problem}");
            Err(Failure::usage(text)
                .fix("mend it; `aurorasoc rules lint FILE` tells more")
                .into())
        }
        (first, ..) => {
            let count = if first.is_some() {
                "several rules"
            } else {
                "no rule"
            };
            let text = format!("there is {count} in `{}`", path.display());
            Err(Failure::usage(text)
                .fix("name a file with one rule that looks at single events")
                .into())
        }
    }
}

/// The correlation of a file that no other of the file builds on, and the set that it is in; `None`
/// when the file has rules of single events only.
pub fn correlation(path: &Path, beside: &[PathBuf]) -> anyhow::Result<Option<(RuleId, RuleSet)>> {
    let alone = load(&[path.to_owned()])?;
    let broken = |set: &RuleSet| set.problems().first().map(ToString::to_string);
    if alone.correlations().is_empty() && (beside.is_empty() || broken(&alone).is_none()) {
        return Ok(None);
    }
    let paths = [&[path.to_owned()], beside].concat();
    let own = ids(&[path.to_owned()], beside)?;
    let set = load(&paths)?;
    let within = |at: &usize| own.contains(&set.correlations()[*at].id);
    let inner = set.correlations().iter().flat_map(|it| &it.members);
    let inner: Vec<usize> = inner
        .filter_map(|member| match member {
            Member::Correlation(at) => Some(*at),
            Member::Rule(_) => None,
        })
        .collect();
    let all = 0..set.correlations().len();
    let mut outermost = all.filter(|at| within(at) && !inner.contains(at));
    match (outermost.next(), outermost.next()) {
        (Some(at), None) => {
            let id = set.correlations()[at].id.clone();
            Ok(Some((id, set)))
        }
        (None, _) => Ok(None),
        (Some(_), Some(_)) => {
            let text = format!("there are several correlations in `{}`", path.display());
            Err(Failure::usage(text)
                .fix("name a file with one, and the others' folder with --rules")
                .into())
        }
    }
}

/// The rule or correlation with this id, or the one whose id begins so.
pub fn find(set: &RuleSet, text: &str) -> Option<RuleId> {
    let rules = set.rules().iter().map(|it| &it.id);
    let ids: Vec<&RuleId> = rules
        .chain(set.correlations().iter().map(|it| &it.id))
        .filter(|id| id.0.starts_with(text))
        .collect();
    let exact = ids.iter().find(|id| id.0 == text);
    match (exact, ids.as_slice()) {
        (Some(exact), _) => Some((*exact).clone()),
        (None, [only]) => Some((*only).clone()),
        _ => None,
    }
}

/// The rules and correlations of `paths`, which may refer to others of `beside`.
pub fn ids(paths: &[PathBuf], beside: &[PathBuf]) -> anyhow::Result<Vec<RuleId>> {
    let names = texts(paths)?;
    let set = load(&[paths, beside].concat())?;
    let own = |file: &str| names.iter().any(|known| known.name == file);
    let rules = set.rules().iter().filter(|it| own(&it.file));
    let rules = rules.map(|it| it.id.clone());
    let correlations = set.correlations().iter().filter(|it| own(&it.file));
    Ok(rules.chain(correlations.map(|it| it.id.clone())).collect())
}

/// The texts of the files and folders, each once, as a request carries them.
pub fn texts(paths: &[PathBuf]) -> anyhow::Result<Vec<RuleFile>> {
    let mut files = Vec::new();
    for path in paths {
        let whole = existing(path)?;
        let mut found = SourceFiles::default();
        if whole.is_dir() {
            found.read(&whole)?;
        } else {
            found.extend([(path.display().to_string(), read(&whole, path)?)]);
        }
        let texts = found.texts();
        for (name, text) in texts {
            if files.iter().all(|known: &RuleFile| known.text != text) {
                files.push(RuleFile {
                    name: name.to_owned(),
                    text: text.to_owned(),
                });
            }
        }
    }
    Ok(files)
}

fn read(whole: &Path, path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(whole).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Every rule of the files and folders, compiled.
pub fn load(paths: &[PathBuf]) -> anyhow::Result<RuleSet> {
    let mut files = SourceFiles::default();
    for path in paths {
        let whole = existing(path)?;
        if whole.is_dir() {
            files.read(&whole)?;
        } else {
            files.extend([(path.display().to_string(), read(&whole, path)?)]);
        }
    }
    Ok(files.compile(Options::default()))
}

pub fn lint(paths: &[PathBuf]) -> anyhow::Result<LintReport> {
    let set = load(paths)?;
    let warnings = advice::lint(&set).into_iter().map(|warning| RuleProblem {
        file: warning.file.to_string(),
        line: Some(warning.line),
        column: None,
        reason: warning.text,
        fatal: false,
    });
    Ok(LintReport {
        compiled: (set.rules().len() + set.correlations().len()) as u64,
        problems: set.problems().iter().map(problem).chain(warnings).collect(),
    })
}

fn problem(problem: &Problem) -> RuleProblem {
    RuleProblem {
        file: problem.file.to_string(),
        line: Some(problem.line),
        column: Some(problem.column),
        reason: problem.reason.clone(),
        fatal: true,
    }
}
