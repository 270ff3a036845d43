use aurora_client::Client;
use aurora_clock::Timestamp;
use aurora_messages::{AlertQuery, AlertRow, LiveEvent, View};
use aurora_model::{AlertStatus, Entity, RuleId, Severity};
use clap::Args;

use crate::app::App;
use crate::args::{Form, Life};
use crate::exit::Exit;
use crate::follow::Live;
use crate::output::{Line, Span, Table, count, head, severity, short, status};
use crate::time::{self, Moment};

/// List alerts: first what needs a human
///
/// Without filters these are open alerts that nobody else owns, the most severe first. With --all,
/// --status, --owner or --since it is every alert that fits, the latest first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc alerts\n  \
    aurorasoc alerts --all --severity high --since 24h\n  \
    aurorasoc alerts --text mimikatz --json | jq -r '.alerts[].id'\n  \
    aurorasoc alerts --follow")]
pub struct Alerts {
    /// Also closed ones and those that others own
    #[arg(long)]
    all: bool,
    /// This severity or worse
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Severity>,
    #[arg(long, value_enum)]
    status: Option<Life>,
    /// A rule's id
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Part of the title, of an entity, of the rule's or the alert's id
    #[arg(long)]
    text: Option<String>,
    /// Last seen since: 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Stay, and show alerts as they appear and change
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    form: Form,
}

impl Alerts {
    fn query(&self, now: Timestamp) -> AlertQuery {
        let chosen = self.status.is_some() || self.owner.is_some() || self.since.is_some();
        AlertQuery {
            view: if self.all || chosen {
                View::All
            } else {
                View::NeedsHuman
            },
            status: self.status.map(AlertStatus::from),
            severity: self.severity,
            rule: self.rule.clone().map(RuleId),
            owner: self.owner.clone(),
            text: self.text.clone(),
            since: self.since.map(|since| since.past(now)),
            limit: Some(self.limit),
            offset: None,
        }
    }
}

pub async fn run(alerts: Alerts, app: &mut App) -> anyhow::Result<Exit> {
    let query = alerts.query(app.now());
    if alerts.follow {
        return follow(&query, alerts.form.json, app).await;
    }
    let page = app.client.alerts(&query).await?;
    if alerts.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    if page.total == 0 {
        app.screen.line("No alert fits.")?;
    } else if !page.alerts.is_empty() {
        let table = table(&page.alerts, app.now());
        app.screen.table(&table)?;
    }
    app.screen.rest(page.total, page.alerts.len())?;
    not_shown(&query, app).await?;
    Ok(Exit::Ok)
}

/// What the queue leaves out. Nothing is muted silently.
async fn not_shown(query: &AlertQuery, app: &mut App) -> anyhow::Result<()> {
    if query.view == View::All {
        return Ok(());
    }
    let left_out = app.client.not_shown().await?;
    let parts = [
        (left_out.suppressed, "suppressed"),
        (left_out.closed_today, "closed today"),
        (left_out.owned_by_others, "owned by others"),
        (left_out.dead_lettered, "records in the dead letter"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(*number)))
        .collect();
    if !told.is_empty() {
        app.screen
            .line(Line::new().dim(format!("Not shown: {}", told.join(", "))))?;
    }
    Ok(())
}

pub fn table(alerts: &[AlertRow], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        "alert",
        "severity",
        "status",
        "last seen",
        "matches#",
        "about",
        "title",
    ]);
    for alert in alerts {
        table.row([
            Span::plain(head(alert.id)),
            severity(alert.severity),
            state(alert),
            Span::plain(time::relative(alert.last_seen, now)),
            Span::plain(count(alert.count)),
            about(alert.entity.as_ref()),
            Span::plain(short(&alert.title, 80)),
        ]);
    }
    table
}

fn state(alert: &AlertRow) -> Span {
    match (&alert.owner, alert.disposition) {
        (_, Some(disposition)) => Span::dim(disposition.word().replace('_', " ")),
        (Some(owner), None) => Span::plain(short(owner, 20)),
        (None, None) => status(alert.status),
    }
}

pub fn about(entity: Option<&Entity>) -> Span {
    Span::maybe(entity.map(|entity| short(&entity.value, 40)))
}

