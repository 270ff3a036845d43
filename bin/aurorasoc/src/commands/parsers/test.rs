use std::path::PathBuf;

use anyhow::Context as _;
use aurora_parsers::golden::{self, Golden};
use clap::Args;

use super::check::{Subject, registry, subjects};
use crate::app::App;
use crate::exit::Exit;
use crate::output::{Ink, Line, count, of};

/// Run parsers on their golden records
///
/// `golden/*.in` holds a record a line; `golden/*.out` is what must become of them, as this command
/// writes it with --update. No site is needed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc parsers test badge-reader/\n  \
    aurorasoc parsers test badge-reader/ --update    write what becomes of the records\n\n\
    Exit code 1 when a record became something else, 6 when a parser cannot be used.")]
pub struct Test {
    /// Parsers' folders, or folders of them
    #[arg(value_name = "FOLDER", default_value = ".")]
    folders: Vec<PathBuf>,
    /// Write the .out files; look at what changed before you keep them
    #[arg(long)]
    update: bool,
}

pub fn run(test: &Test, app: &mut App) -> anyhow::Result<Exit> {
    let (mut passed, mut failed, mut broken) = (0_u64, 0_u64, 0_u64);
    for subject in subjects(&test.folders)? {
        let registry = match registry(&subject) {
            Ok(registry) => registry,
            Err(error) => {
                broken += 1;
                app.screen
                    .line(Line::new().label(&subject.name).ink(Ink::Red, error))?;
                continue;
            }
        };
        let inputs = golden::inputs(&subject.folder).unwrap_or_default();
        if inputs.is_empty() {
            app.screen
                .line(Line::new().label(&subject.name).dim("no golden records"))?;
        }
        for input in inputs {
            let failure = || format!("cannot read `{}`", input.display());
            let found = golden::run(&registry, &subject.name, &input).with_context(failure)?;
            if test.update {
                std::fs::write(found.output(), &found.got)
                    .with_context(|| format!("cannot write `{}`", found.output().display()))?;
            }
            if found.passed() || test.update {
                passed += 1;
            } else {
                failed += 1;
            }
            told(&subject, &found, test.update, app)?;
        }
    }
    let text = format!(
        "{} good, {} failed, {} unusable",
        of(passed, "golden file"),
        count(failed),
        count(broken)
    );
    app.screen.line(Line::new().dim(text))?;
    Ok(match (broken, failed) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::Failed,
        _ => Exit::Partly,
    })
}

fn told(subject: &Subject, found: &Golden, update: bool, app: &mut App) -> anyhow::Result<()> {
    let file = found
        .input
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let line = Line::new().label(&subject.name).plain(format!(
        "{file}: {}, {}",
        of(found.events as u64, "event"),
        of(found.dead as u64, "dead letter")
    ));
    let line = match (found.passed(), update, &found.wanted) {
        (true, ..) => line.dim(" as wanted"),
        (_, true, _) => line.plain(" written"),
        (_, _, None) => line.ink(Ink::Red, " but there is no .out file; --update writes it"),
        (_, _, Some(wanted)) => line.ink(Ink::Red, format!(" {}", difference(wanted, &found.got))),
    };
    app.screen.line(line)?;
    Ok(())
}

/// The first line that differs.
fn difference(wanted: &str, got: &str) -> String {
    let mut lines = (1..).zip(wanted.lines().zip(got.lines()));
    match lines.find(|(_, (wanted, got))| wanted != got) {
        Some((at, (wanted, got))) => {
            format!("line {at}: want `{}`, got `{}`", wanted.trim(), got.trim())
        }
        None => "one of them is longer than the other".to_owned(),
    }
}
