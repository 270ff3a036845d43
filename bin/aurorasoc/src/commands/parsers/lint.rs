use std::path::PathBuf;

use aurora_parsers::Registry;
use aurora_parsers::coverage::{Fate, measure};
use aurora_parsers::golden;
use clap::Args;

use super::check::{Subject, registry, subjects};
use crate::app::App;
use crate::exit::Exit;
use crate::output::{Ink, Line, count, of};

/// Say what is wrong with parsers, and which fields of their golden records they drop
///
/// A field is dropped when another value in it makes the same event.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc parsers lint badge-reader/\n  \
    aurorasoc parsers lint my-parsers/\n\n\
    Exit code 6 when a parser cannot be used.")]
pub struct Lint {
    /// Parsers' folders, or folders of them
    #[arg(value_name = "FOLDER", default_value = ".")]
    folders: Vec<PathBuf>,
}

pub fn run(lint: &Lint, app: &mut App) -> anyhow::Result<Exit> {
    let (mut parsers, mut broken, mut advice) = (0_u64, 0_u64, 0_u64);
    for subject in subjects(&lint.folders)? {
        parsers += 1;
        let found = registry(&subject).and_then(|registry| {
            registry
                .compile(&subject.name)
                .map_err(|error| error.to_string())?;
            Ok(registry)
        });
        match found {
            Ok(registry) => {
                for text in advise(&subject, &registry)? {
                    advice += 1;
                    app.screen
                        .line(Line::new().label(&subject.name).plain(text))?;
                }
            }
            Err(error) => {
                broken += 1;
                app.screen
                    .line(Line::new().label(&subject.name).ink(Ink::Red, error))?;
            }
        }
    }
    let text = format!(
        "{}, {} unusable, {} of advice",
        of(parsers, "parser"),
        count(broken),
        of(advice, "piece")
    );
    app.screen.line(Line::new().dim(text))?;
    Ok(if broken == 0 { Exit::Ok } else { Exit::Partly })
}

fn advise(subject: &Subject, registry: &Registry) -> anyhow::Result<Vec<String>> {
    let mut advice = Vec::new();
    let about = registry
        .descriptions()
        .find(|(name, _)| *name == subject.name);
    if about.is_none_or(|(_, about)| about.detect.is_empty()) {
        advice.push("source.toml has no `detect`: its records must be named".to_owned());
    }
    let inputs = golden::inputs(&subject.folder).unwrap_or_default();
    if inputs.is_empty() {
        advice.push("there are no golden records: write golden/first.in".to_owned());
    }
    let mut records = Vec::new();
    for input in inputs {
        let found = golden::run(registry, &subject.name, &input)?;
        let file = input
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if found.dead > 0 && file != "dead.in" {
            let why = found
                .got
                .lines()
                .skip_while(|line| !line.starts_with("# dead"))
                .nth(1);
            let why = why.unwrap_or_default();
            advice.push(format!(
                "{file}: {}: {why}",
                of(found.dead as u64, "dead letter")
            ));
        }
        for (at, other) in found.strayed {
            let other = other.unwrap_or("nobody");
            advice.push(format!(
                "{file}: record {} is detected as {other}'s",
                at + 1
            ));
        }
        if file != "dead.in" {
            records.extend(golden::records(&std::fs::read(&input)?));
        }
    }
    let coverage = measure(registry, &subject.name, &records)?;
    let dropped = coverage.of(Fate::Dropped);
    advice.extend(
        dropped.map(|field| format!("`{field}` is dropped: leave it in `.body`, or map it")),
    );
    Ok(advice)
}
