use aurora_messages::{Health, SiteStatus};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, bytes, count, health, of, rate};
use crate::time;

/// Show how the site is: roles, listeners, rates, engine, disk
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc status\n  \
    aurorasoc status --json | jq .engine\n\n\
    Exit code 3 when no site runs.")]
pub struct Status {
    #[command(flatten)]
    form: Form,
}

pub async fn run(status: Status, app: &mut App) -> anyhow::Result<Exit> {
    let seen = app.client.status().await?;
    if status.form.json {
        app.screen.json(&seen)?;
        return Ok(Exit::Ok);
    }
    let ledger = app.client.ledger().await?;
    head(app, &seen)?;
    let received = of(ledger.total.received, "record");
    let line = Line::new()
        .label("ledger")
        .span(balance(ledger.balances, ledger.consistent));
    let in_flight = count(ledger.total.in_flight);
    app.screen
        .line(line.plain(format!(", {received} received, {in_flight} in flight")))?;
    app.screen.blank()?;
    app.screen.table(&roles(&seen))?;
    Ok(Exit::Ok)
}

/// Of a ledger, in a line about something else.
pub fn balance(balances: bool, consistent: bool) -> Span {
    match (balances, consistent) {
        (true, _) => Span::new("balances", Ink::Green),
        (false, true) => Span::new("does not balance: see `aurorasoc ledger`", Ink::BoldRed),
        (false, false) => Span::plain("moved on while it was read"),
    }
}

fn head(app: &mut App, seen: &SiteStatus) -> std::io::Result<()> {
    let screen = &mut app.screen;
    let up = time::rough(seen.now.since(seen.started_at));
    let line = Line::new().bold(&seen.name);
    screen.line(line.plain(format!(
        ", AuroraSOC {}, process {}, up {up}",
        seen.version, seen.pid
    )))?;
    screen.line(Line::new().label("site").plain(seen.site))?;
    screen.line(Line::new().label("data").plain(&seen.data_dir))?;
    for listener in &seen.listeners {
        screen.line(
            Line::new()
                .label("listens")
                .plain(format!("{} {}", listener.address, listener.name)),
        )?;
    }
    let rates = &seen.rates;
    let flow = format!(
        "{} records, {} events, {} matches in the last minute; {} in the last hour",
        rate(rates.records_per_second),
        rate(rates.events_per_second),
        rate(rates.matches_per_second),
        of(rates.alerts_last_hour, "alert"),
    );
    screen.line(Line::new().label("flow").plain(flow))?;
    let engine = &seen.engine;
    let holds = format!(
        "  {}, {}, {}",
        engine.engine,
        of(engine.rows, "event"),
        bytes(engine.bytes)
    );
    let mut line = Line::new()
        .label("engine")
        .span(health(engine.health))
        .plain(holds);
    if engine.restarts > 0 {
        line = line.ink(
            Ink::Yellow,
            format!(", restarted {}", of(engine.restarts, "time")),
        );
    }
    if let Some(detail) = engine
        .detail
        .as_ref()
        .filter(|_| engine.health != Health::Ready)
    {
        line = line.plain(format!(": {detail}"));
    }
    screen.line(line)?;
    screen.line(disk(seen))?;
    let rules = Line::new()
        .label("rules")
        .plain(format!("{} in force", count(seen.rules.loaded)));
    screen.line(match seen.rules.broken {
        0 => rules,
        broken => rules.ink(
            Ink::Yellow,
            format!(", {broken} broken: see `aurorasoc rules lint`"),
        ),
    })
}

fn disk(seen: &SiteStatus) -> Line {
    let disk = &seen.disk;
    let text = format!(
        "{} free, {} of it kept in reserve",
        bytes(disk.free_bytes),
        bytes(disk.reserve_bytes)
    );
    let ink = if disk.free_bytes > disk.reserve_bytes {
        Ink::Plain
    } else {
        Ink::BoldRed
    };
    Line::new().label("disk").ink(ink, text)
}

fn roles(seen: &SiteStatus) -> Table {
    let mut table = Table::new(&["role", "health", "waiting#", "detail"]);
    for role in &seen.roles {
        let detail = role.detail.as_deref().unwrap_or_default();
        table.row([
            Span::plain(&role.role),
            health(role.health),
            Span::maybe(role.waiting.map(count)),
            Span::plain(detail),
        ]);
    }
    table
}
