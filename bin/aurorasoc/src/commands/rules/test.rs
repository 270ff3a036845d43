use std::path::{Path, PathBuf};

use aurora_engineering::golden::{Outcome, Report, Tested, Untested, Wanted, find, judge};
use aurora_rules::RuleSet;
use clap::Args;

use super::local::{self, Loaded};
use super::reading::Reader;
use super::tree;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, count, of};

/// Run rules on the golden records that lie beside them
///
/// Beside `name.yml` lie `name.match.json` and `name.nomatch.json` (or .txt, .jsonl, .evtx, and
/// several, such as `name.match.office.json`): records as their source writes them, one a line, or
/// OCSF events. The first must make the rule fire; the second is a near miss, of the same logsource,
/// and must not. A correlation sees the records of a file in their order. No site is needed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules test                    every rule below this folder\n  \
    aurorasoc rules test my-rules/\n  \
    aurorasoc rules test my-rules/new.yml\n  \
    aurorasoc rules test --json | jq '.results[] | select(.outcome.kind != \"passed\")'\n\n\
    Exit code 1 when a rule did not do what its golden records want, 6 when a rule does not compile.")]
pub struct Test {
    /// Rule files, or folders of them [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Fail also when a rule has no golden records
    #[arg(long)]
    strict: bool,
    /// Show every golden file, not only failures
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    form: Form,
}

pub fn run(test: Test, app: &mut App) -> anyhow::Result<Exit> {
    let mut paths = test.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let loaded = local::load_with_paths(&paths)?;
    let reader = Reader::new()?;
    let mut report = Report {
        broken: loaded
            .set
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect(),
        ..Report::default()
    };
    for rule in subjects(&loaded.set) {
        one(&mut report, &loaded, &reader, &rule, app)?;
    }
    let exit = if !report.broken.is_empty() {
        Exit::Partly
    } else if report.failed > 0 || (test.strict && !report.without.is_empty()) {
        Exit::Failed
    } else {
        Exit::Ok
    };
    if test.form.json {
        app.screen.json(&report)?;
    } else {
        show(&report, &test, exit, app)?;
    }
    Ok(exit)
}

/// What can have golden records.
struct Subject {
    id: aurora_model::RuleId,
    title: String,
    file: String,
}

fn subjects(set: &RuleSet) -> Vec<Subject> {
    let rules = set.rules().iter().map(|it| Subject {
        id: it.id.clone(),
        title: it.rule.header.title.clone(),
        file: it.file.to_string(),
    });
    let correlations = set.correlations().iter().map(|it| Subject {
        id: it.id.clone(),
        title: it.correlation.header.title.clone(),
        file: it.file.to_string(),
    });
    let mut all: Vec<Subject> = rules.chain(correlations).collect();
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all
}

fn one(
    report: &mut Report,
    loaded: &Loaded,
    reader: &Reader,
    subject: &Subject,
    app: &App,
) -> anyhow::Result<()> {
    let path = loaded.path(&subject.file);
    let goldens = find(&path)?.goldens;
    // Several documents of one file share its golden records: they are the last one's, which is the
    // correlation where there is one.
    if goldens.is_empty() {
        report.without.push(Untested {
            rule: subject.id.clone(),
            title: subject.title.clone(),
            file: subject.file.clone(),
        });
        return Ok(());
    }
    if !is_meant(&loaded.set, subject) {
        return Ok(());
    }
    for golden in goldens {
        let read = reader.file(&golden.path, None, app.now())?;
        let (events, fired, outcome) = match read {
            Err(reason) => (0, Vec::new(), Outcome::Unreadable { reason }),
            Ok(events) => {
                let (fired, outcome) = judge(&loaded.set, &subject.id, golden.wanted, &events);
                (events.len() as u64, fired, outcome)
            }
        };
        report.add(Tested {
            rule: subject.id.clone(),
            title: subject.title.clone(),
            file: subject.file.clone(),
            golden: golden.path.display().to_string(),
            wanted: golden.wanted,
            events,
            fired,
            outcome,
        });
    }
    Ok(())
}

/// Of a file with a correlation, the correlation that no other of the file refers to.
fn is_meant(set: &RuleSet, subject: &Subject) -> bool {
    let mut of_file = set
        .correlations()
        .iter()
        .rev()
        .filter(|it| *it.file == *subject.file);
    match of_file.next() {
        Some(correlation) => correlation.id == subject.id,
        None => true,
    }
}

fn show(report: &Report, test: &Test, exit: Exit, app: &mut App) -> std::io::Result<()> {
    for problem in &report.broken {
        app.screen
            .line(Line::new().ink(Ink::BoldRed, "broken  ").plain(problem))?;
    }
    for tested in &report.results {
        if test.verbose || tested.outcome != Outcome::Passed {
            result(tested, app)?;
        }
    }
    if test.verbose || test.strict {
        for rule in &report.without {
            let line = Line::new()
                .ink(Ink::Yellow, "untested  ")
                .plain(&rule.title);
            app.screen.line(line.dim(format!("  {}", rule.file)))?;
        }
    }
    let files = report.passed + report.failed;
    let (ink, word) = match exit {
        Exit::Ok if files == 0 => (Ink::Yellow, "nothing was tested"),
        Exit::Ok => (Ink::Green, "ok"),
        _ => (Ink::BoldRed, "failed"),
    };
    let mut told = format!(
        ": {} of {} passed, {} failed",
        count(report.passed),
        of(files, "golden file"),
        count(report.failed)
    );
    if !report.broken.is_empty() {
        told.push_str(&format!(", {} broken", count(report.broken.len() as u64)));
    }
    let without = report.without.len() as u64;
    if without > 0 {
        told.push_str(&format!("; {} without golden records", of(without, "rule")));
    }
    app.screen.line(Line::new().ink(ink, word).plain(told))
}

fn result(tested: &Tested, app: &mut App) -> std::io::Result<()> {
    let passed = tested.outcome == Outcome::Passed;
    let line = if passed {
        Line::new().ink(Ink::Green, "passed  ")
    } else {
        Line::new().ink(Ink::Red, "FAILED  ")
    };
    let line = line.bold(&tested.title).dim(format!("  {}", tested.file));
    app.screen.line(line)?;
    let name = Path::new(&tested.golden).file_name().unwrap_or_default();
    let expected = match tested.wanted {
        Wanted::Match => "expected: fires",
        Wanted::NoMatch => "expected: stays silent",
    };
    let actual = match &tested.outcome {
        Outcome::Passed if tested.wanted == Wanted::NoMatch => "stays silent".to_owned(),
        Outcome::Unreadable { reason } => format!("cannot be read: {reason}"),
        Outcome::OtherLogsource { event } => {
            format!("a near miss of another logsource proves nothing: the event is {event}")
        }
        _ if tested.fired.is_empty() => "stays silent".to_owned(),
        _ => {
            let numbers: Vec<String> = tested.fired.iter().map(ToString::to_string).collect();
            format!("fires on event {} of {}", numbers.join(", "), tested.events)
        }
    };
    let line = Line::new().plain(format!("        {}: ", name.display()));
    app.screen
        .line(line.dim(expected).plain(format!("; actual: {actual}")))?;
    match &tested.outcome {
        Outcome::Silent { why: Some(why) } | Outcome::Fired { why: Some(why) } => {
            tree::show(&mut app.screen, why, 5)
        }
        _ => Ok(()),
    }
}
