use std::path::{Path, PathBuf};
use std::time::Duration;

use aurora_messages::{BacktestJob, BacktestRequest, BacktestState};
use aurora_model::engineering::{BacktestRule, Judged, Precision};
use clap::Args;

use super::local;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::lookup;
use crate::output::{Counting, Ink, Line, Screen, Span, Table, bar, count, of, short};
use crate::time::{self, Moment};

/// Run rules over stored events: what they would have found
///
/// The site's own engine reads the events of the range once, in order of time. The result says how
/// many matches there would have been on each day, about whom, how much of it stands in alerts
/// already and what people made of those. Nothing is changed, and no alert is opened.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules backtest new.yml --since 30d\n  \
    aurorasoc rules backtest 5c1b2a9e --since 2026-11-01 --until 2026-11-08\n  \
    aurorasoc rules backtest brute-force.yml --rules my-rules/   with the rules that it refers to\n  \
    aurorasoc rules backtest new.yml --json | jq '.rules[].matches'\n\n\
    The precision counts alerts closed as true positives (benign ones too) against those closed as\n\
    false positives, with the Wilson interval at 95 %. Few judged alerts give a wide interval.")]
pub struct Backtest {
    /// Rule files, folders of them, or ids of rules in force
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
    /// From when: such as 24h, 30d, or a date
    #[arg(long, value_name = "TIME", default_value = "30d")]
    since: Moment,
    /// Until when [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// More rule files: those that correlations refer to, or in which to look for an id
    #[arg(long = "rules", value_name = "PATH")]
    beside: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

/// Often enough for a short one.
const SOON: Duration = Duration::from_millis(10);
const LATER: Duration = Duration::from_millis(250);

pub async fn run(wanted: Backtest, app: &mut App) -> anyhow::Result<Exit> {
    let request = request(&wanted, app).await?;
    let started = app.client.start_backtest(&request).await?;
    let mut interrupt = Interrupt::new()?;
    let job = watch(started, wanted.form.json, app, &mut interrupt).await?;
    match (job.state, job.report) {
        (BacktestState::Done, Some(report)) => {
            if wanted.form.json {
                app.screen.json(&report)?;
            } else {
                show(&report, app)?;
            }
            Ok(Exit::Ok)
        }
        (BacktestState::Cancelled, _) => Ok(Exit::Interrupted),
        (_, _) => {
            let why = job.problem.unwrap_or_else(|| "it has no result".to_owned());
            Err(Failure::new(Exit::Failed, format!("the backtest failed: {why}")).into())
        }
    }
}

async fn request(wanted: &Backtest, app: &App) -> anyhow::Result<BacktestRequest> {
    let now = app.now();
    let (mut paths, mut ids) = (Vec::new(), Vec::new());
    for rule in &wanted.rules {
        let path = Path::new(rule);
        if path.exists() || local::looks_like_a_path(rule) {
            local::existing(path)?;
            paths.push(path.to_owned());
        } else {
            ids.push(rule.as_str());
        }
    }
    let mut rules = Vec::new();
    let beside = local::load(&wanted.beside)?;
    for id in ids {
        rules.push(match local::find(&beside, id) {
            Some(found) => found,
            None => lookup::rule(&app.client, id).await?,
        });
    }
    let only_files = rules.is_empty() && wanted.beside.is_empty();
    if !paths.is_empty() && !only_files {
        // Not every rule of the files is meant then: those of the named paths are.
        rules.extend(local::ids(&paths, &wanted.beside)?);
    }
    paths.extend(wanted.beside.iter().cloned());
    let since = wanted.since.past(now);
    let until = wanted.until.map(|until| until.past(now));
    if until.unwrap_or(now) <= since {
        return Err(
            Failure::usage("there is no time between --since and --until")
                .fix("give a --since that is earlier than --until, and earlier than now")
                .into(),
        );
    }
    Ok(BacktestRequest {
        rules,
        files: local::texts(&paths)?,
        since,
        until,
    })
}

async fn watch(
    started: BacktestJob,
    quiet: bool,
    app: &App,
    interrupt: &mut Interrupt,
) -> anyhow::Result<BacktestJob> {
    let progress = Counting::new("backtest", quiet);
    let mut job = started;
    let mut pause = SOON;
    while !job.state.finished() {
        progress.at(job.read, job.total);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = interrupt.came() => {
                app.client.cancel_backtest(&job.id).await?;
                job.state = BacktestState::Cancelled;
                return Ok(job);
            }
        }
        job = app.client.backtest(&job.id).await?;
        pause = (pause * 2).min(LATER);
    }
    Ok(job)
}

fn show(report: &aurora_model::engineering::Backtest, app: &mut App) -> std::io::Result<()> {
    let screen = &mut app.screen;
    for rule in &report.rules {
        one(screen, rule)?;
        screen.blank()?;
    }
    let cost = &report.cost;
    #[allow(clippy::cast_precision_loss)]
    let seconds = |millis: u64| millis as f64 / 1000.0;
    screen.line(Line::new().dim(format!(
        "{} to {}: read {} of {} in {:.1} s, {:.1} s of it in the rules",
        time::exact(report.since),
        time::exact(report.until),
        count(cost.events_read),
        of(cost.events_in_range, "event"),
        seconds(cost.took_ms),
        seconds(cost.evaluating_ms),
    )))?;
    if let Some(from) = report.events_from {
        let text = format!(
            "The oldest event is of {}: nothing could be found before it.",
            time::exact(from)
        );
        screen.line(Line::new().ink(Ink::Yellow, text))?;
    }
    for gap in &report.gaps {
        screen.line(Line::new().ink(Ink::Yellow, gap))?;
    }
    Ok(())
}

