//! Rules from files, with no site.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_messages::{LintReport, RuleProblem};
use aurora_rules::{Options, Problem, RuleSet, SourceFiles, lint as advice};

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

/// Every rule of the files and folders, compiled.
pub fn load(paths: &[PathBuf]) -> anyhow::Result<RuleSet> {
    let mut files = SourceFiles::default();
    for path in paths {
        let whole = existing(path)?;
        if whole.is_dir() {
            files.read(&whole)?;
        } else {
            let text = std::fs::read_to_string(&whole)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            files.extend([(path.display().to_string(), text)]);
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
        compiled: set.rules().len() as u64,
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
