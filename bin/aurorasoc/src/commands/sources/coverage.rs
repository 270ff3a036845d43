use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_parsers::coverage::{Fate, measure};
use aurora_parsers::{Registry, golden};
use aurora_rules::{Options, RuleSet, SourceFiles};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::args::Form;
use crate::commands::rules::load_rules;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Span, Table, count, of};

/// Show what becomes of the fields of each source, and which rules it can feed
///
/// Measured on the golden records: a field is mapped when another value in it changes the event outside
/// `unmapped`, unmapped when it changes only that, dropped when it changes nothing. A rule can be fed when its
/// logsource covers golden events of the source and each of its fields is in one of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc sources coverage\n  \
    aurorasoc sources coverage --source okta --fields\n  \
    aurorasoc sources coverage --rules my-rules/\n  \
    aurorasoc sources coverage my-parsers/")]
pub struct Coverage {
    /// A folder of parsers with their golden records; without it, what is shipped
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Only this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Rule files, or folders of them; without any, the shipped rules
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Every field with what becomes of it
    #[arg(long)]
    fields: bool,
    #[command(flatten)]
    form: Form,
}

#[derive(Serialize)]
struct Found {
    source: String,
    mapped: usize,
    unmapped: usize,
    dropped: usize,
    /// Rules about golden events of the source.
    rules: usize,
    /// Those of them of which every field is in such an event.
    fed: usize,
    /// The same as a part of all loaded rules, from 0 to 1.
    share: f64,
    fields: BTreeMap<String, &'static str>,
}

pub fn run(wanted: &Coverage, app: &mut App) -> anyhow::Result<Exit> {
    let folder = wanted.folder.as_deref();
    let registry = registry(folder)?;
    let rules = rules(&wanted.rules)?;
    let mut names = registry.names();
    if let Some(only) = &wanted.source {
        registry.check_name(only)?;
        names.retain(|name| name == only);
    }
    let mut all = Vec::new();
    for name in names {
        let records = match folder {
            Some(folder) => records(&folder.join(name))?,
            None => golden::shipped(name),
        };
        if !records.is_empty() {
            all.push(of_source(&registry, &rules, name, records)?);
        }
    }
    if all.is_empty() {
        let text = match folder {
            Some(folder) => format!("there are no golden records in `{}`", folder.display()),
            None => "no golden records of this source are shipped".to_owned(),
        };
        return Err(Failure::not_found(text)
            .fix("name a folder with a folder for each parser, and golden/*.in in it")
            .into());
    }
    if wanted.form.json {
        app.screen.json(&all)?;
        return Ok(Exit::Ok);
    }
    show(&all, rules.rules().len(), wanted.fields, app)
}

/// The parsers that are shipped, or as the folder has them, and the folder's own.
fn registry(folder: Option<&Path>) -> anyhow::Result<Registry> {
    let Some(folder) = folder else {
        return Ok(Registry::new()?);
    };
    let failed = || format!("cannot read `{}`", folder.display());
    let mut registry = Registry::reading(folder)?;
    let shipped = registry.names();
    let mut own = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let is_shipped = |name: &OsStr| shipped.iter().any(|known| name == *known);
        if path.join("parser.vrl").is_file() && !path.file_name().is_some_and(is_shipped) {
            own.push(path);
        }
    }
    own.sort();
    for folder in own {
        registry.add_folder(&folder)?;
    }
    Ok(registry)
}

fn rules(paths: &[PathBuf]) -> anyhow::Result<RuleSet> {
    if !paths.is_empty() {
        return load_rules(paths);
    }
    let mut files = SourceFiles::default();
    files.extend(aurora_shipped::rules());
    Ok(files.compile(Options::default()))
}

fn records(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut records = Vec::new();
    for input in golden::inputs(folder).unwrap_or_default() {
        if !golden::is_refused(&input) {
            let failed = || format!("cannot read `{}`", input.display());
            records.extend(golden::records(
                &std::fs::read(&input).with_context(failed)?,
            ));
        }
    }
    Ok(records)
}

fn of_source(
    registry: &Registry,
    rules: &RuleSet,
    name: &str,
    records: Vec<Vec<u8>>,
) -> anyhow::Result<Found> {
    let coverage = measure(registry, name, &records)?;
    let processed = registry.process(&golden::scope(), &golden::batch(name, records));
    let events: Result<Vec<Value>, _> = processed
        .events()
        .map(|item| item.event().map(Value::Object))
        .collect();
    let (about, fed) = fed(rules, &events?);
    let word = |fate: &Fate| match fate {
        Fate::Mapped => "mapped",
        Fate::Unmapped => "unmapped",
        Fate::Dropped => "dropped",
    };
    Ok(Found {
        source: name.to_owned(),
        mapped: coverage.count(Fate::Mapped),
        unmapped: coverage.count(Fate::Unmapped),
        dropped: coverage.count(Fate::Dropped),
        rules: about,
        fed,
        share: fed as f64 / rules.rules().len().max(1) as f64,
        fields: coverage
            .fields
            .iter()
            .map(|(field, fate)| (field.clone(), word(fate)))
            .collect(),
    })
}

/// How many rules are about these events, and of how many of those every field is in one of the events.
fn fed(rules: &RuleSet, events: &[Value]) -> (usize, usize) {
    let (mut about, mut fed) = (0, 0);
    for rule in rules.rules() {
        let mut fields: BTreeMap<&str, bool> = BTreeMap::new();
        let mut covered = false;
        for event in events {
            let Some(probe) = rules.probe(&rule.id, event) else {
                continue;
            };
            covered = true;
            for (field, present) in probe.fields {
                *fields.entry(field).or_default() |= present;
            }
        }
        about += usize::from(covered);
        fed += usize::from(covered && fields.values().all(|present| *present));
    }
    (about, fed)
}

fn show(all: &[Found], loaded: usize, fields: bool, app: &mut App) -> anyhow::Result<Exit> {
    let mut table = Table::new(&[
        "source",
        "mapped#",
        "unmapped#",
        "dropped#",
        "rules#",
        "fed#",
        "of all#",
    ]);
    for found in all {
        let number = |number: usize| Span::plain(count(number as u64));
        table.row([
            Span::plain(&found.source),
            number(found.mapped),
            number(found.unmapped),
            number(found.dropped),
            number(found.rules),
            number(found.fed),
            Span::plain(format!("{:.1} %", found.share * 100.0)),
        ]);
    }
    app.screen.table(&table)?;
    if fields {
        for found in all {
            for (field, fate) in &found.fields {
                app.screen.line(
                    Line::new()
                        .label(fate)
                        .plain(format!("{} {field}", found.source)),
                )?;
            }
        }
    }
    let text = format!(
        "{}, measured on their golden records with {}; rules: about events of the source, fed: with every field there, of all: these among all rules",
        of(all.len() as u64, "source"),
        of(loaded as u64, "rule")
    );
    app.screen.line(Line::new().dim(text))?;
    Ok(Exit::Ok)
}
