//! Rules put to files of flat JSON lines, as fast as this machine can.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_formats::{Compression, Limits, unpacked};
use aurora_rules::RuleSet;
use aurora_rules::flat::{FlatRules, Lines, Reached, evaluate_lines};
use clap::Args;
use serde::Serialize;

use super::local;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Ink, Line, Progress, Span, Table, count, head, of, severity, short};

/// Broken lines that are shown; all are counted.
const SHOWN: usize = 20;

/// Put rules to files of JSON lines whose keys are the rules' own field names
///
/// The lines are events as many exporters write them: flat, with Sigma's names (`EventID`, `Channel`,
/// `CommandLine`). Windows events meet the rules of their channel and number; an event without
/// either meets the rules of every other source. No site is needed and nothing is stored.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules eval --rules my-rules/ events.jsonl\n  \
    zcat events.gz | aurorasoc rules eval --rules my-rules/ --json -\n\n\
    Exit code 6 when some lines or rules could not be read.")]
pub struct Eval {
    /// Rule files, or folders of them
    #[arg(long, value_name = "DIR", required = true)]
    rules: Vec<PathBuf>,
    /// Files of JSON lines, packed with gzip or zstd or not at all; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Threads that evaluate; as many as there are processors when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    #[command(flatten)]
    form: Form,
}

/// A match as a line of JSON.
#[derive(Serialize)]
struct Hit<'h> {
    file: &'h str,
    /// Counted from 1.
    line: u64,
    rule: &'h str,
    title: &'h str,
    severity: aurora_model::Severity,
}

#[derive(Default)]
struct Tally {
    events: u64,
    /// By index of the rule.
    matches: BTreeMap<usize, u64>,
    broken: u64,
    shown: Vec<String>,
}

pub async fn run(eval: Eval, app: &mut App) -> anyhow::Result<Exit> {
    let set = local::load(&eval.rules)?;
    if set.rules().is_empty() {
        return Err(Failure::usage("there are no usable rules")
            .fix("`aurorasoc rules lint FILE` tells what is wrong with them")
            .into());
    }
    local::records_exist(&eval.files)?;
    let rules = FlatRules::new(&set);
    let threads = match eval.threads {
        Some(threads) => threads.into(),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut tally = Tally::default();
    for path in &eval.files {
        file(path, &set, &rules, threads, eval.form.json, app, &mut tally)?;
    }
    if !eval.form.json {
        show(&set, &tally, app)?;
    }
    let sound = tally.broken == 0 && set.problems().is_empty();
    Ok(if sound { Exit::Ok } else { Exit::Partly })
}

fn file(
    path: &Path,
    set: &RuleSet,
    rules: &FlatRules,
    threads: usize,
    json: bool,
    app: &mut App,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let failed = || format!("cannot read `{name}`");
    let (input, bytes) = open(path).with_context(failed)?;
    let (kind, input) = unpacked(BufReader::with_capacity(1 << 18, input), Limits::default())
        .with_context(failed)?;
    let total = if kind == Compression::None { bytes } else { 0 };
    let progress = Progress::new(&name, total, json);
    let mut seen = 0;
    let mut found = |lines: &Lines, reached: Reached| {
        seen = reached.events;
        tally.take(&name, lines);
        progress.at(reached.bytes, &of(reached.events, "event"));
        if json {
            for (line, rule) in &lines.matches {
                app.screen.json(&hit(set, &name, *line, *rule))?;
            }
        }
        Ok(())
    };
    evaluate_lines(rules, input, threads, &mut found).with_context(failed)?;
    tally.events += seen;
    for problem in tally.shown.drain(..) {
        eprint_line(&problem);
    }
    Ok(())
}

/// Standard error is for what is wrong, so that standard output stays JSON.
#[allow(clippy::print_stderr)]
fn eprint_line(text: &str) {
    eprintln!("{}", crate::output::clean(text));
}

fn open(path: &Path) -> std::io::Result<(Box<dyn Read + Send>, u64)> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), 0));
    }
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok((Box::new(file), bytes))
}

fn hit<'h>(set: &'h RuleSet, file: &'h str, line: u64, rule: usize) -> Hit<'h> {
    let rule = &set.rules()[rule];
    Hit {
        file,
        line,
        rule: &rule.id.0,
        title: &rule.rule.header.title,
        severity: rule.severity,
    }
}

impl Tally {
    fn take(&mut self, name: &str, lines: &Lines) {
        for (_, rule) in &lines.matches {
            *self.matches.entry(*rule).or_default() += 1;
        }
        let room = SHOWN.saturating_sub(usize::try_from(self.broken).unwrap_or(SHOWN));
        let shown = lines.broken.iter().take(room);
        self.shown
            .extend(shown.map(|(line, reason)| format!("{name}:{line}: {reason}")));
        self.broken += lines.broken.len() as u64;
    }
}

fn show(set: &RuleSet, tally: &Tally, app: &mut App) -> std::io::Result<()> {
    let mut rows: Vec<(u64, usize)> = tally.matches.iter().map(|(r, n)| (*n, *r)).collect();
    rows.sort_by(|a, b| b.cmp(a));
    let mut table = Table::new(&["matches#", "severity", "rule", "title", "file"]);
    for (matches, rule) in &rows {
        let rule = &set.rules()[*rule];
        table.row([
            Span::plain(count(*matches)),
            severity(rule.severity),
            Span::plain(head(&rule.id.0)),
            Span::plain(short(&rule.rule.header.title, 70)),
            Span::dim(&*rule.file),
        ]);
    }
    if !table.is_empty() {
        app.screen.table(&table)?;
    }
    let matches = tally.matches.values().sum();
    let told = format!(
        "{} of {} on {}, {} put to them",
        of(matches, "match"),
        of(rows.len() as u64, "rule"),
        of(tally.events, "event"),
        of(set.rules().len() as u64, "rule")
    );
    app.screen.line(Line::new().dim(told))?;
    for (number, what) in [
        (tally.broken, "line that is no JSON object"),
        (
            set.problems().len() as u64,
            "problem in the rules: see `rules lint`",
        ),
    ] {
        if number > 0 {
            let text = format!("{} × {what}", count(number));
            app.screen.line(Line::new().ink(Ink::Yellow, text))?;
        }
    }
    Ok(())
}
