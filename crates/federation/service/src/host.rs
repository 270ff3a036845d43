//! The one task that has the mesh: what happens goes in, what comes of it is carried out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_federation::{
    Action, Command, Directory, Frame, Hlc, MAX_FRAME_BYTES, Mesh, Now, Reason, Refusal, Stored,
    StreamId,
};
use aurora_federation_carrier::{Carrier, Event};
use aurora_ids::Derive;
use aurora_model::{Context, Scope, Severity, SiteId};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tracing::{error, info, warn};

use crate::departed::Left;
use crate::directory::SignedListing;
use crate::handle::Order;
use crate::history::History;
use crate::intake::{Incoming, Intake};
use crate::invitation::{Asked, Kept};
use crate::keys::{OwnKeys, SiteKey, SiteKeys};
use crate::service::{Errand, Parts};
use crate::show::Recent;
use crate::store::{self, ROLE};
use crate::strays::Strays;
use crate::witness::Witnessing;
use crate::{Alarm, Counts, Error, Status, outlet};

const TICK: Duration = Duration::from_millis(500);
/// Between two looks for what there is to tell.
const LOOK: Duration = Duration::from_millis(250);
/// Records of one commit.
const BATCH: usize = 512;
/// Events that are worked on at once, so that their records share a commit.
const EVENTS: usize = 64;
/// Bytes of records in one frame, what frames add apart.
const ROOM: usize = MAX_FRAME_BYTES - 64 * 1024;
/// Records that are kept aside; beyond it new ones are left where they are.
const MAX_ASIDE: usize = 1_000;
/// One refusal of a site for one reason is put on record in that time; the others are counted.
const REFUSALS: Duration = Duration::from_secs(60);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Host {
    pub(crate) parts: Parts,
    pub(crate) keys_of: SiteKeys,
    /// Signs now.
    pub(crate) key: SiteKey,
    pub(crate) own: OwnKeys,
    pub(crate) mesh: Mesh,
    pub(crate) directory: Option<SignedListing>,
    pub(crate) labels: BTreeMap<SiteId, String>,
    /// What carriers said, also of links that are cut.
    pub(crate) connected: BTreeSet<(SiteId, u8)>,
    /// Cut by an operator's drill, which ends with the process.
    pub(crate) cut: BTreeSet<SiteId>,
    pub(crate) history: Arc<Mutex<History>>,
    pub(crate) counts: Counts,
    aside: BTreeSet<(StreamId, u64)>,
    pub(crate) clock: Hlc,
    /// The place in the decision log up to which all was told, and up to which that is on record.
    shared: u64,
    noted: u64,
    refused: BTreeMap<(SiteId, String), Duration>,
    pub(crate) synced: BTreeMap<SiteId, aurora_clock::Timestamp>,
    pub(crate) status: watch::Sender<Option<Arc<Status>>>,
    /// At the primary.
    pub(crate) invitations: Vec<(String, Kept)>,
    /// At a site that wants to join.
    pub(crate) asked: Option<Asked>,
    pub(crate) problem: Option<String>,
    /// Since when this site is leaving, and whether its notice is on its way.
    pub(crate) leaving: Option<Duration>,
    /// Carriers still have to be told of the directory in force.
    pub(crate) peers_due: bool,
    /// Whom to look for while nobody who is near is heard.
    pub(crate) strays: Strays,
    /// When the directory goes to everybody again, and when the primary is asked again.
    pub(crate) directory_due: Duration,
    /// When a listed key begins or ceases to count, and carriers have to be told again.
    pub(crate) peers_until: Option<aurora_clock::Timestamp>,
    /// The directory changed: what was kept aside may be verified now.
    pub(crate) aside_due: bool,
    /// When this site says again how it wants to be listed.
    pub(crate) amend_due: Duration,
    pub(crate) ask_due: Duration,
    /// Sites that were in the mesh once.
    pub(crate) left: BTreeMap<SiteId, Left>,
    /// Late alerts that may have to be told, and since when.
    pub(crate) late: BTreeMap<(SiteId, String), Duration>,
    pub(crate) witnessing: Witnessing,
    pub(crate) recent: Recent,
    pub(crate) alarms: VecDeque<Alarm>,
    pub(crate) errands: Option<mpsc::Sender<Errand>>,
}

