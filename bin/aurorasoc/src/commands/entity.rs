//! One entity: what happened around it, and what people know of it.

use aurora_clock::Timestamp;
use aurora_messages::{EntityDetail, EntityName, EntityRow, SetEntity};
use aurora_model::{Criticality, EntityKind};
use clap::{Args, Subcommand};
use serde_json::Value;

use super::said;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Screen, Shown, Span, Table, count, head, of, severity, short};
use crate::time::{self, Moment};

/// Show a host, user, address, device, account, program or hash, with its timeline
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  \
    aurorasoc entity ws-014\n  \
    aurorasoc entity user m.keller --since 7d\n  \
    aurorasoc entity address 203.0.113.77 --json | jq '.incidents[].id'\n  \
    aurorasoc entity set ws-014 --criticality high --owner accounting")]
pub struct Entity {
    #[command(subcommand)]
    set: Option<What>,
    /// The kind, when several have this value, and the value
    #[arg(required = true, num_args = 1..=2, value_names = ["KIND", "VALUE"])]
    name: Vec<String>,
    /// Events since: 30m, 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: Moment,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum What {
    Set(Set),
}

/// Say who owns an entity, how much it matters, or what else is known
///
/// Criticality weighs in the risk of every incident that the entity has a part in.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc entity set dc-01 --criticality critical --owner 'platform team'\n  \
    aurorasoc entity set user svc-backup --note 'runs at 02:00 on fs-02 only'\n  \
    aurorasoc entity set dc-01 --owner ''")]
struct Set {
    /// The kind, when several have this value or none was seen, and the value
    #[arg(required = true, num_args = 1..=2, value_names = ["KIND", "VALUE"])]
    name: Vec<String>,
    /// Who answers for it; empty takes the owner away
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// low, normal, high or critical
    #[arg(long, value_name = "CRITICALITY")]
    criticality: Option<Criticality>,
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(entity: Entity, app: &mut App) -> anyhow::Result<Exit> {
    if let Some(What::Set(set)) = entity.set {
        return self::set(set, app).await;
    }
    let (kind, value) = named(&entity.name)?;
    let since = Some(entity.since.past(app.now()));
    let detail = app
        .client
        .entity(&EntityName { kind, value, since })
        .await?;
    if entity.form.json {
        app.screen.json(&detail)?;
        return Ok(Exit::Ok);
    }
    app.screen.now = app.now();
    let screen = &mut app.screen;
    top(screen, &detail)?;
    incidents(screen, &detail)?;
    timeline(screen, &detail)?;
    said::show(screen, &detail.notes, &detail.history)?;
    let query = detail.query.replace('\'', "'\\''");
    let typed = app.command(&format!("hunt '{query}'"));
    app.screen.blank()?;
    app.screen.line(Line::new().dim(format!("Next: {typed}")))?;
    Ok(Exit::Ok)
}

/// `ws-014`, or `host ws-014`.
fn named(words: &[String]) -> Result<(Option<EntityKind>, String), Failure> {
    match words {
        [kind, value] => match kind.parse() {
            Ok(kind) => Ok((Some(kind), value.clone())),
            Err(error) => {
                let error: aurora_model::alert::UnknownEntityKind = error;
                Err(Failure::usage(error.to_string())
                    .fix("name the kind before the value, or only the value, in quotes where it has blanks"))
            }
        },
        _ => Ok((None, words.first().cloned().unwrap_or_default())),
    }
}

async fn set(set: Set, app: &mut App) -> anyhow::Result<Exit> {
    let (kind, value) = named(&set.name)?;
    let asked = SetEntity {
        kind,
        value,
        owner: set.owner,
        criticality: set.criticality,
        note: set.note,
        reason: set.reason,
    };
    let row = app.client.set_entity(&asked).await?;
    if set.form.json {
        app.screen.json(&row)?;
        return Ok(Exit::Ok);
    }
    let line = Line::new()
        .plain(format!("{} ", row.entity.kind.word()))
        .bold(&row.entity.value)
        .plain(format!("  criticality {}, owner ", row.criticality.word()))
        .span(Span::maybe(row.owner.as_deref()));
    app.screen.line(line)?;
    Ok(Exit::Ok)
}

fn top(screen: &mut Screen, detail: &EntityDetail) -> std::io::Result<()> {
    let line = Line::new().plain(format!("{}  ", detail.entity.kind.word()));
    screen.line(line.bold(&detail.entity.value))?;
    match &detail.known {
        Some(known) => facts(screen, known),
        None => {
            let text = "nothing is kept of this kind but its alerts and events";
            screen.line(Line::new().dim(text))
        }
    }
}

fn facts(screen: &mut Screen, known: &EntityRow) -> std::io::Result<()> {
    let now = screen.now;
    let seen = |at| format!("{} ({})", time::exact(at), time::relative(at, now));
    let risk = format!(
        "{} of 100, {}",
        known.risk,
        of(u64::from(known.open_alerts), "open alert")
    );
    let sources: Vec<&str> = known.sources.iter().map(|source| source.as_str()).collect();
    let facts = [
        ("risk", risk),
        ("criticality", known.criticality.word().to_owned()),
        (
            "owner",
            known.owner.clone().unwrap_or_else(|| "-".to_owned()),
        ),
        ("first seen", seen(known.first_seen)),
        ("last seen", seen(known.last_seen)),
        ("sources", sources.join(", ")),
    ];
    for (name, text) in facts {
        screen.line(Line::new().label(name).plain(text))?;
    }
    for binding in &known.hosts {
        let day = |day: i64| {
            let at = Timestamp::from_millis(day.saturating_mul(86_400_000));
            time::exact(at).chars().take(10).collect::<String>()
        };
        let days = format!("{} to {}", day(binding.first_day), day(binding.last_day));
        screen.line(
            Line::new()
                .label("address of")
                .plain(format!("{}, {days}", binding.host)),
        )?;
    }
    Ok(())
}

fn incidents(screen: &mut Screen, detail: &EntityDetail) -> std::io::Result<()> {
    if detail.incidents.is_empty() {
        return Ok(());
    }
    screen.heading("Incidents")?;
    let table = super::incidents::table(&detail.incidents, screen.now);
    screen.table(&table)
}

/// One moment of a timeline.
struct Moments<'a> {
    at: Timestamp,
    what: Span,
    id: String,
    text: &'a str,
}

