use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_ids::{Derive, Id128};
use aurora_model::effect::{Intent, Outcome};
use aurora_model::{
    Alert, AlertStatus, Context, Entity, EntityKind, Finding, Header, RuleId, Scope, Severity,
    SourceName, Stream,
};
use aurora_records::{Change, Collection, Records, effect, page, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, HealthBoard};
use serde_json::Value;
use tracing::{error, warn};

use crate::render::Message;
use crate::state::{ENTITIES, Notice, State};
use crate::{Channel, Channels, Error, Filter, ourselves};

const ROLE: &str = "notify";
/// In whose name tests are announced: another process than that of the role may send them.
const TESTS: &str = "notify-test";
const SLOT: &str = "notify/alerts";
const MESSAGES: usize = 256;
/// OCSF `status_id` of a finding that a suppression hides.
const SUPPRESSED: i64 = 3;
/// Of an entity's value; the alert has the whole.
const ENTITY_CHARS: usize = 300;

/// What notifications stand on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notify {
    pub scope: Scope,
    /// What people call the site.
    pub site: String,
    pub channels: Channels,
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
}

/// How a channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelStatus {
    pub name: String,
    pub kind: &'static str,
    pub filter: Filter,
    pub state: State,
}

impl Notify {
    /// # Errors
    /// When the records store fails.
    pub async fn status(&self) -> Result<Vec<ChannelStatus>, Error> {
        let mut all = Vec::new();
        for channel in self.channels.iter() {
            let state = self.state(channel).await?;
            all.push(ChannelStatus {
                name: channel.name().to_owned(),
                kind: channel.kind(),
                filter: channel.filter().clone(),
                state,
            });
        }
        Ok(all)
    }

    /// Sends a message that says it is a test, at once; announced before and settled after, as every effect is.
    ///
    /// # Errors
    /// [`Error::NoSuchChannel`], [`Error::NotSent`] with the reason, or when the records store fails.
    pub async fn test(&self, context: &Context, channel: &str) -> Result<(), Error> {
        let channel = self.channels.get(channel)?;
        let intent = Intent {
            id: Id128::random().to_string(),
            does: "notify.test".to_owned(),
            target: channel.name().to_owned(),
        };
        let announced = Change::announce(TESTS, &intent);
        self.records.commit(context, announced).await?;
        aurora_failpoint::reach("effect.announced");
        let now = self.clock.now();
        let message = Message::test(&self.site, intent.id.clone(), now);
        let sent = channel.send(&message, now).await;
        aurora_failpoint::reach("effect.tried");
        let (outcome, reason) = ended(sent.as_ref().err());
        let context = Context {
            reason,
            ..context.clone()
        };
        let settled = Change::settle(TESTS, &intent, outcome);
        self.records.commit(&context, settled).await?;
        sent
    }

    /// Puts on record that nobody knows whether tests arrived that were sent when the process ended; for the one
    /// process that sends them, when it starts.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn report_unknown_tests(&self) -> Result<(), aurora_records::Error> {
        self.report_unknown(TESTS).await
    }

    /// Messages that were being sent when the process ended leave again under their own key; that
    /// they may have arrived before is put on record.
    async fn report_unknown(&self, role: &str) -> Result<(), aurora_records::Error> {
        for intent in effect::report_unknown(self.records.as_ref(), &self.scope, role).await? {
            let (channel, key) = (intent.target, intent.id);
            warn!(
                channel,
                key, "unknown outcome: it is not known whether a notification went out"
            );
        }
        Ok(())
    }

    async fn state(&self, channel: &Channel) -> Result<State, Error> {
        let bytes = self.records.slot(&self.scope, &slot(channel)).await?;
        let Some(bytes) = bytes else {
            return Ok(State::default());
        };
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|problem| {
            error!(channel = channel.name(), %problem, "what was to be told is lost: the state is damaged");
            State::default()
        }))
    }
}

fn slot(channel: &Channel) -> String {
    format!("notify/channel/{}", channel.name())
}

/// Tells every channel what it is to know, in order, at least once.
#[derive(Debug)]
pub struct Notifier {
    notify: Notify,
    bus: BusHandle,
    health: HealthBoard,
    interval: Duration,
    pages: bool,
}

impl Notifier {
    pub const fn new(
        notify: Notify,
        bus: BusHandle,
        health: HealthBoard,
        interval: Duration,
    ) -> Self {
        Self {
            notify,
            bus,
            health,
            interval,
            pages: false,
        }
    }