impl Host {
    pub(crate) async fn open(
        parts: Parts,
        keys_of: SiteKeys,
        history: Arc<Mutex<History>>,
        status: watch::Sender<Option<Arc<Status>>>,
    ) -> Result<Self, Error> {
        let (records, scope) = (parts.records.clone(), parts.scope.clone());
        let shared = first_place(records.as_ref(), &scope).await?;
        let stored = store::wake(records.as_ref(), &scope).await?;
        let clock = stored.clock;
        let own = OwnKeys::read(&keys_of, records.as_ref(), &scope).await?;
        let key = keys_of.number(own.number);
        let mesh = mesh(&parts, &key, Directory::default(), stored);
        let mut host = Self {
            mesh,
            keys_of,
            key,
            own,
            directory: store::directory(records.as_ref(), &scope).await?,
            labels: BTreeMap::new(),
            connected: BTreeSet::new(),
            cut: BTreeSet::new(),
            history,
            counts: Counts::default(),
            aside: BTreeSet::new(),
            clock,
            shared,
            noted: shared,
            refused: BTreeMap::new(),
            synced: BTreeMap::new(),
            status,
            invitations: store::invitations(records.as_ref(), &scope).await?,
            asked: store::asked(records.as_ref(), &scope).await?,
            problem: None,
            leaving: None,
            peers_due: true,
            strays: Strays::default(),
            directory_due: Duration::ZERO,
            peers_until: None,
            aside_due: false,
            amend_due: Duration::ZERO,
            ask_due: Duration::ZERO,
            left: BTreeMap::new(),
            late: BTreeMap::new(),
            witnessing: Witnessing::default(),
            recent: Recent::default(),
            alarms: VecDeque::new(),
            errands: None,
            parts,
        };
        host.read_kept().await?;
        host.found_mesh().await?;
        host.take_directory();
        host.show();
        Ok(host)
    }

    /// What the store has beside the mesh itself.
    async fn read_kept(&mut self) -> Result<(), Error> {
        let (records, scope) = (self.records(), self.parts.scope.clone());
        self.counts.evidence = self.evidence_kept().await?;
        self.aside.clear();
        self.aside_kept().await?;
        self.left = store::left(records.as_ref(), &scope).await?;
        self.witnessing.seen = store::seen(records.as_ref(), &scope).await?;
        let now = self.parts.clock.elapsed();
        let late = store::open(records.as_ref(), &scope).await?.into_iter();
        self.late = late.map(|late| (late, now)).collect();
        Ok(())
    }

    async fn evidence_kept(&self) -> Result<u64, Error> {
        let (records, scope) = (self.records(), &self.parts.scope);
        let slots = records.slots(scope, store::EVIDENCE).await?;
        Ok(slots
            .iter()
            .filter(|(key, _)| key.ends_with("/came"))
            .count() as u64)
    }

    async fn aside_kept(&mut self) -> Result<(), Error> {
        let records = self.records();
        let slots = records.slots(&self.parts.scope, store::QUARANTINE).await?;
        for (_, bytes) in slots {
            if let Ok(sealed) = aurora_federation::Sealed::decode(bytes.into()) {
                let record = sealed.record();
                self.aside.insert((record.stream, record.seq));
            }
        }
        Ok(())
    }

