use aurora_messages::{AlertDetail, EventSchema, Evidence, RuleSummary};
use clap::Args;
use serde_json::Value;

use super::said;
use crate::app::App;
use crate::args::{self, Form};
use crate::exit::Exit;
use crate::lookup;
use crate::output::{
    Line, Screen, Shown, Span, Table, count, head, of, pretty, severity, short, status,
};
use crate::time;

/// Show one alert: rule and author, what matched, who is concerned, history, the raw event
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc show 4f9c1a2b\n  \
    aurorasoc show 4f9c --raw          with the events as they were stored\n  \
    aurorasoc show 4f9c --json | jq .alert.matched")]
pub struct Show {
    /// The alert's id, or the beginning of it
    alert: String,
    /// Print the events behind it in full
    #[arg(long)]
    raw: bool,
    /// The vocabulary of these events
    #[arg(long, value_name = "SCHEMA", default_value = EventSchema::default().name(), value_parser = args::schema())]
    schema: EventSchema,
    #[command(flatten)]
    form: Form,
}

pub async fn run(show: Show, app: &mut App) -> anyhow::Result<Exit> {
    let id = lookup::alert(&app.client, &show.alert).await?;
    let detail = app.client.alert_as(id, show.schema).await?;
    if show.form.json {
        app.screen.json(&detail)?;
        return Ok(Exit::Ok);
    }
    app.screen.now = app.now();
    let screen = &mut app.screen;
    top(screen, &detail)?;
    rule(screen, &detail)?;
    matched(screen, &detail)?;
    entities(screen, &detail)?;
    evidence(screen, &detail.evidence, show.raw)?;
    past(screen, &detail)?;
    said::history(screen, &detail.history)?;
    next(app, &detail)?;
    Ok(Exit::Ok)
}

fn top(screen: &mut Screen, detail: &AlertDetail) -> std::io::Result<()> {
    let (alert, row) = (&detail.alert, &detail.alert.row);
    screen.line(
        Line::new()
            .span(severity(row.severity))
            .plain("  ")
            .bold(&row.title),
    )?;
    screen.line(Line::new().label("alert").plain(row.id))?;
    let mut line = Line::new().label("status").span(status(row.status));
    if let Some(disposition) = row.disposition {
        line = line.plain(format!(" as {}", disposition.word().replace('_', " ")));
    }
    if let Some(owner) = &row.owner {
        line = line.plain(format!(", owner {owner}"));
    }
    screen.line(line)?;
    if let Some(note) = &alert.note {
        screen.line(Line::new().label("note").plain(note))?;
    }
    let now = screen.now;
    let times = format!(
        "{} ({}) to {} ({}), {}",
        time::exact(row.first_seen),
        time::relative(row.first_seen, now),
        time::exact(row.last_seen),
        time::relative(row.last_seen, now),
        of(row.count, "match"),
    );
    screen.line(Line::new().label("seen").plain(times))?;
    screen.line(Line::new().label("source").plain(&row.source))?;
    if !row.attack.is_empty() {
        screen.line(Line::new().label("ATT&CK").plain(row.attack.join(", ")))?;
    }
    if let Some(incident) = &detail.incident {
        let line = Line::new().label("incident").plain(head(incident.id));
        let title = format!("  {}, risk {}", short(&incident.title, 80), incident.risk);
        screen.line(line.plain(title))?;
    }
    Ok(())
}

fn rule(screen: &mut Screen, detail: &AlertDetail) -> std::io::Result<()> {
    let row = &detail.alert.row;
    screen.heading("Rule")?;
    screen.line(Line::new().label("  id").plain(&row.rule))?;
    screen.line(Line::new().label("  author").plain(&row.author))?;
    match &detail.rule {
        Some(rule) => about_rule(screen, rule),
        None => screen.line(Line::new().dim("  no longer loaded")),
    }
}

pub fn about_rule(screen: &mut Screen, rule: &RuleSummary) -> std::io::Result<()> {
    let texts = [
        ("  logsource", rule.logsource.clone()),
        ("  file", rule.file.clone()),
        ("  status", rule.status.clone().unwrap_or_default()),
        ("  licence", rule.license.clone().unwrap_or_default()),
        (
            "  what",
            rule.description
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        ),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        screen.line(Line::new().label(name).plain(text))?;
    }
    for text in &rule.false_positives {
        screen.line(Line::new().label("  may be false").plain(text))?;
    }
    for text in &rule.references {
        screen.line(Line::new().label("  see").plain(text))?;
    }
    Ok(())
}

