//! One message of events against all rules: a pure step.

use aurora_bus::Delivery;
use aurora_clock::Timestamp;
use aurora_indicators::IndicatorHandle;
use aurora_model::{EventBatch, EventItem, Header, RuleId};
use aurora_rules::{Fired, LoadedRule, RuleMatch};
use aurora_spans::{Step, step};
use serde_json::Value;
use tracing::error;

use crate::correlate::outgoing::contribution;
use crate::rule_handle::InForce;
use crate::shuffle::{Feeds, Origin};
use crate::triage::{Hit, RuleFacts};
use crate::{entities, indicators};

/// What one message of events came to.
#[derive(Debug, Default)]
pub(crate) struct Evaluated {
    /// Matches that ask for an alert.
    pub(crate) hits: Vec<Hit>,
    /// Matches that count for correlations.
    pub(crate) feeds: Feeds,
    /// The rules that matched, once for each match.
    pub(crate) matched: Vec<RuleId>,
}

/// Evaluates one message that arrived at `arrival`. One that cannot be read comes to nothing; the
/// ledger of records shows it.
pub(crate) fn evaluate(
    force: &InForce,
    known: &IndicatorHandle,
    message: &Delivery,
    arrival: Timestamp,
) -> Evaluated {
    let read = Header::from_bytes(&message.header)
        .and_then(|h| EventBatch::decode(&h, &message.body).map(|batch| (h, batch)));
    let (mut header, batch) = match read {
        Ok(read) => read,
        Err(error) => {
            error!(seq = message.seq, %error, "an event batch cannot be evaluated");
            return Evaluated::default();
        }
    };
    let _step = header.trace.sampled.then(|| {
        let after = header.trace;
        header.trace = after.child();
        step(Step::Detect, &header.trace, &after)
    });
    let mut evaluated = Evaluated::default();
    let indicated = known.current().sets().len() > 0;
    let mut newest: Option<Timestamp> = None;
    for item in &batch.items {
        let time = force.program.believed(item.time, arrival);
        newest = newest.max(Some(time));
        let Ok(fired) = force.rules.evaluate_json(&item.json) else {
            continue;
        };
        let parsed = match fired {
            None => None,
            Some(Fired { event, matches }) => {
                evaluated.take(force, &header, (item, time), &event, matches);
                Some(event)
            }
        };
        if !indicated {
            continue;
        }
        let event = parsed.or_else(|| item.event().ok().map(Value::Object));
        if let Some(event) = event.as_ref().and_then(Value::as_object) {
            let hits = indicators::hits(known, &header, item, event, arrival);
            let rules = hits.iter().map(|hit| hit.rule.id.clone());
            evaluated.matched.extend(rules);
            evaluated.hits.extend(hits);
        }
    }
    if !force.program.is_empty() {
        evaluated.feeds.origin = Some(Origin {
            batch: message.id,
            seq: message.seq,
            trace: header.trace,
            source: header.source,
            revision: force.rules.revision().to_owned(),
        });
        evaluated.feeds.progress = newest;
    }
    evaluated
}

impl Evaluated {
    fn take(
        &mut self,
        force: &InForce,
        header: &Header,
        (item, time): (&EventItem, Timestamp),
        event: &Value,
        matches: Vec<RuleMatch<'_>>,
    ) {
        let about = event.as_object().map(entities).unwrap_or_default();
        let received = received(&event["metadata"]);
        for found in matches {
            let (rule, source) = (found.rule, &header.source);
            let times = (time, item.time);
            for it in force
                .program
                .matches(&force.rules, rule, event, item.uid, times)
            {
                if let Some(outer) = force.program.facts(it.correlation) {
                    let it = contribution(&outer.rule.id, &rule.id, source, it);
                    self.feeds.contributions.push(it);
                }
            }
            self.matched.push(rule.id.clone());
            if rule.alerts() {
                self.hits.push(Hit {
                    rule: facts(rule),
                    event: item.uid,
                    time: item.time,
                    received,
                    source: source.clone(),
                    entities: about.clone(),
                    matched: found.fields,
                    trace: header.trace,
                    window: None,
                });
            }
        }
    }
}

/// When the site received the record, as the normaliser wrote it down.
pub(crate) fn received(metadata: &Value) -> Option<Timestamp> {
    metadata["logged_time"].as_i64().map(Timestamp::from_millis)
}

fn facts(rule: &LoadedRule) -> RuleFacts {
    RuleFacts {
        id: rule.id.clone(),
        revision: rule.revision.clone(),
        title: rule.rule.header.title.clone(),
        author: rule.author().to_owned(),
        severity: rule.severity,
        attack: rule.attack.clone(),
    }
}