/// Alerts and events in one order, the newest first.
fn timeline(screen: &mut Screen, detail: &EntityDetail) -> std::io::Result<()> {
    let total = count(detail.alerts_total);
    screen.heading(&format!("Timeline: {total} alerts, and the newest events"))?;
    let events: Vec<(Timestamp, String, String)> = detail
        .events
        .iter()
        .map(|event| {
            let event = Value::Object(event.clone());
            let at = event["time"].as_i64().unwrap_or_default();
            let class = event["class_name"].as_str().unwrap_or("event").to_owned();
            (Timestamp::from_millis(at), class, Shown::of(&event).what)
        })
        .collect();
    let mut moments: Vec<Moments<'_>> = Vec::new();
    for alert in &detail.alerts {
        moments.push(Moments {
            at: alert.last_seen,
            what: severity(alert.severity),
            id: head(alert.id),
            text: &alert.title,
        });
    }
    for (at, class, text) in &events {
        moments.push(Moments {
            at: *at,
            what: Span::dim(class),
            id: String::new(),
            text,
        });
    }
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    if moments.is_empty() {
        screen.line(Line::new().dim("  nothing"))?;
    } else {
        let mut table = Table::new(&["  time", "what", "alert", "text"]);
        for moment in moments {
            table.row([
                Span::plain(format!("  {}", time::exact(moment.at))),
                moment.what,
                Span::plain(moment.id),
                Span::plain(short(moment.text, 100)),
            ]);
        }
        screen.table(&table)?;
    }
    match &detail.events_missing {
        Some(why) => screen.line(Line::new().dim(format!("  events are missing: {why}"))),
        None => Ok(()),
    }
}
