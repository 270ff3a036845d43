use aurora_messages::RuleHealthQuery;
use aurora_model::engineering::{HealthReport, RuleHealth, Trouble};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, count, head, of, severity, short};
use crate::time;

/// Say how the rules in force are: broken, noisy, slow, without events, silent
///
/// Computed when it is asked for, from the alerts on record and from recent events of each rule's
/// logsource; docs/rules.md says what each word means.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules health\n  \
    aurorasoc rules health --days 30 --all\n  \
    aurorasoc rules health --json | jq '.rules[] | select(.problems[].kind == \"noisy\") | .title'\n\n\
    Exit code 1 when a rule is broken or noisy.")]
pub struct Health {
    /// How many days back events are looked for, at most 90
    #[arg(long, value_name = "N", default_value_t = RuleHealthQuery::DEFAULT_DAYS)]
    days: u32,
    /// Also rules with nothing to say about
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    form: Form,
}

pub async fn run(wanted: Health, app: &mut App) -> anyhow::Result<Exit> {
    let query = RuleHealthQuery {
        days: Some(wanted.days),
    };
    let report = app.client.rule_health(&query).await?;
    let bad = |rule: &RuleHealth| matches!(rule.worst(), Some(Trouble::Broken | Trouble::Noisy));
    let exit = if report.rules.iter().any(bad) {
        Exit::Failed
    } else {
        Exit::Ok
    };
    if wanted.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    show(&report, wanted.all, app)?;
    Ok(exit)
}

fn show(report: &HealthReport, all: bool, app: &mut App) -> std::io::Result<()> {
    let mut table = Table::new(&[
        "health",
        "rule",
        "severity",
        "fires#",
        "alerts#",
        "false#",
        "last fired",
        "title",
        "why",
    ]);
    let rules = report.rules.iter();
    for rule in rules.filter(|rule| all || rule.worst().is_some()) {
        let why: Vec<&str> = rule.problems.iter().map(|p| p.text.as_str()).collect();
        let fired = rule.last_fired.map(|at| time::relative(at, app.screen.now));
        let title = if rule.title.is_empty() {
            &rule.file
        } else {
            &rule.title
        };
        table.row([
            word(rule.worst()),
            Span::maybe(rule.rule.as_ref().map(head)),
            severity(rule.severity),
            Span::plain(count(rule.fires)),
            Span::plain(count(rule.alerts)),
            Span::maybe(
                (rule.judged > 0)
                    .then(|| format!("{}/{}", count(rule.false_positives), count(rule.judged))),
            ),
            Span::maybe(fired),
            Span::plain(short(title, 60)),
            Span::dim(short(&why.join("; "), 120)),
        ]);
    }
    if !table.is_empty() {
        app.screen.table(&table)?;
    }
    let good = report.rules.iter().filter(|rule| rule.worst().is_none());
    let mut told = format!(
        "{} of {} well",
        good.count(),
        of(report.rules.len() as u64, "rule")
    );
    for kind in Trouble::ALL {
        let number = report
            .rules
            .iter()
            .filter(|rule| rule.worst() == Some(kind));
        match number.count() {
            0 => {}
            number => told.push_str(&format!(", {number} {}", kind.word())),
        }
    }
    told.push_str(&format!(
        "; looked at {} of {}",
        of(report.sampled, "event"),
        of(u64::from(report.days), "day")
    ));
    app.screen.line(Line::new().dim(told))
}

/// As `rules list --health` shows it too.
pub fn word(worst: Option<Trouble>) -> Span {
    match worst {
        None => Span::new("well", Ink::Green),
        Some(kind @ (Trouble::Broken | Trouble::Noisy)) => Span::new(kind.word(), Ink::Red),
        Some(kind @ (Trouble::BoundReached | Trouble::Slow | Trouble::SourceMissing)) => {
            Span::new(kind.word(), Ink::Yellow)
        }
        Some(kind @ Trouble::NeverFired) => Span::dim(kind.word()),
    }
}
