use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::{Clock, Timestamp};
use aurora_messages::{
    AlertChange, AlertDetail, AlertPage, AlertQuery, AlertRow, CheckOutcome, Close,
    DeadLetterDetail, DeadLetterPage, DeadLetterQuery, DecisionEntry, DecisionLog, DecisionQuery,
    DemoReport, DemoStart, DemoWiped, DiskStatus, DoctorCheck, DoctorReport, EngineStatus,
    Evidence, Health, Histogram, HistogramRequest, Hunt, HuntAnswer, HuntColumn, ImportJob,
    ImportRequest, ImportState, Imports, IncidentRow, LedgerReport, LintReport, LiveEvent,
    NotShown, PastAlert, Rates, Replay, ReplayReport, RoleStatus, RuleCounts, RuleDetail,
    RuleImport, RuleImportReport, RulePage, RuleQuery, RuleSummary, RuleTest, RuleTestReport,
    SeenBefore, SiteStatus, SourceInfo, Sources, Suppress, SuppressionInfo, SuppressionPreview,
    SuppressionPreviewRequest, SuppressionQuery, Suppressions, TokenCreated, TokenRequest, View,
};
use aurora_model::ledger::{MatchLedger, RecordLedger};
use aurora_model::suppression::SuppressionId;
use aurora_model::{
    Action, Actor, Alert, AlertId, AlertStatus, Context, Entity, Incident, IncidentId, RuleId,
    Scope, SourceName, Suppression,
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::site::{Error, Result};
use crate::{Feed, Site};

/// An alert with what stands behind it.
#[derive(Clone, Debug)]
pub struct Sample {
    pub alert: Alert,
    pub rule: RuleSummary,
    pub events: Vec<Map<String, Value>>,
}

/// A site that keeps everything in memory.
pub struct FakeSite {
    pub(super) clock: Arc<dyn Clock>,
    scope: Scope,
    pub(super) feed: Feed,
    pub(super) mesh: super::mesh_desk::Mesh,
    state: Mutex<State>,
    /// Cancelled when the API asks for a shutdown.
    pub stopped: CancellationToken,
}

#[derive(Default)]
pub(super) struct State {
    samples: BTreeMap<AlertId, Sample>,
    pub(super) incidents: BTreeMap<IncidentId, Incident>,
    pub(super) known: super::entities::Known,
    suppressions: Vec<Suppression>,
    pub(super) decisions: Vec<DecisionEntry>,
    imports: Vec<ImportJob>,
    ledger: Option<LedgerReport>,
    failure: Option<String>,
}

impl FakeSite {
    pub fn new(clock: Arc<dyn Clock>, scope: Scope, feed: Feed) -> Self {
        Self {
            clock,
            scope,
            feed,
            mesh: super::mesh_desk::Mesh::default(),
            state: Mutex::default(),
            stopped: CancellationToken::new(),
        }
    }

    /// Raises an alert, as detection would.
    pub fn raise(&self, sample: Sample) {
        let row = AlertRow::from(&sample.alert);
        self.state().samples.insert(sample.alert.id, sample);
        self.feed.publish(&LiveEvent::Alert(AlertChange {
            created: true,
            alert: row,
        }));
    }

    /// What [`Site::ledger`] answers from now on; watchers are told.
    pub fn set_ledger(&self, report: LedgerReport) {
        self.state().ledger = Some(report.clone());
        self.feed.publish(&LiveEvent::Ledger(report));
    }

    /// Makes [`Site::status`] fail with an internal error that says `secret`.
    pub fn break_status(&self, secret: &str) {
        self.state().failure = Some(secret.to_owned());
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes one alert, records the decision and tells the watchers.
    fn decide(
        &self,
        context: &Context,
        action: &str,
        id: AlertId,
        change: impl FnOnce(&mut Alert) -> Result<()>,
    ) -> Result<AlertRow> {
        let now = self.clock.now();
        let row = {
            let mut state = self.state();
            let sample = state
                .samples
                .get_mut(&id)
                .ok_or_else(|| Error::not_found("alert", id))?;
            change(&mut sample.alert)?;
            sample.alert.updated_at = now;
            let row = AlertRow::from(&sample.alert);
            state.record(context, now, action, id);
            row
        };
        let change = AlertChange {
            created: false,
            alert: row.clone(),
        };
        self.feed.publish(&LiveEvent::Alert(change));
        Ok(row)
    }

    fn sample_ledger(&self) -> LedgerReport {
        let (stored, deduplicated) = (268_114, 2_758);
        let records = RecordLedger {
            received: stored + deduplicated,
            stored,
            deduplicated,
            events: stored + 410,
            ..RecordLedger::default()
        };
        let matches = MatchLedger {
            matches: 61,
            alerts: 41,
            grouped: 18,
            suppressed: 2,
        };
        let source = SourceName::new("windows");
        LedgerReport::of(self.clock.now(), [(source, records)], matches, Vec::new())
    }
}

impl State {
    pub(super) fn record(
        &mut self,
        context: &Context,
        at: Timestamp,
        action: &str,
        object: impl ToString,
    ) {
        self.decisions.push(DecisionEntry {
            seq: self.decisions.len() as u64 + 1,
            at,
            actor: context.actor.clone(),
            auth: context.auth,
            action: Action::on(action, [object.to_string()]),
            reason: context.reason.clone(),
            policy: context.policy.clone(),
        });
    }

    /// What was decided about `object`, oldest first.
    pub(super) fn decided(&self, object: &str) -> Vec<DecisionEntry> {
        let about = |decision: &&DecisionEntry| decision.action.objects.iter().any(|o| o == object);
        self.decisions.iter().filter(about).cloned().collect()
    }

    /// Events behind its alerts, at most 20.
    pub(super) fn events_of(&self, entity: &Entity) -> Vec<Map<String, Value>> {
        let about = |sample: &&Sample| sample.alert.entities.contains(entity);
        let samples = self.samples.values().filter(about);
        samples
            .flat_map(|sample| sample.events.clone())
            .take(20)
            .collect()
    }

    /// Alerts, in no order.
    pub(super) fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.samples.values().map(|sample| &sample.alert)
    }

    fn would_hide<'a>(
        &'a self,
        request: &'a SuppressionPreviewRequest,
    ) -> impl Iterator<Item = &'a Alert> {
        self.samples
            .values()
            .map(|sample| &sample.alert)
            .filter(|alert| {
                alert.rule == request.rule
                    && alert.last_seen >= request.since
                    && request
                        .entity
                        .as_ref()
                        .is_none_or(|entity| alert.entities.contains(entity))
            })
    }
}

