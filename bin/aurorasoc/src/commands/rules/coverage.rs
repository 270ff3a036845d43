use std::path::PathBuf;

use anyhow::Context as _;
use aurora_engineering::attack::Attack;
use aurora_engineering::coverage::{Covering, coverage, navigator, svg};
use aurora_messages::CoverageQuery;
use aurora_model::Severity;
use aurora_model::engineering::{Coverage as Report, TechniqueCoverage};
use aurora_rules::RuleSet;
use clap::Args;

use super::local;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Span, Table, bar, count, of, short};

/// Show which tactics and techniques of ATT&CK the rules are tagged with
///
/// Of rule files, or of the rules in force. A technique is counted under the tactics that its rules
/// name. That a rule is tagged with a technique does not mean that it finds every use of it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules coverage\n  \
    aurorasoc rules coverage my-rules/ --level high --techniques\n  \
    aurorasoc rules coverage --navigator layer.json    for the ATT&CK Navigator\n  \
    aurorasoc rules coverage --svg matrix.svg\n  \
    aurorasoc rules coverage --svg - > matrix.svg")]
pub struct Coverage {
    /// Rule files, or folders of them [default: the rules in force]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only rules of this level or worse
    #[arg(long, value_name = "LEVEL")]
    level: Option<Severity>,
    /// Only rules of this status: stable, test, experimental, deprecated, unsupported
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Option<String>,
    /// Every technique with its rules, not only the tactics
    #[arg(long, short)]
    techniques: bool,
    /// Write a layer for the ATT&CK Navigator, format 4.5; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["svg", "json"])]
    navigator: Option<PathBuf>,
    /// Write the matrix as a picture; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    form: Form,
}

fn status(word: &str) -> Result<String, String> {
    let known = aurora_sigma::Status::ALL.map(|(_, word)| word);
    if known.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(format!("want {}", known.join(", ")))
}

pub async fn run(wanted: Coverage, app: &mut App) -> anyhow::Result<Exit> {
    let report = if wanted.paths.is_empty() {
        let query = CoverageQuery {
            level: wanted.level,
            status: wanted.status.clone(),
        };
        app.client.rule_coverage(&query).await?
    } else {
        let set = local::load(&wanted.paths)?;
        coverage(&Attack::shipped(), &covering(&set, &wanted))
    };
    if let Some(path) = &wanted.navigator {
        let layer = navigator(&Attack::shipped(), &report, "AuroraSOC rules");
        let mut text = serde_json::to_string_pretty(&layer)?;
        text.push('\n');
        write(path, &text, app)?;
    } else if let Some(path) = &wanted.svg {
        write(path, &svg(&report, "ATT&CK coverage of rules"), app)?;
    } else if wanted.form.json {
        app.screen.json(&report)?;
    } else {
        show(&report, wanted.techniques, app)?;
    }
    Ok(Exit::Ok)
}

fn covering(set: &RuleSet, wanted: &Coverage) -> Vec<Covering> {
    let fits = |severity: Severity, status: Option<aurora_sigma::Status>| {
        let word = status.map(aurora_sigma::Status::word);
        wanted.level.is_none_or(|least| severity >= least)
            && wanted.status.as_deref().is_none_or(|it| word == Some(it))
    };
    let rules = set.rules().iter().map(|it| {
        let (title, status) = (&it.rule.header.title, it.rule.header.status);
        (&it.id, title, it.severity, status, &it.attack)
    });
    let correlations = set.correlations().iter().map(|it| {
        let (title, status) = (&it.correlation.header.title, it.correlation.header.status);
        (&it.id, title, it.severity, status, &it.attack)
    });
    rules
        .chain(correlations)
        .filter(|(_, _, severity, status, _)| fits(*severity, *status))
        .map(|(id, title, severity, _, attack)| Covering {
            id: id.clone(),
            title: title.clone(),
            severity,
            attack: attack.clone(),
        })
        .collect()
}

fn write(path: &std::path::Path, text: &str, app: &mut App) -> anyhow::Result<()> {
    if path.as_os_str() == "-" {
        app.screen.verbatim(text)?;
        return Ok(());
    }
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    app.screen.line(format!("written to {}", path.display()))?;
    Ok(())
}

fn show(report: &Report, techniques: bool, app: &mut App) -> anyhow::Result<()> {
    if report.rules == 0 {
        return Err(Failure::not_found("no rule fits")
            .fix("widen --level or --status")
            .into());
    }
    let screen = &mut app.screen;
    let most = report.tactics.iter().map(|tactic| tactic.rules).max();
    let mut table = Table::new(&["tactic", "name", "rules#", "techniques#", "of#", ""]);
    for tactic in &report.tactics {
        if tactic.rules == 0 && tactic.known == 0 {
            continue;
        }
        let own: std::collections::BTreeSet<&str> = tactic
            .techniques
            .iter()
            .map(|t| t.id.split('.').next().unwrap_or_default())
            .collect();
        table.row([
            Span::dim(&tactic.id),
            Span::plain(&tactic.name),
            Span::plain(count(tactic.rules)),
            Span::plain(count(own.len() as u64)),
            Span::dim(match tactic.known {
                0 => "?".to_owned(),
                known => count(known),
            }),
            Span::plain(bar(tactic.rules, most.unwrap_or(0), 24)),
        ]);
    }
    screen.table(&table)?;
    if techniques {
        for tactic in report.tactics.iter().filter(|t| !t.techniques.is_empty()) {
            screen.heading(&format!("{}  {}", tactic.id, tactic.name))?;
            let mut table = Table::new(&["technique", "name", "rules#", "levels", "such as"]);
            for technique in &tactic.techniques {
                table.row(cells(technique));
            }
            screen.table(&table)?;
        }
    }
    screen.line(Line::new().dim(format!(
        "{}, {}, {} without a technique",
        of(report.rules, "rule"),
        of(report.techniques, "technique"),
        count(report.untagged)
    )))?;
    Ok(())
}

fn cells(technique: &TechniqueCoverage) -> [Span; 5] {
    let levels = technique.levels.iter();
    let levels: Vec<String> = levels
        .map(|(level, number)| format!("{} {level}", count(*number)))
        .collect();
    let first = technique.rules.first().map_or("", |rule| &rule.title);
    [
        Span::plain(&technique.id),
        Span::plain(short(&technique.name, 44)),
        Span::plain(count(technique.rules.len() as u64)),
        Span::dim(levels.join(", ")),
        Span::plain(short(first, 60)),
    ]
}
