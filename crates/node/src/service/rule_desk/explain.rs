use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_clock::Timestamp;
use aurora_engineering::{explain_correlation, subset};
use aurora_events::{HuntOptions, TimeRange};
use aurora_messages::{ExplainCorrelation, ExplainRequest};
use aurora_model::engineering::{CorrelationExplanation, Explanation};
use aurora_model::{RuleId, Scope};
use aurora_rules::{Options, RuleSet};
use serde_json::Value;

use super::backtest::query;
use crate::service::{SiteService, errors, rules};

pub(super) async fn explain(
    site: &SiteService,
    scope: &Scope,
    request: &ExplainRequest,
) -> Result<Explanation> {
    let events = events(site, scope, request).await?;
    let in_force = site.parts.rules.handle().current();
    match (&request.rule, &request.text) {
        (Some(id), _) => best(&in_force, id, &events),
        (None, Some(text)) => {
            let set = RuleSet::from_texts([("rule", text.as_str())], Options::default());
            if let Some(first) = set.problems().first() {
                let text = format!("line {}: {}", first.line, first.reason);
                return Err(Error::invalid(text).fix("mend the rule; `rules lint` tells more"));
            }
            let rule = set.rules().first();
            let rule = rule.ok_or_else(|| Error::invalid("there is no rule in the text"))?;
            best(&set, &rule.id, &events)
        }
        (None, None) => Err(Error::invalid("give a rule's id or its text")),
    }
}

pub(super) async fn correlation(
    site: &SiteService,
    scope: &Scope,
    request: &ExplainCorrelation,
) -> Result<CorrelationExplanation> {
    let in_force = site.parts.rules.handle().current();
    let known = in_force
        .correlations()
        .iter()
        .any(|it| it.id == request.rule);
    if !known {
        return Err(Error::not_found("correlation", &request.rule));
    }
    let events: Vec<Value> = match request.since {
        Some(since) => stored(site, scope, &in_force, request, since).await?,
        None => request.events.iter().cloned().map(Value::Object).collect(),
    };
    explain_correlation(&in_force, &request.rule, &events)
        .ok_or_else(|| Error::not_found("correlation", &request.rule))
}

/// Every stored event that a rule of the correlation may be about.
async fn stored(
    site: &SiteService,
    scope: &Scope,
    in_force: &RuleSet,
    request: &ExplainCorrelation,
    since: Timestamp,
) -> Result<Vec<Value>> {
    let needed = subset(in_force, std::slice::from_ref(&request.rule));
    let options = HuntOptions {
        range: TimeRange {
            from: since,
            until: request.until.unwrap_or_else(|| site.now()),
        },
        limit: ExplainCorrelation::MAX_EVENTS,
        timeout: Duration::from_secs(site.parts.config.events.hunt_timeout_seconds),
    };
    let found = site.events().hunt(scope, &query(&needed)?, &options).await;
    let found = found.map_err(errors::events)?;
    if found.truncated {
        let text = format!(
            "more than {} events may matter to it in that time",
            ExplainCorrelation::MAX_EVENTS
        );
        return Err(Error::too_expensive(text).fix("narrow the time range"));
    }
    let place = found
        .columns
        .iter()
        .position(|column| column.name == "event");
    let place = place.ok_or_else(|| Error::internal("the store answered without events"))?;
    let rows = found.rows.into_iter();
    Ok(rows.map(|mut row| row.swap_remove(place)).collect())
}

/// A record may hold several events: the one that fires the rule, or is of its logsource, is meant.
fn best(set: &RuleSet, id: &RuleId, events: &[Value]) -> Result<Explanation> {
    let explained = events.iter().map(|event| set.explain(id, event));
    let mut best: Option<Explanation> = None;
    for explanation in explained {
        let explanation = explanation.ok_or_else(|| Error::not_found("rule", id))?;
        let rank = |one: &Explanation| (one.matched, one.covered);
        if best
            .as_ref()
            .is_none_or(|best| rank(&explanation) > rank(best))
        {
            best = Some(explanation);
        }
    }
    best.ok_or_else(|| Error::invalid("the record holds no event"))
}

async fn events(site: &SiteService, scope: &Scope, request: &ExplainRequest) -> Result<Vec<Value>> {
    if let Some(uid) = request.uid {
        let found = site.events().get(scope, &[uid]).await;
        let found = found.map_err(errors::events)?;
        let event = found.into_iter().next();
        let event = event.ok_or_else(|| Error::not_found("event", uid))?;
        return Ok(vec![Value::Object(event)]);
    }
    if let Some(event) = &request.event {
        return Ok(vec![Value::Object(event.clone())]);
    }
    let raw = request.raw.as_deref().unwrap_or_default();
    rules::parse(site, scope, raw, request.source.as_ref()).map_err(Error::invalid)
}
