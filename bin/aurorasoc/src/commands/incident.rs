//! One incident: what it is, and what is done with it.

use aurora_messages::{self as messages, IncidentDetail, IncidentRow};
use aurora_model::{AlertStatus, Disposition, Incident as Whole, IncidentState, Score};
use clap::{Args, Subcommand};

use super::incidents::state;
use super::said;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Line, Screen, Span, Table, count, head, of, severity, short, status};
use crate::time;

/// Show, own, close, reopen an incident, or write a note
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Incident {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Show(Show),
    Own(Own),
    Release(Release),
    Close(Close),
    Reopen(Reopen),
    Note(Note),
}

/// Show one incident: stages, timeline, entities, and why its risk and confidence are what they are
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc incident show 4f9c1a2b\n  \
    aurorasoc incident show 4f9c --json | jq '.story.reasons'\n\n\
    The id of an incident that has become part of another leads to that one.")]
struct Show {
    #[command(flatten)]
    which: Which,
}

/// Take the incident: you are its owner
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc incident own 4f9c")]
struct Own {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    why: Why,
}

/// Give an owned incident back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc incident release 4f9c --reason 'end of shift'")]
struct Release {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    why: Why,
}

/// Close the incident with a judgement; its alerts stay as they are
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc incident close 4f9c --as true-positive --note 'hosts rebuilt, case 17'\n\n\
    Dispositions: true-positive, benign-true-positive, false-positive-rule, false-positive-data,\n\
    duplicate, test.")]
struct Close {
    #[command(flatten)]
    which: Which,
    /// How you judge it
    #[arg(long = "as", value_name = "DISPOSITION")]
    disposition: Disposition,
    /// For those who meet it again
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Take a closing back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc incident reopen 4f9c --reason 'seen again on ws12'")]
struct Reopen {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    why: Why,
}

/// Write a note
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc incident note 4f9c 'called the owner of ws12'")]
struct Note {
    #[command(flatten)]
    which: Which,
    /// As one word in quotes, or as several
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
}

#[derive(Debug, Args)]
struct Which {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "INCIDENT")]
    incident: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