fn one(screen: &mut Screen, rule: &BacktestRule) -> std::io::Result<()> {
    screen.line(
        Line::new()
            .bold(&rule.title)
            .dim(format!("  {}", rule.rule)),
    )?;
    let what = if rule.stateful { "firing" } else { "match" };
    let mut told = format!(
        "{} in {}",
        of(rule.matches, what),
        of(rule.candidates, "event")
    );
    told.push_str(" of its logsource");
    screen.line(Line::new().label("  found").plain(told))?;
    let most = rule.days.iter().map(|day| day.count).max().unwrap_or(0);
    if rule.days.len() > 1 && most > 0 {
        let line: String = rule.days.iter().map(|day| spark(day.count, most)).collect();
        let first = rule.days.first().map_or("", |day| &day.day);
        let last = rule.days.last().map_or("", |day| &day.day);
        let line = Line::new().label("  by day").ink(Ink::Cyan, line);
        screen.line(line.dim(format!("  {first} to {last}, at most {}", count(most))))?;
        busiest(screen, rule, most)?;
    }
    entities(screen, rule)?;
    overlap(screen, rule)?;
    screen.line(Line::new().label("  precision").plain(precision(rule)))?;
    samples(screen, rule)
}

/// Days with matches, when there are few enough to be read.
fn busiest(screen: &mut Screen, rule: &BacktestRule, most: u64) -> std::io::Result<()> {
    let with: Vec<_> = rule.days.iter().filter(|day| day.count > 0).collect();
    if with.len() > 14 {
        return Ok(());
    }
    for day in with {
        let text = format!("{}  {:>8}  ", day.day, count(day.count));
        let line = Line::new().label("").dim(text);
        screen.line(line.plain(bar(day.count, most, 24)))?;
    }
    Ok(())
}

/// One of eight heights; a day without a match is a dot.
fn spark(count: u64, most: u64) -> char {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if count == 0 {
        return '·';
    }
    let step = u128::from(count) * 8 / u128::from(most.max(1));
    HEIGHTS[usize::try_from(step).unwrap_or(8).clamp(1, 8) - 1]
}

fn entities(screen: &mut Screen, rule: &BacktestRule) -> std::io::Result<()> {
    if rule.matches == 0 {
        return Ok(());
    }
    let mut line = Line::new()
        .label("  about")
        .plain(match rule.distinct_entities {
            1 => "1 entity".to_owned(),
            many => format!("{} entities", count(many)),
        });
    for (index, top) in rule.top_entities.iter().take(5).enumerate() {
        line = line
            .dim(if index == 0 { ": " } else { ", " })
            .plain(short(&top.entity.value, 40))
            .dim(format!(" {}", count(top.count)));
    }
    screen.line(line)
}

fn overlap(screen: &mut Screen, rule: &BacktestRule) -> std::io::Result<()> {
    if rule.matches == 0 {
        return Ok(());
    }
    let known = &rule.overlap;
    let told = format!(
        "{} of {} stand in past alerts",
        count(known.matches),
        of(rule.matches, "match")
    );
    screen.line(Line::new().label("  overlap").plain(told))?;
    if known.alerts > 0 {
        let told = format!("this rule: {}", of(known.alerts, "alert"));
        let line = Line::new().label("").plain(told);
        let mut parts = judged(&known.closed_as);
        if known.open > 0 {
            parts.push(format!("{} not closed", count(known.open)));
        }
        screen.line(line.dim(format!("  {}", parts.join(", "))))?;
    }
    for other in known.other_rules.iter().take(5) {
        let told = format!("{}: {}", short(&other.title, 60), of(other.alerts, "alert"));
        let line = Line::new().label("").plain(told);
        screen.line(line.dim(format!("  {}", judged(&other.closed_as).join(", "))))?;
    }
    Ok(())
}

fn judged(closed: &std::collections::BTreeMap<String, u64>) -> Vec<String> {
    let counts = closed.iter();
    counts
        .map(|(word, number)| format!("{} {}", count(*number), word.replace('_', " ")))
        .collect()
}

fn precision(rule: &BacktestRule) -> String {
    let Some(Precision {
        judged_by,
        right,
        wrong,
        estimate,
        low,
        high,
    }) = rule.precision
    else {
        return "unknown: nobody has judged an alert on these matches".to_owned();
    };
    let whose = match judged_by {
        Judged::ThisRule => "judged alerts of this rule",
        Judged::OtherRules => "judged alerts of other rules on the same events",
    };
    format!(
        "{:.0} %, between {:.0} % and {:.0} % at 95 % confidence: {} right, {} wrong among {whose}",
        estimate * 100.0,
        low * 100.0,
        high * 100.0,
        count(right),
        count(wrong)
    )
}

fn samples(screen: &mut Screen, rule: &BacktestRule) -> std::io::Result<()> {
    if rule.samples.is_empty() {
        return Ok(());
    }
    screen.line(
        Line::new()
            .label("  samples")
            .dim("`rules explain RULE EVENT` tells more of one"),
    )?;
    let mut table = Table::new(&["  time", "event", "entity", "why"]);
    for sample in &rule.samples {
        let why: Vec<String> = sample
            .fields
            .iter()
            .map(|field| format!("{}={}", field.field, short(&field.value, 60)))
            .collect();
        let entity = sample.entity.as_ref();
        table.row([
            Span::dim(format!("  {}", time::exact(sample.time))),
            Span::plain(sample.uid),
            Span::maybe(entity.map(|entity| short(&entity.value, 30))),
            Span::plain(short(&why.join(", "), 160)),
        ]);
    }
    screen.table(&table)
}