    pub(crate) fn records(&self) -> Arc<dyn Records> {
        self.parts.records.clone()
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            steady: self.parts.clock.elapsed(),
            wall: self.parts.clock.now(),
        }
    }

    /// Works until shutdown. A store that fails is waited for; everything is then made again from what
    /// it has.
    pub(crate) async fn run(
        mut self,
        mut events: mpsc::Receiver<(u8, Event)>,
        mut orders: mpsc::Receiver<Order>,
        shutdown: Shutdown,
    ) {
        let mut tick = tokio::time::interval(TICK);
        let mut look = tokio::time::interval(LOOK);
        for timer in [&mut tick, &mut look] {
            timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        }
        loop {
            let done = tokio::select! {
                () = shutdown.cancelled() => break,
                Some(order) = orders.recv() => self.order(order).await,
                _ = tick.tick() => self.tick().await,
                _ = look.tick() => self.tell().await,
                Some(event) = events.recv() => {
                    let mut actions = self.happened(event);
                    for _ in 1..EVENTS {
                        match events.try_recv() {
                            Ok(event) => actions.extend(self.happened(event)),
                            Err(_) => break,
                        }
                    }
                    self.perform(actions).await
                }
            };
            if let Err(error) = done {
                let error = aurora_tasks::chain(&error);
                error!(error, "the mesh stands still until the store answers");
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    () = self.revive() => {}
                }
            }
        }
        self.close().await;
    }

    async fn close(&self) {
        for carrier in &self.parts.carriers {
            carrier.close().await;
        }
    }

    /// Makes the mesh again from what is stored.
    async fn revive(&mut self) {
        loop {
            match self.reload().await {
                Ok(()) => return,
                Err(error) => warn!(%error, "the mesh cannot be made again yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A commit that failed may have happened: what is in memory counts for nothing any more.
    async fn reload(&mut self) -> Result<(), Error> {
        let (records, scope) = (self.records(), self.parts.scope.clone());
        let stored = store::wake(records.as_ref(), &scope).await?;
        self.clock = stored.clock;
        self.shared = aurora_records::place::read(records.as_ref(), &scope, store::SHARED).await?;
        self.noted = self.shared;
        self.directory = store::directory(records.as_ref(), &scope).await?;
        self.invitations = store::invitations(records.as_ref(), &scope).await?;
        self.asked = store::asked(records.as_ref(), &scope).await?;
        self.read_kept().await?;
        self.own = OwnKeys::read(&self.keys_of, records.as_ref(), &scope).await?;
        self.key = self.keys_of.number(self.own.number);
        self.mesh = mesh(&self.parts, &self.key, self.keys(), stored);
        self.sign_anew();
        self.take_directory();
        let actions = self.reconnect();
        self.perform(actions).await
    }

    /// Tells the mesh of every link that is there.
    fn reconnect(&mut self) -> Vec<Action> {
        let links: Vec<(SiteId, u8)> = self.connected.iter().copied().collect();
        let links = links
            .into_iter()
            .filter(|(site, _)| !self.cut.contains(site));
        let links: Vec<(SiteId, u8)> = links.collect();
        let mut actions = Vec::new();
        for (peer, carrier) in links {
            let carrier = aurora_federation::Carrier(carrier);
            actions.extend(self.apply(Command::Connected { peer, carrier }));
        }
        actions
    }

    pub(crate) fn apply(&mut self, command: Command) -> Vec<Action> {
        let now = self.now();
        self.mesh.apply(command, now)
    }

    /// What a carrier tells.
    fn happened(&mut self, (number, event): (u8, Event)) -> Vec<Action> {
        let carrier = aurora_federation::Carrier(number);
        let command = match event {
            Event::Connected(peer) => {
                self.connected.insert((peer, number));
                self.hand_to(peer, number);
                (self.amend_due, self.witnessing.due) = (Duration::ZERO, Duration::ZERO);
                Command::Connected { peer, carrier }
            }
            Event::Disconnected(peer) => {
                self.connected.remove(&(peer, number));
                Command::Disconnected { peer, carrier }
            }
            Event::Frame { from, bytes } => Command::Received {
                from,
                carrier,
                frame: bytes,
            },
        };
        let peer = match &command {
            Command::Connected { peer, .. } | Command::Disconnected { peer, .. } => *peer,
            Command::Received { from, .. } => *from,
            _ => unreachable!("only these are made above"),
        };
        match self.cut.contains(&peer) {
            true => Vec::new(),
            false => self.apply(command),
        }
    }

    async fn tick(&mut self) -> Result<(), Error> {
        let actions = self.apply(Command::Tick);
        self.perform(actions).await?;
        self.raise().await;
        self.move_on().await?;
        self.note_links();
        self.show();
        Ok(())
    }

    /// Opens alerts about ourselves; one that cannot be opened is tried again.
    async fn raise(&mut self) {
        while let Some(alarm) = self.alarms.front() {
            if let Err(error) = self.parts.alarms.raise(alarm).await {
                warn!(%error, "an alert about the mesh could not be opened yet");
                return;
            }
            self.alarms.pop_front();
        }
    }

    /// Carries out what the mesh wants, in order. Records are kept many at a time; whatever follows
    /// them waits for the commit.
    pub(crate) async fn perform(&mut self, actions: Vec<Action>) -> Result<(), Error> {
        let mut keeping = Vec::new();
        for action in actions {
            if let Action::Keep {
                record,
                mark,
                arrival,
            } = action
            {
                let place = (record.record().stream, record.record().seq);
                let was_aside = self.aside.contains(&place);
                keeping.push(Incoming {
                    record,
                    mark,
                    arrival,
                    was_aside,
                });
                if keeping.len() >= BATCH {
                    self.keep(&mut keeping).await?;
                }
                continue;
            }
            self.keep(&mut keeping).await?;
            self.act(action).await?;
        }
        self.keep(&mut keeping).await
    }

    async fn keep(&mut self, keeping: &mut Vec<Incoming>) -> Result<(), Error> {
        if keeping.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(keeping);
        let newest = batch.iter().map(|it| it.record.record().hlc).max();
        let clock = self.clock.max(newest.unwrap_or_default());
        let records = self.records();
        let intake = Intake {
            records: records.as_ref(),
            scope: &self.parts.scope,
            labels: &self.labels,
            now: self.parts.clock.now(),
        };
        let taken = intake.keep(&batch, clock).await?;
        self.clock = clock;
        for incoming in batch.iter().filter(|it| it.was_aside) {
            let record = incoming.record.record();
            self.aside.remove(&(record.stream, record.seq));
        }
        self.counts.received += taken.alerts;
        self.counts.late += taken.late;
        let now = self.now();
        for (origin, made) in taken.made {
            self.recent.note(origin, made, now.wall);
        }
        let late = taken.open.into_iter();
        self.late.extend(late.map(|late| (late, now.steady)));
        for (origin, reason) in taken.refused {
            self.refuse(origin, &reason).await?;
        }
        Ok(())
    }

    async fn act(&mut self, action: Action) -> Result<(), Error> {
        match action {
            Action::Keep { .. } => unreachable!("records are kept in batches"),
            Action::Send { to, carrier, frame } => self.send(to, carrier.0, frame),
            Action::Serve {
                to,
                carrier,
                stream,
                from,
                until,
            } => {
                let (records, scope) = (self.records(), &self.parts.scope);
                let range = (from, until);
                let found = store::range(records.as_ref(), scope, &stream, range, ROOM).await?;
                if !found.is_empty() {
                    let frame = Frame::Records(found).encode();
                    self.send(to, carrier.0, frame.into());
                }
            }
            Action::Compare(came) => self.compare(came).await?,
            Action::Evidence { held, came, beside } => self.evidence(held, came, beside).await?,
            Action::Quarantine {
                from,
                record,
                reason,
            } => self.put_aside(from, record, &reason).await?,
            Action::Reject { from, reason } => match reason {
                // What a network does to frames is nobody's fault.
                Reason::OldBeat | Reason::TooMany | Reason::Departed => {
                    self.count(&reason.to_string())
                }
                reason => self.refuse(from, &reason.to_string()).await?,
            },
            Action::Link { peer, from, to } => {
                let site = self.label(peer);
                info!(site, ?from, ?to, "a link changed");
            }
            Action::Reopen { peer, carrier } => {
                if let Some(carrier) = self.carrier(carrier.0) {
                    carrier.reopen(peer);
                }
            }
            Action::Notice { from, bytes } => self.noticed(from, &bytes).await?,
            Action::Restored { lost, until } => {
                warn!(
                    ?lost,
                    until, "others hold records of this site that it has not"
                );
                let change = Change::decided(aurora_model::Action::on(
                    "federation.restored",
                    [format!("{until}")],
                ));
                self.commit(change, "the outbox is older than what others hold of it")
                    .await?;
            }
        }
        Ok(())
    }

    fn carrier(&self, number: u8) -> Option<Arc<dyn Carrier>> {
        self.parts.carriers.get(usize::from(number)).cloned()
    }

    pub(crate) fn send(&self, to: SiteId, carrier: u8, frame: Bytes) {
        if self.cut.contains(&to) {
            return;
        }
        if let Some(carrier) = self.carrier(carrier) {
            // What is lost is asked for again; the carrier counts it.
            carrier.send(to, frame);
        }
    }

    async fn compare(&mut self, came: aurora_federation::Sealed) -> Result<(), Error> {
        let (stream, seq) = (came.record().stream, came.record().seq);
        let records = self.records();
        let held = store::record(records.as_ref(), &self.parts.scope, &stream, seq).await?;
        let Some(held) = held.filter(|held| held.hash() != came.hash()) else {
            return Ok(());
        };
        for action in self.apply(Command::Differs { held, came }) {
            if let Action::Evidence { held, came, beside } = action {
                self.evidence(held, came, beside).await?;
            }
        }
        Ok(())
    }

    async fn evidence(
        &mut self,
        held: Option<aurora_federation::Sealed>,
        came: aurora_federation::Sealed,
        beside: u64,
    ) -> Result<(), Error> {
        let (stream, seq) = (came.record().stream, came.record().seq);
        let label = self.label(stream.origin);
        let held = match held {
            Some(held) => Some(held),
            None => {
                let records = self.records();
                store::record(records.as_ref(), &self.parts.scope, &stream, beside).await?
            }
        };
        let detail = format!("two records that cannot both be of its outbox, at number {seq}");
        let action = aurora_model::Action::on(
            "federation.evidence",
            [stream.origin.to_string(), seq.to_string()],
        );
        let key = |which| store::evidence_key(&stream, seq, which);
        let mut change = Change::decided(action).slot(&key("came"), came.bytes().to_vec());
        if let Some(held) = held {
            change = change.slot(&key("held"), held.bytes().to_vec());
        }
        self.commit(change, "a site's outbox says two things")
            .await?;
        self.counts.evidence += 1;
        error!(site = label, seq, "a site said two things; both are kept");
        let event = Derive::new("aurora.federation.fork.v1")
            .part(stream.origin.0.as_bytes())
            .number(stream.epoch.into())
            .number(seq);
        self.alarms.push_back(Alarm {
            event: event.finish(),
            rule: "federation-fork",
            title: format!("Site {label} told two different things"),
            severity: Severity::Critical,
            subject: label,
            detail,
        });
        Ok(())
    }

    async fn put_aside(
        &mut self,
        from: SiteId,
        record: aurora_federation::Sealed,
        reason: &Reason,
    ) -> Result<(), Error> {
        let place = (record.record().stream, record.record().seq);
        if self.aside.contains(&place) || self.aside.len() >= MAX_ASIDE {
            return Ok(());
        }
        let site = self.label(from);
        warn!(site, %reason, "a record is kept aside");
        let key = store::quarantine_key(&place.0, place.1);
        let change = Change::progress().slot(&key, record.bytes().to_vec());
        self.commit(change, "a record is kept aside").await?;
        self.aside.insert(place);
        Ok(())
    }

    /// What was kept aside and can be verified now is taken, whether its origin can be reached or not;
    /// what is known to be false goes.
    pub(crate) async fn look_aside(&mut self) -> Result<(), Error> {
        if self.aside.is_empty() {
            return Ok(());
        }
        let (records, keys) = (self.records(), self.keys());
        let slots = records.slots(&self.parts.scope, store::QUARANTINE).await?;
        for (key, bytes) in slots {
            let Ok(sealed) = aurora_federation::Sealed::decode(bytes.into()) else {
                continue;
            };
            let stream = sealed.record().stream;
            match sealed.verify(&keys) {
                Ok(()) => {
                    let frame = Frame::Records(vec![sealed.bytes().clone()]).encode();
                    let actions = self.apply(Command::Received {
                        from: stream.origin,
                        carrier: aurora_federation::Carrier(0),
                        frame: frame.into(),
                    });
                    self.perform(actions).await?;
                }
                Err(Refusal::UnknownKey) => {}
                Err(refusal) => {
                    let change = Change::progress().remove_slot(&key);
                    self.commit(change, "what was kept aside is false").await?;
                    self.aside.remove(&(stream, sealed.record().seq));
                    self.refuse(stream.origin, &refusal.to_string()).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn count(&mut self, reason: &str) {
        *self.counts.rejected.entry(reason.to_owned()).or_default() += 1;
    }

    /// Something that a site in order does not send.
    pub(crate) async fn refuse(&mut self, from: SiteId, reason: &str) -> Result<(), Error> {
        self.count(reason);
        let now = self.parts.clock.elapsed();
        self.refused
            .retain(|_, at| now.saturating_sub(*at) < REFUSALS);
        let key = (from, reason.to_owned());
        if self.refused.contains_key(&key) {
            return Ok(());
        }
        self.refused.insert(key, now);
        let site = self.label(from);
        warn!(site, reason, "what a site sent was refused");
        let action = aurora_model::Action::on("federation.reject", [from.to_string()]);
        self.commit(Change::decided(action), reason).await
    }

    pub(crate) async fn commit(&self, change: Change, reason: &str) -> Result<(), Error> {
        let context = Context::service(self.parts.scope.clone(), ROLE, reason);
        self.parts.records.commit(&context, change).await?;
        Ok(())
    }

    pub(crate) fn label(&self, site: SiteId) -> String {
        let known = self.labels.get(&site).cloned();
        known.unwrap_or_else(|| site.to_string())
    }

    pub(crate) fn aside(&self) -> usize {
        self.aside.len()
    }

    /// Tells others of what changed here. The place in the decision log moves in the commit that keeps
    /// the records, so that everything is told once.
    async fn tell(&mut self) -> Result<(), Error> {
        if self.directory.is_none() {
            // Nobody could verify it yet; it is told once there is a directory.
            return Ok(());
        }
        loop {
            let (records, scope) = (self.records(), self.parts.scope.clone());
            let floor = self.parts.options.min_severity;
            let found = outlet::look(records.as_ref(), &scope, self.shared, floor).await?;
            if found.tellings.is_empty() {
                self.shared = found.until;
                self.note_place().await?;
            } else {
                self.publish(found.tellings, found.until).await?;
            }
            if !found.more {
                return Ok(());
            }
        }
    }

    /// A place that moved without anything to tell is on record now and then: looking twice is cheap.
    async fn note_place(&mut self) -> Result<(), Error> {
        if self.shared < self.noted + 1_000 {
            return Ok(());
        }
        let change = Change::progress().move_place(store::SHARED, self.noted, self.shared);
        self.commit(change, "nothing to share").await?;
        self.noted = self.shared;
        Ok(())
    }

    async fn publish(&mut self, tellings: Vec<outlet::Telling>, until: u64) -> Result<(), Error> {
        let action = aurora_model::Action::on(
            "federation.share",
            tellings.iter().map(|telling| telling.id.as_str()),
        );
        let mut change = Change::decided(action).move_place(store::SHARED, self.noted, until);
        let mut sends = Vec::new();
        let count = tellings.len() as u64;
        let mut marks = BTreeMap::new();
        for telling in tellings {
            let command = Command::Publish {
                channel: aurora_federation::Channel::Alerts,
                kind: telling.kind,
                body: telling.body,
            };
            let key = store::said_key(&telling.id);
            change = change.slot(&key, telling.state);
            for action in self.apply(command) {
                match action {
                    Action::Keep { record, mark, .. } => {
                        let (stream, seq) = (record.record().stream, record.record().seq);
                        self.clock = self.clock.max(record.record().hlc);
                        let key = store::record_key(&stream, seq);
                        change = change.slot(&key, record.bytes().to_vec());
                        marks.insert(stream, mark);
                    }
                    other => sends.push(other),
                }
            }
        }
        for (stream, mark) in marks {
            change = change.slot(&store::mark_key(&stream), mark.to_bytes());
        }
        change = change.slot(store::CLOCK, store::bytes(&self.clock));
        self.commit(change, "alerts at or above the floor are shared")
            .await?;
        (self.shared, self.noted) = (until, until);
        self.counts.published += count;
        for send in sends {
            self.act(send).await?;
        }
        Ok(())
    }

    pub(crate) fn keys(&self) -> Directory {
        let directory = self.directory.as_ref();
        let known = directory.map_or_else(Directory::default, |it| it.listing().keys());
        known.without(self.left.keys().copied())
    }

    pub(crate) fn history(&self) -> std::sync::MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where telling begins: what happened before a site first federated is its own.
async fn first_place(records: &dyn Records, scope: &Scope) -> Result<u64, Error> {
    let place = aurora_records::place::read(records, scope, store::SHARED).await?;
    let lives = aurora_records::place::read(records, scope, store::LIFE).await?;
    if place > 0 || lives > 0 {
        return Ok(place);
    }
    let newest = outlet::newest(records, scope).await?;
    if newest > 0 {
        let change = Change::progress().move_place(store::SHARED, 0, newest);
        let context = Context::service(scope.clone(), ROLE, "the site federates from now on");
        records.commit(&context, change).await?;
    }
    Ok(newest)
}

fn mesh(parts: &Parts, key: &SiteKey, directory: Directory, stored: Stored) -> Mesh {
    let options = aurora_federation::Options {
        site: parts.scope.site,
        name: parts.name.clone(),
        tier: parts.options.site_tier.into(),
        software: parts.software.clone(),
        records_per_second: parts.options.records_per_second,
    };
    Mesh::new(options, key.signer().clone(), directory, stored).scaled(parts.scale)
}