/// First what is there, oldest first as the rest will come, then every change.
async fn follow(query: &AlertQuery, json: bool, app: &mut App) -> anyhow::Result<Exit> {
    // Listening begins before reading, so that nothing falls between the two.
    let mut live = Live::open(&app.client).await?;
    let mut page = app.client.alerts(query).await?;
    page.alerts.sort_by_key(|alert| alert.updated_at);
    for alert in &page.alerts {
        show(alert, json, app)?;
    }
    loop {
        let heard = tokio::select! {
            heard = live.next() => heard?,
            ended = tokio::signal::ctrl_c() => {
                ended?;
                return Ok(Exit::Ok);
            }
        };
        match heard.event {
            LiveEvent::Alert(change) if fits(query, &change.alert) => {
                show(&change.alert, json, app)?
            }
            LiveEvent::Reset(_) => {
                for alert in fresh(query, &app.client).await? {
                    show(&alert, json, app)?;
                }
            }
            _ => {}
        }
    }
}

async fn fresh(query: &AlertQuery, client: &Client) -> anyhow::Result<Vec<AlertRow>> {
    Ok(client.alerts(query).await?.alerts)
}

/// What the site filters in a list, a change is filtered by here.
fn fits(query: &AlertQuery, alert: &AlertRow) -> bool {
    let text = query.text.as_ref().map(|text| text.to_lowercase());
    let mentions = |text: &String| {
        let holds = |hay: &str| hay.to_lowercase().contains(text);
        holds(&alert.title)
            || holds(&alert.rule.0)
            || alert.id.to_string().starts_with(text)
            || alert
                .entity
                .as_ref()
                .is_some_and(|entity| holds(&entity.value))
    };
    query.status.is_none_or(|status| alert.status == status)
        && query
            .severity
            .is_none_or(|severity| alert.severity >= severity)
        && query.rule.as_ref().is_none_or(|rule| alert.rule == *rule)
        && query
            .owner
            .as_ref()
            .is_none_or(|owner| alert.owner.as_ref() == Some(owner))
        && query.since.is_none_or(|since| alert.last_seen >= since)
        && text.as_ref().is_none_or(mentions)
}

fn show(alert: &AlertRow, json: bool, app: &mut App) -> std::io::Result<()> {
    if json {
        return app.screen.json(alert);
    }
    let line = Line::new()
        .dim(time::exact(alert.updated_at))
        .plain(format!("  {}  ", head(alert.id)))
        .span(severity(alert.severity))
        .plain("  ")
        .span(state(alert))
        .plain("  ")
        .bold(short(&alert.title, 80))
        .plain("  ")
        .span(about(alert.entity.as_ref()));
    app.screen.line(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::output::{Look, Screen};

    /// Keeps what is shown.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn hostile() -> AlertRow {
        let now = 1_700_000_000_000_i64;
        serde_json::from_value(json!({
            "id": "4f9c1a2b4f9c1a2b4f9c1a2b4f9c1a2b", "rule": "r", "author": "a", "source": "windows",
            "title": "An\u{1b}]0;owned\u{7}alert", "severity": "high", "status": "owned",
            "disposition": null, "owner": "an\nn",
            "entity": {"kind": "file", "value": "invoice\u{202e}fdp.exe"}, "entities": 1, "count": 1200,
            "first_seen": now, "last_seen": now, "created_at": now, "updated_at": now, "attack": []
        }))
        .unwrap()
    }

    #[test]
    fn hostile_text_is_shown_and_does_nothing() {
        let kept = Kept::default();
        let now = Timestamp::from_millis(1_700_000_060_000);
        let mut screen = Screen::to(Box::new(kept.clone()), Look::default(), now);
        screen.table(&table(&[hostile()], now)).unwrap();
        screen.json(&hostile()).unwrap();
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let (table, json) =
            text.split_at(text.find('{').map_or(0, |_| text.rfind("\n{").unwrap() + 1));
        expect![[r#"
            alert     severity  status  last seen  matches  about                   title
            4f9c1a2b  ▆ high    an\nn   1m ago       1,200  invoice\u{202e}fdp.exe  An\u{1b}]0;owned\u{7}alert
        "#]].assert_eq(table);
        assert_eq!(serde_json::from_str::<AlertRow>(json).unwrap(), hostile());
        assert!(
            !json
                .trim_end()
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{json:?}"
        );
    }

    #[test]
    fn a_change_is_filtered_as_a_list_is() {
        let alert = hostile();
        let fits_with = |change: fn(&mut AlertQuery)| {
            let mut query = AlertQuery::all();
            change(&mut query);
            fits(&query, &alert)
        };
        assert!(fits_with(|_| {}));
        assert!(fits_with(|query| query.text = Some("INVOICE".to_owned())));
        assert!(fits_with(|query| query.severity = Some(Severity::Medium)));
        assert!(!fits_with(|query| query.severity = Some(Severity::Critical)));
        assert!(!fits_with(|query| query.status = Some(AlertStatus::New)));
        assert!(!fits_with(|query| query.text = Some("absent".to_owned())));
    }
}