struct Why {
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

pub async fn run(incident: Incident, app: &mut App) -> anyhow::Result<Exit> {
    match incident.what {
        What::Show(show) => return self::show(&show.which, app).await,
        What::Own(Own { which, why }) => {
            let id = lookup::incident(&app.client, &which.incident).await?;
            let own = messages::Own { reason: why.reason };
            let row = app.client.own_incident(id, &own).await?;
            told(&row, &which, app)?;
        }
        What::Release(Release { which, why }) => {
            let id = lookup::incident(&app.client, &which.incident).await?;
            let release = messages::Release { reason: why.reason };
            let row = app.client.release_incident(id, &release).await?;
            told(&row, &which, app)?;
        }
        What::Close(Close {
            which,
            disposition,
            note,
        }) => {
            let id = lookup::incident(&app.client, &which.incident).await?;
            let close = messages::Close { disposition, note };
            let row = app.client.close_incident(id, &close).await?;
            told(&row, &which, app)?;
        }
        What::Reopen(Reopen { which, why }) => {
            let id = lookup::incident(&app.client, &which.incident).await?;
            let reopen = messages::Reopen { reason: why.reason };
            let row = app.client.reopen_incident(id, &reopen).await?;
            told(&row, &which, app)?;
        }
        What::Note(Note { which, text }) => {
            let id = lookup::incident(&app.client, &which.incident).await?;
            let text = text.join(" ");
            let note = messages::WriteNote { text };
            let row = app.client.note_incident(id, &note).await?;
            told(&row, &which, app)?;
        }
    }
    Ok(Exit::Ok)
}

fn told(row: &IncidentRow, which: &Which, app: &mut App) -> std::io::Result<()> {
    if which.form.json {
        return app.screen.json(row);
    }
    let line = Line::new()
        .plain(format!("{}  ", head(row.id)))
        .span(stands(row))
        .plain(format!("  {}", short(&row.title, 80)));
    app.screen.line(line)
}

/// As a sentence's end, where a list has a word.
fn stands(row: &IncidentRow) -> Span {
    match (row.state, row.disposition, &row.owner) {
        (IncidentState::Live, Some(disposition), _) => Span::plain(format!(
            "closed as {}",
            disposition.word().replace('_', " ")
        )),
        (IncidentState::Live, None, Some(owner)) => Span::plain(format!("owned by {owner}")),
        (IncidentState::Live, None, None) => Span::plain("in the list"),
        (IncidentState::Merged | IncidentState::Dissolved, ..) => state(row),
    }
}

async fn show(which: &Which, app: &mut App) -> anyhow::Result<Exit> {
    let id = lookup::incident(&app.client, &which.incident).await?;
    let detail = app.client.incident(id).await?;
    if which.form.json {
        app.screen.json(&detail)?;
        return Ok(Exit::Ok);
    }
    app.screen.now = app.now();
    let screen = &mut app.screen;
    if detail.incident.id != id {
        let text = format!("{} is part of {}", head(id), head(detail.incident.id));
        screen.line(Line::new().dim(text))?;
    }
    top(screen, &detail)?;
    reasons(screen, &detail)?;
    stages(screen, &detail)?;
    entities(screen, &detail)?;
    timeline(screen, &detail)?;
    said::show(screen, &detail.notes, &detail.history)?;
    next(app, &detail.incident)?;
    Ok(Exit::Ok)
}

fn top(screen: &mut Screen, detail: &IncidentDetail) -> std::io::Result<()> {
    let row = &detail.incident;
    let line = Line::new().span(severity(row.severity)).plain("  ");
    screen.line(line.bold(&row.title))?;
    screen.line(Line::new().label("incident").plain(row.id))?;
    let mut line = Line::new().label("status").span(match row.state {
        IncidentState::Live => status(row.status),
        IncidentState::Merged | IncidentState::Dissolved => Span::dim(row.state.word()),
    });
    if let Some(disposition) = row.disposition {
        line = line.plain(format!(" as {}", disposition.word().replace('_', " ")));
    }
    if let Some(owner) = &row.owner {
        line = line.plain(format!(", owner {owner}"));
    }
    screen.line(line)?;
    let scores = format!("risk {} of 100, confidence {} %", row.risk, row.confidence);
    screen.line(Line::new().label("scores").plain(scores))?;
    let now = screen.now;
    let times = format!(
        "{} ({}) to {} ({})",
        time::exact(row.first_seen),
        time::relative(row.first_seen, now),
        time::exact(row.last_seen),
        time::relative(row.last_seen, now),
    );
    screen.line(Line::new().label("seen").plain(times))?;
    let mut alerts = format!("{}, {} open", of(row.alerts, "alert"), count(row.open));
    if detail.story.set_aside > 0 {
        alerts += &format!(", {} set aside", count(detail.story.set_aside));
    }
    alerts += &format!(", {}", of(row.matches, "match"));
    screen.line(Line::new().label("made of").plain(alerts))?;
    if !detail.aliases.is_empty() {
        let ids: Vec<String> = detail.aliases.iter().map(head).collect();
        screen.line(Line::new().label("also known as").plain(ids.join(", ")))?;
    }
    Ok(())
}

fn reasons(screen: &mut Screen, detail: &IncidentDetail) -> std::io::Result<()> {
    for (about, heading) in [(Score::Risk, "Risk"), (Score::Confidence, "Confidence")] {
        screen.heading(heading)?;
        for reason in detail.story.reasons.iter().filter(|r| r.about == about) {
            let points = if reason.points == 0 {
                String::new()
            } else {
                format!("{:+}", reason.points)
            };
            screen.line(
                Line::new()
                    .dim(format!("  {points:>4}  "))
                    .plain(&reason.text),
            )?;
        }
    }
    Ok(())
}

fn stages(screen: &mut Screen, detail: &IncidentDetail) -> std::io::Result<()> {
    if detail.story.stages.is_empty() {
        return Ok(());
    }
    screen.heading("Stages, as they were first seen")?;
    let mut table = Table::new(&["  tactic", "name", "first seen", "last seen", "alerts#"]);
    for stage in &detail.story.stages {
        let furthest = detail.story.furthest.as_ref() == Some(&stage.tactic);
        let name = if furthest {
            format!("{} (furthest)", stage.name)
        } else {
            stage.name.clone()
        };
        table.row([
            Span::dim(format!("  {}", stage.tactic)),
            Span::plain(name),
            Span::plain(time::exact(stage.first_seen)),
            Span::plain(time::exact(stage.last_seen)),
            Span::plain(stage.alerts),
        ]);
    }
    screen.table(&table)
}

fn entities(screen: &mut Screen, detail: &IncidentDetail) -> std::io::Result<()> {
    const SHOWN: usize = 25;
    screen.heading("About")?;
    let mut table = Table::new(&[
        "  kind",
        "value",
        "risk#",
        "alerts#",
        "criticality",
        "joins",
        "why",
    ]);
    for known in detail.story.entities.iter().take(SHOWN) {
        table.row([
            Span::dim(format!("  {}", known.entity.kind.word())),
            Span::plain(short(&known.entity.value, 60)),
            Span::plain(known.risk),
            Span::plain(known.alerts),
            Span::plain(known.criticality.word()),
            Span::plain(if known.joins { "yes" } else { "-" }),
            Span::maybe(known.reason.as_deref()),
        ]);
    }
    screen.table(&table)?;
    rest(screen, detail.story.entities.len(), SHOWN)
}

fn timeline(screen: &mut Screen, detail: &IncidentDetail) -> std::io::Result<()> {
    screen.heading("Timeline")?;
    let mut table = Table::new(&[
        "  alert",
        "first seen",
        "severity",
        "status",
        "title",
        "joined by",
    ]);
    for member in &detail.story.members {
        let by: Vec<String> = member
            .joined_by
            .iter()
            .map(|e| short(&e.value, 30))
            .collect();
        let closed = member
            .disposition
            .filter(|_| member.status == AlertStatus::Closed);
        table.row([
            Span::plain(format!("  {}", head(member.alert))),
            Span::plain(time::exact(member.first_seen)),
            severity(member.severity),
            match closed {
                Some(disposition) => Span::dim(disposition.word().replace('_', " ")),
                None => status(member.status),
            },
            Span::plain(short(&member.title, 60)),
            Span::dim(by.join(", ")),
        ]);
    }
    screen.table(&table)?;
    let all = usize::try_from(detail.story.alerts).unwrap_or(usize::MAX);
    rest(
        screen,
        all,
        detail.story.members.len().min(Whole::MAX_MEMBERS),
    )
}

fn rest(screen: &mut Screen, all: usize, shown: usize) -> std::io::Result<()> {
    if all <= shown {
        return Ok(());
    }
    let more = format!("  {} more", count((all - shown) as u64));
    screen.line(Line::new().dim(more))
}

/// What to do about it.
fn next(app: &mut App, row: &IncidentRow) -> std::io::Result<()> {
    let id = head(row.id);
    let rest = match row.status {
        AlertStatus::New => format!("incident own {id}"),
        AlertStatus::Owned => format!("incident close {id} --as true-positive"),
        AlertStatus::Closed => format!("incident reopen {id}"),
    };
    let typed = app.command(&rest);
    app.screen.blank()?;
    app.screen.line(Line::new().dim(format!("Next: {typed}")))
}