fn must_be_open(alert: &Alert) -> Result<()> {
    if alert.status == AlertStatus::Closed {
        return Err(Error::conflict("the alert is closed").fix("reopen it first"));
    }
    Ok(())
}

fn matches(alert: &Alert, reader: &str, query: &AlertQuery) -> bool {
    let mine_or_free = alert.owner.as_deref().is_none_or(|owner| owner == reader);
    let in_view = match query.view {
        View::NeedsHuman => alert.status != AlertStatus::Closed && mine_or_free,
        View::All => true,
    };
    let has_text = |text: &String| {
        let text = text.to_lowercase();
        alert.title.to_lowercase().contains(&text)
            || alert.rule.0.contains(&text)
            || alert.id.to_string() == text
            || alert
                .entities
                .iter()
                .any(|entity| entity.value.to_lowercase().contains(&text))
    };
    in_view
        && query.status.is_none_or(|status| alert.status == status)
        && query.severity.is_none_or(|least| alert.severity >= least)
        && query.rule.as_ref().is_none_or(|rule| alert.rule == *rule)
        && query.owner.is_none_or_eq(alert.owner.as_ref())
        && query.since.is_none_or(|since| alert.last_seen >= since)
        && query.text.as_ref().is_none_or(has_text)
}

trait Wanted {
    fn is_none_or_eq(&self, found: Option<&String>) -> bool;
}

impl Wanted for Option<String> {
    fn is_none_or_eq(&self, found: Option<&String>) -> bool {
        self.is_none() || self.as_ref() == found
    }
}

#[async_trait]
impl Site for FakeSite {
    async fn alerts(&self, _: &Scope, reader: &Actor, query: &AlertQuery) -> Result<AlertPage> {
        let state = self.state();
        let all = state.samples.values().map(|sample| &sample.alert);
        let mut found: Vec<&Alert> = all
            .filter(|alert| matches(alert, reader.name(), query))
            .collect();
        match query.view {
            View::NeedsHuman => {
                found.sort_by_key(|a| (std::cmp::Reverse(a.severity), a.created_at, a.id));
            }
            View::All => found.sort_by_key(|a| (std::cmp::Reverse(a.created_at), a.id)),
        }
        let total = found.len() as u64;
        let page = found.into_iter().skip(query.offset()).take(query.limit());
        Ok(AlertPage {
            alerts: page.map(AlertRow::from).collect(),
            total,
        })
    }

