use aurora_clock::Timestamp;
use aurora_messages::{IncidentQuery, IncidentRow, LiveEvent, View};
use aurora_model::{AlertStatus, IncidentState, Severity};
use clap::Args;

use crate::app::App;
use crate::args::{Form, Life};
use crate::exit::Exit;
use crate::follow::Live;
use crate::output::{Line, Span, Table, count, head, severity, short, status};
use crate::time::{self, Moment};

/// List incidents: alerts that share entities, joined
///
/// Without filters these are open incidents that nobody else owns, the riskiest first. With --all,
/// --status, --owner or --since it is every incident that fits, the latest first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc incidents\n  \
    aurorasoc incidents --all --severity high --since 7d\n  \
    aurorasoc incidents --text ws-014 --json | jq -r '.incidents[].id'\n  \
    aurorasoc incidents --follow")]
pub struct Incidents {
    /// Also closed, merged and dissolved ones and those that others own
    #[arg(long)]
    all: bool,
    /// This severity or worse
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Severity>,
    #[arg(long, value_enum)]
    status: Option<Life>,
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Part of the title, of an entity, of the incident's or an alert's id
    #[arg(long)]
    text: Option<String>,
    /// Last seen since: 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Stay, and show incidents as they appear and change
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    form: Form,
}

impl Incidents {
    fn query(&self, now: Timestamp) -> IncidentQuery {
        let chosen = self.status.is_some() || self.owner.is_some() || self.since.is_some();
        let all = self.all || chosen;
        IncidentQuery {
            view: if all { View::All } else { View::NeedsHuman },
            status: self.status.map(AlertStatus::from),
            severity: self.severity,
            owner: self.owner.clone(),
            text: self.text.clone(),
            since: self.since.map(|since| since.past(now)),
            limit: Some(self.limit),
            offset: None,
        }
    }
}

pub async fn run(incidents: Incidents, app: &mut App) -> anyhow::Result<Exit> {
    let query = incidents.query(app.now());
    if incidents.follow {
        return follow(&query, incidents.form.json, app).await;
    }
    let page = app.client.incidents(&query).await?;
    if incidents.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    if page.total == 0 {
        app.screen.line("No incident fits.")?;
    } else if !page.incidents.is_empty() {
        let table = table(&page.incidents, app.now());
        app.screen.table(&table)?;
    }
    app.screen.rest(page.total, page.incidents.len())?;
    Ok(Exit::Ok)
}

pub fn table(incidents: &[IncidentRow], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        "incident",
        "risk#",
        "sure#",
        "severity",
        "status",
        "last seen",
        "alerts#",
        "open#",
        "title",
    ]);
    for incident in incidents {
        table.row([
            Span::plain(head(incident.id)),
            Span::plain(incident.risk),
            Span::plain(format!("{} %", incident.confidence)),
            severity(incident.severity),
            state(incident),
            Span::plain(time::relative(incident.last_seen, now)),
            Span::plain(count(incident.alerts)),
            Span::plain(count(incident.open)),
            Span::plain(short(&incident.title, 80)),
        ]);
    }
    table
}

pub fn state(incident: &IncidentRow) -> Span {
    match (incident.state, &incident.owner, incident.disposition) {
        (IncidentState::Merged, ..) => Span::dim("merged"),
        (IncidentState::Dissolved, ..) => Span::dim("dissolved"),
        (_, _, Some(disposition)) => Span::dim(disposition.word().replace('_', " ")),
        (_, Some(owner), None) => Span::plain(short(owner, 20)),
        (_, None, None) => status(incident.status),
    }
}

/// First what is there, oldest first as the rest will come, then every change.
async fn follow(query: &IncidentQuery, json: bool, app: &mut App) -> anyhow::Result<Exit> {
    // Listening begins before reading, so that nothing falls between the two.
    let mut live = Live::open(&app.client).await?;
    let mut page = app.client.incidents(query).await?;
    page.incidents.sort_by_key(|incident| incident.updated_at);
    for incident in &page.incidents {
        show(incident, json, app)?;
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
            LiveEvent::Incident(change) if fits(query, &change.incident) => {
                show(&change.incident, json, app)?;
            }
            LiveEvent::Reset(_) => {
                for incident in &app.client.incidents(query).await?.incidents {
                    show(incident, json, app)?;
                }
            }
            _ => {}
        }
    }
}

/// What the site filters in a list, a change is filtered by here.
fn fits(query: &IncidentQuery, incident: &IncidentRow) -> bool {
    let text = query.text.as_ref().map(|text| text.to_lowercase());
    let mentions = |text: &String| {
        let holds = |hay: &str| hay.to_lowercase().contains(text);
        holds(&incident.title)
            || incident.id.to_string().starts_with(text)
            || incident.about.iter().any(|entity| holds(&entity.value))
    };
    query.status.is_none_or(|status| incident.status == status)
        && query
            .severity
            .is_none_or(|least| incident.severity >= least)
        && query
            .owner
            .as_ref()
            .is_none_or(|owner| incident.owner.as_ref() == Some(owner))
        && query.since.is_none_or(|since| incident.last_seen >= since)
        && text.as_ref().is_none_or(mentions)
}

fn show(incident: &IncidentRow, json: bool, app: &mut App) -> std::io::Result<()> {
    if json {
        return app.screen.json(incident);
    }
    let line = Line::new()
        .dim(time::exact(incident.updated_at))
        .plain(format!(
            "  {}  risk {:>3}  ",
            head(incident.id),
            incident.risk
        ))
        .span(severity(incident.severity))
        .plain("  ")
        .span(state(incident))
        .plain(format!("  {} alerts  ", count(incident.alerts)))
        .bold(short(&incident.title, 80));
    app.screen.line(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_filtered_as_a_list_is() {
        let now = 1_700_000_000_000_i64;
        let incident: IncidentRow = serde_json::from_value(json!({
            "id": "4f9c1a2b4f9c1a2b4f9c1a2b4f9c1a2b", "title": "Exfiltration on WS-1",
            "state": "live", "merged_into": null, "status": "owned", "disposition": null,
            "owner": "ann", "severity": "high", "risk": 90, "confidence": 80, "stage": null,
            "stages": [], "about": [{"kind": "host", "value": "WS-1"}], "entities": 1,
            "alerts": 3, "open": 3, "matches": 4, "first_seen": now, "last_seen": now,
            "created_at": now, "updated_at": now
        }))
        .unwrap();
        let fits_with = |change: fn(&mut IncidentQuery)| {
            let mut query = IncidentQuery::all();
            change(&mut query);
            fits(&query, &incident)
        };
        assert!(fits_with(|_| {}));
        assert!(fits_with(|query| query.text = Some("ws-1".to_owned())));
        assert!(!fits_with(|query| query.owner = Some("eva".to_owned())));
        assert!(!fits_with(|query| query.severity = Some(Severity::Critical)));
    }
}