    /// Alerts are told, too, that wait as [`aurora_records::page`] says: those of other sites.
    #[must_use]
    pub const fn with_pages(mut self, pages: bool) -> Self {
        self.pages = pages;
        self
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        ConsumerOptions {
            name: ROLE.to_owned(),
            stream: Stream::Alerts,
            filters: Vec::new(),
            max_in_flight: MESSAGES,
            ack_wait: Duration::from_secs(600),
        }
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails. What others fail at is retried.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = self.floor().await?;
        self.notify.report_unknown(ROLE).await?;
        let mut states = Vec::new();
        for channel in self.notify.channels.iter() {
            states.push(self.notify.state(channel).await?);
        }
        self.report(&states);
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = consumer.fetch(MESSAGES, Duration::from_millis(500)) => messages?,
            };
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            let fresh: Vec<&Delivery> = messages.iter().filter(|m| m.seq > floor).collect();
            if let Some(last) = fresh.last().map(|message| message.seq) {
                self.note(&mut states, &fresh);
                let moved = Change::progress().move_place(SLOT, floor, last);
                self.commit(&states, moved).await?;
                floor = last;
            }
            consumer.ack(&seqs).await?;
            if self.pages {
                self.take_pages(&mut states).await?;
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                sent = self.send_all(&mut states) => sent?,
            }
        }
        Ok(())
    }

    async fn floor(&self) -> Result<u64, Error> {
        let records = self.notify.records.as_ref();
        Ok(place::read(records, &self.notify.scope, SLOT).await?)
    }

    fn note(&self, states: &mut [State], messages: &[&Delivery]) {
        for notice in messages.iter().filter_map(|message| notice(message)) {
            self.note_one(states, &notice);
        }
    }

    fn note_one(&self, states: &mut [State], notice: &Notice) {
        for (channel, state) in self.notify.channels.iter().zip(states) {
            if channel.wants(notice) {
                state.note(notice.clone());
            }
        }
    }

    /// Alerts of other sites that people are to be told of.
    async fn take_pages(&self, states: &mut [State]) -> Result<(), Error> {
        let (records, scope) = (self.notify.records.as_ref(), &self.notify.scope);
        let waiting = page::waiting(records, scope).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut change = Change::progress();
        for id in waiting.iter().take(MESSAGES) {
            change = change.paged(id);
            let Some(document) = records.get(scope, Collection::Alerts, id).await? else {
                continue;
            };
            match serde_json::from_value(document.body).map(paged) {
                Ok(Some(notice)) => self.note_one(states, &notice),
                Ok(None) => {}
                Err(problem) => error!(id, %problem, "an alert cannot be told"),
            }
        }
        self.commit(states, change).await
    }

    async fn commit(&self, states: &[State], mut change: Change) -> Result<(), Error> {
        for (channel, state) in self.notify.channels.iter().zip(states) {
            let bytes = serde_json::to_vec(state).expect("a state is plain data");
            change = change.slot(&slot(channel), bytes);
        }
        let context = Context::service(self.notify.scope.clone(), ROLE, "alerts are told");
        self.notify.records.commit(&context, change).await?;
        Ok(())
    }

    /// Sends what is due. A message has its number on record before it leaves, so that after a
    /// crash it leaves again as the same one.
    async fn send_all(&self, states: &mut [State]) -> Result<(), Error> {
        let now = self.notify.clock.now();
        let mut cut = false;
        for (channel, state) in self.notify.channels.iter().zip(&mut *states) {
            cut |= state.cut(now, channel.interval(self.interval));
        }
        if cut {
            self.commit(states, Change::progress()).await?;
        }
        let mut tried = false;
        for (index, channel) in self.notify.channels.iter().enumerate() {
            if states[index].due(now).is_some() {
                tried = true;
                self.send(channel, &mut states[index]).await?;
            }
        }
        if tried {
            self.commit(states, Change::progress()).await?;
            self.report(states);
        }
        Ok(())
    }

    async fn send(&self, channel: &Channel, state: &mut State) -> Result<(), Error> {
        let now = self.notify.clock.now();
        let Some(outgoing) = state.due(now) else {
            return Ok(());
        };
        let key = self.key(channel, outgoing.number);
        let intent = Intent {
            id: key.clone(),
            does: "notify.send".to_owned(),
            target: channel.name().to_owned(),
        };
        let message = Message::of(&self.notify.site, key, outgoing, now);
        self.decide(Change::announce(ROLE, &intent), "an alert is told")
            .await?;
        aurora_failpoint::reach("effect.announced");
        let sent = channel.send(&message, now).await;
        aurora_failpoint::reach("effect.tried");
        self.settle(&intent, sent.as_ref().err()).await?;
        match sent {
            Ok(()) => state.arrived(self.notify.clock.now()),
            Err(problem) => {
                let reason = problem.to_string();
                warn!(
                    channel = channel.name(),
                    reason, "a notification did not go out"
                );
                if state.failed(self.notify.clock.now(), &reason) {
                    self.tell_ourselves(channel, state, &reason).await?;
                }
            }
        }
        Ok(())
    }

    /// How the attempt ended, on record before anything else comes of it.
    async fn settle(&self, intent: &Intent, problem: Option<&Error>) -> Result<(), Error> {
        let (outcome, reason) = ended(problem);
        let change = Change::settle(ROLE, intent, outcome);
        self.decide(change, &reason).await
    }

    async fn decide(&self, change: Change, reason: &str) -> Result<(), Error> {
        let context = Context::service(self.notify.scope.clone(), ROLE, reason);
        self.notify.records.commit(&context, change).await?;
        Ok(())
    }

    async fn tell_ourselves(
        &self,
        channel: &Channel,
        state: &State,
        reason: &str,
    ) -> Result<(), Error> {
        let now = self.notify.clock.now();
        let since = state.failing_since.unwrap_or(now);
        let records = self.notify.records.as_ref();
        let scope = &self.notify.scope;
        ourselves::alert(
            scope,
            &self.bus,
            records,
            channel.name(),
            since,
            reason,
            now,
        )
        .await
    }

    fn key(&self, channel: &Channel, number: u64) -> String {
        Derive::new("aurora.notify.v1")
            .part(self.notify.scope.site.0.as_bytes())
            .part(channel.name())
            .part(number.to_le_bytes())
            .finish()
            .to_string()
    }

    /// A failing channel degrades the role.
    fn report(&self, states: &[State]) {
        let channels = self.notify.channels.iter().zip(states);
        let failing = channels.filter(|(_, state)| state.failures > 0);
        let failing: Vec<String> = failing
            .map(|(channel, state)| format!("{}: {}", channel.name(), state.detail))
            .collect();
        let health = if failing.is_empty() {
            Health::Ready
        } else {
            Health::Degraded {
                reason: format!("notifications do not go out: {}", failing.join("; ")),
            }
        };
        self.health.set(ROLE, health);
    }
}