    async fn alert(&self, _: &Scope, id: AlertId) -> Result<AlertDetail> {
        let state = self.state();
        let sample = state
            .samples
            .get(&id)
            .ok_or_else(|| Error::not_found("alert", id))?;
        let alert = sample.alert.clone();
        let uids = alert.evidence.iter().chain(&alert.related);
        let evidence = uids.enumerate().map(|(index, uid)| Evidence {
            uid: *uid,
            event: sample.events.get(index).cloned(),
        });
        let past: Vec<&Alert> = state
            .samples
            .values()
            .map(|sample| &sample.alert)
            .filter(|other| other.group_key == alert.group_key && other.id != id)
            .collect();
        let object = id.to_string();
        Ok(AlertDetail {
            rule: Some(sample.rule.clone()),
            evidence: evidence.collect(),
            history: state.decided(&object),
            incident: (state.incidents.values())
                .find(|incident| incident.story.members.iter().any(|m| m.alert == id))
                .map(IncidentRow::from),
            seen_before: SeenBefore {
                total: past.len() as u64,
                latest: past.into_iter().take(3).map(PastAlert::from).collect(),
            },
            alert: alert.into(),
        })
    }

    async fn not_shown(&self, _: &Scope, reader: &Actor) -> Result<NotShown> {
        let now = self.clock.now();
        let midnight = Timestamp::from_millis(now.as_millis() - now.as_millis() % 86_400_000);
        let state = self.state();
        let alerts = || state.samples.values().map(|sample| &sample.alert);
        let closed = |alert: &&Alert| alert.status == AlertStatus::Closed;
        let active = || state.suppressions.iter().filter(|s| s.active_at(now));
        let theirs = |alert: &&Alert| alert.owner.as_deref().is_some_and(|o| o != reader.name());
        Ok(NotShown {
            suppressed: active().map(|suppression| suppression.hidden).sum(),
            suppressions: active().count() as u64,
            closed_today: alerts()
                .filter(closed)
                .filter(|a| a.updated_at >= midnight)
                .count() as u64,
            owned_by_others: alerts().filter(|a| !closed(a)).filter(theirs).count() as u64,
            dead_lettered: 0,
        })
    }