fn matched(screen: &mut Screen, detail: &AlertDetail) -> std::io::Result<()> {
    screen.heading("Why it fired")?;
    let mut table = Table::new(&["  selection", "field", "found in", "value"]);
    for field in &detail.alert.matched {
        table.row([
            Span::plain(format!("  {}", field.selection)),
            Span::plain(&field.field),
            Span::dim(&field.path),
            Span::plain(short(&field.value, 2000)),
        ]);
    }
    screen.table(&table)
}

fn entities(screen: &mut Screen, detail: &AlertDetail) -> std::io::Result<()> {
    if detail.alert.all_entities.is_empty() {
        return Ok(());
    }
    screen.heading("About")?;
    for entity in &detail.alert.all_entities {
        let kind = format!("{:?}", entity.kind).to_lowercase();
        screen.line(Line::new().label(&format!("  {kind}")).plain(&entity.value))?;
    }
    Ok(())
}

fn evidence(screen: &mut Screen, evidence: &[Evidence], raw: bool) -> std::io::Result<()> {
    screen.heading("Evidence")?;
    for (index, item) in evidence.iter().enumerate() {
        let Some(event) = &item.event else {
            let text = format!("  {}  not in the event store now", item.uid);
            screen.line(Line::new().dim(text))?;
            continue;
        };
        let event = Value::Object(event.clone());
        let shown = Shown::of(&event);
        let class = event["class_name"].as_str().unwrap_or("event");
        let line = Line::new().dim(format!("  {}  ", item.uid)).bold(class);
        screen.line(line.plain(format!("  {}", short(&shown.what, 200))))?;
        if raw {
            whole(screen, event)?;
        } else if let Some(text) = event["raw_data"].as_str().filter(|_| index == 0) {
            screen.line(Line::new().label("  raw").plain(short(text, 1000)))?;
        }
    }
    Ok(())
}

/// The event, with the record it was made from at the end and on its own.
fn whole(screen: &mut Screen, mut event: Value) -> std::io::Result<()> {
    let record = event
        .as_object_mut()
        .and_then(|fields| fields.remove("raw_data"));
    for line in pretty(&event) {
        screen.line(format!("    {line}"))?;
    }
    let Some(record) = record else { return Ok(()) };
    screen.line(Line::new().dim("    raw record"))?;
    let text = record.as_str().unwrap_or_default();
    let lines = match serde_json::from_str::<Value>(text) {
        Ok(value) => pretty(&value),
        Err(_) => text.lines().map(str::to_owned).collect(),
    };
    for line in lines {
        screen.line(format!("    {line}"))?;
    }
    Ok(())
}

fn past(screen: &mut Screen, detail: &AlertDetail) -> std::io::Result<()> {
    let before = &detail.seen_before;
    if before.total == 0 {
        return Ok(());
    }
    screen.heading(&format!("Seen before, {} times", count(before.total)))?;
    let now = screen.now;
    let mut table = Table::new(&["  alert", "last seen", "status", "owner", "note"]);
    for alert in &before.latest {
        table.row([
            Span::plain(format!("  {}", head(alert.id))),
            Span::plain(time::relative(alert.last_seen, now)),
            match alert.disposition {
                Some(disposition) => Span::plain(disposition.word().replace('_', " ")),
                None => status(alert.status),
            },
            Span::maybe(alert.owner.as_deref()),
            Span::maybe(alert.note.as_deref()),
        ]);
    }
    screen.table(&table)
}

/// What to do about it.
fn next(app: &mut App, detail: &AlertDetail) -> std::io::Result<()> {
    use aurora_model::AlertStatus as Status;
    let id = head(detail.alert.row.id);
    let rest = match detail.alert.row.status {
        Status::New => format!("own {id}"),
        Status::Owned => format!("close {id} --as true-positive"),
        Status::Closed => format!("reopen {id}"),
    };
    let typed = app.command(&rest);
    app.screen.blank()?;
    app.screen.line(Line::new().dim(format!("Next: {typed}")))
}