/// How an attempt ended, and why that is known.
fn ended(problem: Option<&Error>) -> (Outcome, String) {
    match problem {
        None => (Outcome::Done, "the other side took it".to_owned()),
        Some(problem) => (Outcome::Failed, problem.to_string()),
    }
}

/// What a finding says, unless a suppression hides it or it cannot be read.
fn notice(message: &Delivery) -> Option<Notice> {
    let read = Header::from_bytes(&message.header)
        .and_then(|header| Finding::decode(&header, &message.body));
    let finding = match read {
        Ok(finding) => finding,
        Err(problem) => {
            error!(seq = message.seq, %problem, "a finding cannot be told");
            return None;
        }
    };
    let event = Value::Object(finding.event);
    if event["status_id"].as_i64() == Some(SUPPRESSED) {
        return None;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = event["severity_id"].as_u64().unwrap_or(0);
    let named = event["observables"].as_array();
    let named: Vec<Entity> = named.into_iter().flatten().filter_map(entity).collect();
    Some(Notice {
        alert: finding.alert_id,
        rule: RuleId(text(&event["finding_info"]["analytic"]["uid"])),
        title: text(&event["finding_info"]["title"]),
        author: text(&event["unmapped"]["rule_author"]),
        severity: severity(id),
        time: Timestamp::from_millis(event["time"].as_i64().unwrap_or(0)),
        source: SourceName::new(&text(&event["finding_info"]["data_sources"][0])),
        more_entities: named.len().saturating_sub(ENTITIES) as u64,
        entities: named.into_iter().take(ENTITIES).collect(),
        origin: None,
    })
}

/// What an alert says that no finding of this site came before; none of one that was closed meanwhile.
fn paged(alert: Alert) -> Option<Notice> {
    if alert.status == AlertStatus::Closed {
        return None;
    }
    let short = |entity: &Entity| Entity {
        kind: entity.kind,
        value: entity.value.chars().take(ENTITY_CHARS).collect(),
    };
    Some(Notice {
        alert: alert.id,
        rule: alert.rule,
        title: alert.title,
        author: alert.author,
        severity: alert.severity,
        time: alert.last_seen,
        source: alert.source,
        more_entities: alert.entities.len().saturating_sub(ENTITIES) as u64,
        entities: alert.entities.iter().take(ENTITIES).map(short).collect(),
        origin: alert.origin.map(|origin| origin.label),
    })
}

/// An observable that is an entity.
fn entity(observable: &Value) -> Option<Entity> {
    let kind = observable["name"].as_str()?.parse::<EntityKind>().ok()?;
    let value = observable["value"].as_str()?.chars().take(ENTITY_CHARS);
    Some(Entity {
        kind,
        value: value.collect(),
    })
}

fn severity(id: u64) -> Severity {
    let mut all = Severity::ALL.into_iter();
    all.find(|severity| u64::from(severity.id()) == id)
        .unwrap_or(Severity::Unknown)
}
