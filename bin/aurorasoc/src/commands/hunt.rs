use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_messages::{self as messages, EventSchema, HistogramRequest, HuntAnswer};
use clap::Args;
use serde_json::Value;

use crate::app::App;
use crate::args::{self, Form};
use crate::exit::Exit;
use crate::output::{Line, Shown, Span, Table, bar, count, of, short};
use crate::time::{self, Moment};

/// Search the events: field:value with wildcards, CIDR, ranges, AND, OR, NOT, count and top
///
/// Names are OCSF's or ECS's; an OCSF name wins where both exist, and `ecs:` forces ECS. The answer
/// says which path a name was taken for.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc hunt 'process.cmd_line:*mimikatz*' --since 24h\n  \
    aurorasoc hunt 'src_endpoint.ip:10.0.0.0/8 AND NOT user.name:svc-*' --since 7d --limit 500\n  \
    aurorasoc hunt 'class_name:\"DNS Activity\" | top 10 query.hostname'\n  \
    aurorasoc hunt 'device.hostname:ws1' --since 7d --histogram\n  \
    aurorasoc hunt 'event.outcome:failure AND source.ip:*' --schema ecs --json")]
pub struct Hunt {
    #[arg(value_name = "QUERY")]
    query: String,
    /// Events since: 30m, 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: Moment,
    /// Events before
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    /// The vocabulary of the events that are printed
    #[arg(long, value_name = "SCHEMA", default_value = EventSchema::default().name(), value_parser = args::schema())]
    schema: EventSchema,
    /// How many, over time, instead of which
    #[arg(long)]
    histogram: bool,
    #[command(flatten)]
    form: Form,
}

pub async fn run(hunt: Hunt, app: &mut App) -> anyhow::Result<Exit> {
    let now = app.now();
    let since = hunt.since.past(now);
    let until = hunt.until.map_or(now, |until| until.past(now));
    if hunt.histogram {
        return histogram(&hunt, since, until, app).await;
    }
    let asked = messages::Hunt {
        query: hunt.query,
        since: Some(since),
        until: Some(until),
        limit: Some(hunt.limit),
    };
    let answer = app.client.hunt_as(&asked, hunt.schema).await?;
    if hunt.form.json {
        app.screen.json(&answer)?;
        return Ok(Exit::Ok);
    }
    show(&answer, since, app)?;
    Ok(Exit::Ok)
}

fn show(answer: &HuntAnswer, since: Timestamp, app: &mut App) -> std::io::Result<()> {
    let names: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    if answer.rows.is_empty() {
        let text = format!(
            "Nothing fits since {}; --since looks further back.",
            time::exact(since)
        );
        app.screen.line(text)?;
    } else if names == ["time", "uid", "class_name", "event"] {
        app.screen.table(&events(answer))?;
    } else {
        app.screen.table(&aggregate(&names, answer))?;
    }
    app.screen.line(Line::new().dim(told(answer)))?;
    for note in &answer.notes {
        app.screen.line(Line::new().dim(note))?;
    }
    for field in answer
        .resolved
        .iter()
        .filter(|field| field.written != field.path)
    {
        let text = format!("{} was taken for {}", field.written, field.path);
        app.screen.line(Line::new().dim(text))?;
    }
    Ok(())
}

/// How much there was, and what it took.
fn told(answer: &HuntAnswer) -> String {
    let mut told = of(answer.rows.len() as u64, "row");
    if let Some(scanned) = answer.scanned {
        told.push_str(&format!(", {} looked at", count(scanned)));
    }
    told.push_str(&format!(", {} ms", answer.took_ms));
    if answer.truncated {
        told.push_str("; more matched: raise --limit or narrow the query");
    }
    told
}

/// An event a line.
fn events(answer: &HuntAnswer) -> Table {
    let mut table = Table::new(&["time", "class", "host", "user", "what"]);
    for row in &answer.rows {
        let [at, _, class, event] = row.as_slice() else {
            continue;
        };
        let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let event = event.as_str().map_or_else(|| event.clone(), read);
        let shown = Shown::of(&event);
        table.row([
            when(at),
            Span::plain(text(class)),
            Span::maybe(shown.host.map(|host| short(&host, 30))),
            Span::maybe(shown.user.map(|user| short(&user, 30))),
            Span::plain(short(&shown.what, 300)),
        ]);
    }
    table
}

/// Columns of the query's own making; their names come from it.
fn aggregate(names: &[&str], answer: &HuntAnswer) -> Table {
    let mut table = Table::named(names);
    for row in &answer.rows {
        table.row(row.iter().zip(names).map(|(value, name)| match *name {
            "time" => when(value),
            _ => match text(value).as_str() {
                "" => Span::dim("-"),
                text => Span::plain(short(text, 300)),
            },
        }));
    }
    table
}

fn when(value: &Value) -> Span {
    match value.as_i64() {
        Some(millis) => Span::dim(time::exact(Timestamp::from_millis(millis))),
        None => Span::plain(text(value)),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

async fn histogram(
    hunt: &Hunt,
    since: Timestamp,
    until: Timestamp,
    app: &mut App,
) -> anyhow::Result<Exit> {
    let asked = HistogramRequest {
        query: hunt.query.clone(),
        since,
        until,
        buckets: Some(30),
    };
    let answer = app.client.histogram(&asked).await?;
    if hunt.form.json {
        app.screen.json(&answer)?;
        return Ok(Exit::Ok);
    }
    let largest = answer
        .buckets
        .iter()
        .map(|bucket| bucket.count)
        .max()
        .unwrap_or(0);
    let width = usize::from(app.screen.width().unwrap_or(80))
        .saturating_sub(36)
        .clamp(10, 80);
    for bucket in &answer.buckets {
        let line = Line::new().dim(time::exact(bucket.start));
        let number = format!("{:>10}  ", count(bucket.count));
        app.screen
            .line(line.plain(number).plain(bar(bucket.count, largest, width)))?;
    }
    let total: u64 = answer.buckets.iter().map(|bucket| bucket.count).sum();
    let step = time::rough(Duration::from_millis(answer.bucket_ms));
    app.screen
        .line(Line::new().dim(format!("{} in steps of {step}", of(total, "event"))))?;
    Ok(Exit::Ok)
}