    async fn own_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        self.decide(context, "alert.own", id, |alert| {
            must_be_open(alert)?;
            alert.status = AlertStatus::Owned;
            alert.owner = Some(context.actor.name().to_owned());
            Ok(())
        })
    }

    async fn release_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        self.decide(context, "alert.release", id, |alert| {
            must_be_open(alert)?;
            alert.status = AlertStatus::New;
            alert.owner = None;
            Ok(())
        })
    }

    async fn close_alert(&self, context: &Context, id: AlertId, close: &Close) -> Result<AlertRow> {
        self.decide(context, "alert.close", id, |alert| {
            alert.status = AlertStatus::Closed;
            alert.disposition = Some(close.disposition);
            alert.note = close.note.clone();
            Ok(())
        })
    }

    async fn reopen_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        self.decide(context, "alert.reopen", id, |alert| {
            let owned = alert.owner.is_some();
            alert.status = if owned {
                AlertStatus::Owned
            } else {
                AlertStatus::New
            };
            alert.disposition = None;
            alert.note = None;
            Ok(())
        })
    }

    async fn suppressions(&self, _: &Scope, query: SuppressionQuery) -> Result<Suppressions> {
        let now = self.clock.now();
        let state = self.state();
        let all = state
            .suppressions
            .iter()
            .filter(|s| query.past || s.active_at(now));
        let suppressions = all.map(|s| SuppressionInfo::of(s, None, now)).collect();
        Ok(Suppressions { suppressions })
    }

    async fn preview_suppression(
        &self,
        _: &Scope,
        request: &SuppressionPreviewRequest,
    ) -> Result<SuppressionPreview> {
        let state = self.state();
        let hidden: Vec<&Alert> = state.would_hide(request).collect();
        let real = |a: &&&Alert| a.disposition == Some(aurora_model::Disposition::TruePositive);
        Ok(SuppressionPreview {
            alerts: hidden.len() as u64,
            matches: hidden.iter().map(|alert| alert.count).sum(),
            true_positives: hidden.iter().filter(real).count() as u64,
            examples: hidden.into_iter().take(5).map(AlertRow::from).collect(),
        })
    }

    async fn suppress(&self, context: &Context, request: &Suppress) -> Result<SuppressionInfo> {
        let now = self.clock.now();
        let suppression = Suppression {
            id: SuppressionId(aurora_ids::Id128::random()),
            rule: request.rule.clone(),
            entity: request.entity.clone(),
            author: context.actor.name().to_owned(),
            reason: request.reason.clone(),
            created_at: now,
            until: request.until,
            lifted_at: None,
            hidden: 0,
        };
        let info = SuppressionInfo::of(&suppression, None, now);
        let mut state = self.state();
        state.record(context, now, "suppression.create", suppression.id);
        state.suppressions.push(suppression);
        Ok(info)
    }

    async fn lift_suppression(
        &self,
        context: &Context,
        id: SuppressionId,
    ) -> Result<SuppressionInfo> {
        let now = self.clock.now();
        let mut state = self.state();
        let found = state
            .suppressions
            .iter_mut()
            .find(|suppression| suppression.id == id);
        let found = found.ok_or_else(|| Error::not_found("suppression", id))?;
        found.lifted_at = Some(now);
        let info = SuppressionInfo::of(found, None, now);
        state.record(context, now, "suppression.lift", id);
        Ok(info)
    }

    async fn hunt(&self, _: &Scope, hunt: &Hunt) -> Result<HuntAnswer> {
        if hunt.query.contains('(') && !hunt.query.contains(')') {
            return Err(Error::invalid("a parenthesis is not closed").fix("add `)`"));
        }
        let state = self.state();
        let events = state.samples.values().flat_map(|sample| &sample.events);
        let rows = events
            .take(hunt.limit())
            .map(|event| vec![Value::Object(event.clone())]);
        Ok(HuntAnswer {
            columns: vec![HuntColumn {
                name: "event".to_owned(),
            }],
            rows: rows.collect(),
            ..HuntAnswer::default()
        })
    }

    async fn histogram(&self, _: &Scope, request: &HistogramRequest) -> Result<Histogram> {
        let span = request.until.since(request.since).as_millis();
        let span = u64::try_from(span).unwrap_or(u64::MAX);
        Ok(Histogram {
            bucket_ms: span / u64::from(request.buckets()),
            buckets: Vec::new(),
        })
    }

    async fn rules(&self, _: &Scope, query: &RuleQuery) -> Result<RulePage> {
        let state = self.state();
        let all = state
            .samples
            .values()
            .map(|sample| (sample.rule.id.clone(), &sample.rule));
        let all: BTreeMap<RuleId, &RuleSummary> = all.collect();
        let total = all.len() as u64;
        let page = all.into_values().skip(query.offset()).take(query.limit());
        Ok(RulePage {
            rules: page.cloned().collect(),
            total,
            broken: Vec::new(),
        })
    }

    async fn rule(&self, _: &Scope, id: &RuleId) -> Result<RuleDetail> {
        let state = self.state();
        let found = state.samples.values().find(|sample| sample.rule.id == *id);
        let found = found.ok_or_else(|| Error::not_found("rule", id))?;
        let text = format!("title: {}\nid: {id}\n", found.rule.title);
        Ok(RuleDetail {
            rule: found.rule.clone(),
            text,
        })
    }

    async fn lint_rules(&self, _: &Scope, rules: &RuleImport) -> Result<LintReport> {
        Ok(LintReport {
            compiled: rules.files.len() as u64,
            problems: Vec::new(),
        })
    }

    async fn test_rule(&self, _: &Scope, _: &RuleTest) -> Result<RuleTestReport> {
        Ok(RuleTestReport::default())
    }

    async fn import_rules(
        &self,
        context: &Context,
        rules: &RuleImport,
    ) -> Result<RuleImportReport> {
        let names = rules
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>();
        self.state()
            .record(context, self.clock.now(), "rule.import", names.join(" "));
        Ok(RuleImportReport {
            added: rules.files.len() as u64,
            ..RuleImportReport::default()
        })
    }

    async fn ledger(&self, _: &Scope) -> Result<LedgerReport> {
        let kept = self.state().ledger.clone();
        Ok(kept.unwrap_or_else(|| self.sample_ledger()))
    }

    async fn decisions(&self, _: &Scope, query: &DecisionQuery) -> Result<DecisionLog> {
        let state = self.state();
        let later = state
            .decisions
            .iter()
            .filter(|decision| decision.seq > query.after);
        let about = |decision: &&DecisionEntry| {
            query
                .object
                .as_ref()
                .is_none_or(|id| decision.action.objects.contains(id))
        };
        let decisions = later.filter(about).take(query.limit()).cloned().collect();
        Ok(DecisionLog { decisions })
    }

    async fn dead_letters(&self, _: &Scope, _: &DeadLetterQuery) -> Result<DeadLetterPage> {
        Ok(DeadLetterPage::default())
    }

    async fn dead_letter(&self, _: &Scope, id: &str) -> Result<DeadLetterDetail> {
        Err(Error::not_found("dead letter", id))
    }

    async fn replay_dead_letters(&self, _: &Context, _: &Replay) -> Result<ReplayReport> {
        Ok(ReplayReport::default())
    }

    async fn start_import(&self, context: &Context, request: &ImportRequest) -> Result<ImportJob> {
        let now = self.clock.now();
        let job = ImportJob {
            id: aurora_ids::Id128::random().to_string(),
            path: request.path.clone(),
            source: request
                .source
                .clone()
                .unwrap_or_else(|| SourceName::new(SourceName::AUTO)),
            format: Some("json lines".to_owned()),
            state: ImportState::Done,
            records: 3,
            bytes: 120,
            total_bytes: 120,
            records_per_second: 0.0,
            errors: 0,
            error: None,
            started_at: now,
            updated_at: now,
        };
        let mut state = self.state();
        state.record(context, now, "import.start", &job.id);
        state.imports.push(job.clone());
        Ok(job)
    }

    async fn import(&self, _: &Scope, id: &str) -> Result<ImportJob> {
        let state = self.state();
        let found = state.imports.iter().find(|job| job.id == id);
        found.cloned().ok_or_else(|| Error::not_found("import", id))
    }

    async fn imports(&self, _: &Scope) -> Result<Imports> {
        Ok(Imports {
            imports: self.state().imports.iter().rev().cloned().collect(),
        })
    }

    async fn cancel_import(&self, context: &Context, id: &str) -> Result<ImportJob> {
        self.import(&context.scope, id).await
    }

    async fn sources(&self, _: &Scope) -> Result<Sources> {
        let source = SourceInfo {
            name: SourceName::new("windows"),
            parser: "windows".to_owned(),
            received: 270_872,
            last_record_at: Some(self.clock.now()),
            feeds: Vec::new(),
            tokens: Vec::new(),
        };
        Ok(Sources {
            sources: vec![source],
        })
    }

    async fn create_token(
        &self,
        context: &Context,
        source: &SourceName,
        _: &TokenRequest,
    ) -> Result<TokenCreated> {
        let id = aurora_ids::Id128::random().to_string();
        self.state()
            .record(context, self.clock.now(), "token.create", &id);
        Ok(TokenCreated {
            id,
            source: source.clone(),
            token: aurora_ids::random_token::<32>(),
        })
    }

    async fn revoke_token(&self, context: &Context, _: &SourceName, id: &str) -> Result<()> {
        self.state()
            .record(context, self.clock.now(), "token.revoke", id);
        Ok(())
    }

    async fn start_demo(&self, context: &Context, _: DemoStart) -> Result<DemoReport> {
        self.state()
            .record(context, self.clock.now(), "demo.start", "demo");
        Ok(DemoReport::default())
    }

    async fn wipe_demo(&self, context: &Context) -> Result<DemoWiped> {
        self.state()
            .record(context, self.clock.now(), "demo.wipe", "demo");
        Ok(DemoWiped::default())
    }

    async fn status(&self, _: &Scope) -> Result<SiteStatus> {
        if let Some(secret) = &self.state().failure {
            return Err(Error::internal(secret.as_str()));
        }
        let now = self.clock.now();
        let roles = ["ingest", "detection", "console"].map(|role| RoleStatus {
            role: role.to_owned(),
            health: Health::Ready,
            detail: None,
            waiting: None,
        });
        Ok(SiteStatus {
            site: self.scope.site,
            name: "testkit".to_owned(),
            version: "0.0.0".to_owned(),
            pid: std::process::id(),
            started_at: now.minus(Duration::from_secs(60)),
            now,
            data_dir: String::new(),
            roles: roles.into(),
            listeners: Vec::new(),
            rates: Rates::default(),
            engine: EngineStatus {
                health: Health::Ready,
                detail: None,
                engine: "memory".to_owned(),
                rows: 0,
                bytes: 0,
                restarts: 0,
            },
            disk: DiskStatus::default(),
            rules: RuleCounts::default(),
        })
    }

    async fn doctor(&self, _: &Scope) -> Result<DoctorReport> {
        let check = DoctorCheck {
            name: "memory".to_owned(),
            outcome: CheckOutcome::Ok,
            detail: "everything is in memory".to_owned(),
            fix: None,
            code: None,
        };
        Ok(DoctorReport {
            checks: vec![check],
        })
    }

    async fn metrics(&self) -> Result<String> {
        Ok("# EOF\n".to_owned())
    }

    async fn shut_down(&self, context: &Context) -> Result<()> {
        self.state()
            .record(context, self.clock.now(), "site.stop", self.scope.site);
        self.stopped.cancel();
        Ok(())
    }
}
