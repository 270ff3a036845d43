//! Whole meshes in one process.

use std::error::Error as StdError;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_federation::Scale;
use aurora_federation::link::State;
use aurora_federation_carrier::{Carrier, Door, Hall, Knock, Listening};
use aurora_federation_service::{
    Alarm, Alarms, Handle, Options, Parts, Service, SiteKey, SiteKeys, SiteTier, Status, handle,
};
use aurora_ids::{Derive, Id128};
use aurora_model::{
    Action, Alert, AlertStatus, Context, Entity, EntityKind, EventUid, RuleId, Scope, Severity,
    SiteId, SourceName, TraceContext,
};
use aurora_records::{Change, Collection, Guard, Query, Records};
use aurora_records_memory::MemoryRecords;
use aurora_secrets::{Keyring, Purpose, Secret, Signer};
use aurora_tasks::Tasks;
use bytes::Bytes;
use tokio::sync::watch;

#[path = "ledger.rs"]
mod ledger;

pub use ledger::{Ledger, Pages};

pub const PATIENCE: Duration = Duration::from_secs(30);

/// The primary's door, as a courier finds it.
type Doors = Arc<Mutex<Option<Handle>>>;

/// Sites that can meet.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub hall: Hall,
    /// From how many sites on not everybody is linked with everybody.
    pub scale: Scale,
    doors: Doors,
}

impl World {
    pub fn of(scale: Scale) -> Self {
        Self {
            scale,
            ..Self::default()
        }
    }
}

/// What of a site outlives its process.
pub struct Ground {
    pub scope: Scope,
    pub records: Arc<dyn Records>,
    pub clock: Arc<Skewed>,
    /// Its audit log, as far as these tests need one.
    pub ledger: Pages,
    /// What it shares, and where others dial it.
    pub floor: Mutex<Severity>,
    pub address: Mutex<String>,
    keys: tempfile::TempDir,
    label: String,
}

/// The system's clock with a wall time that tests set.
#[derive(Debug, Default)]
pub struct Skewed {
    under: SystemClock,
    pub millis: AtomicI64,
}

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        let by = self.millis.load(Ordering::Relaxed);
        Timestamp::from_millis(self.under.now().as_millis() + by)
    }

    fn elapsed(&self) -> Duration {
        self.under.elapsed()
    }
}

/// A site that runs.
pub struct Site {
    pub handle: Handle,
    pub alarms: Arc<Told>,
    pub tasks: Tasks,
}

#[derive(Debug, Default)]
pub struct Told(pub Mutex<Vec<Alarm>>);

#[async_trait]
impl Alarms for Told {
    async fn raise(&self, alarm: &Alarm) -> Result<(), Box<dyn StdError + Send + Sync>> {
        self.0.lock().unwrap().push(alarm.clone());
        Ok(())
    }
}

/// Goes to the one door there is.
#[derive(Debug)]
struct Walk {
    doors: Doors,
    own: Mutex<[u8; 32]>,
}

#[async_trait]
impl Knock for Walk {
    async fn knock(&self, _: &str, _: [u8; 32], question: Bytes) -> std::io::Result<Bytes> {
        let door = self.doors.lock().unwrap().clone();
        let nobody = || std::io::Error::other("nobody is there");
        let door = door.ok_or_else(nobody)?;
        let own = *self.own.lock().unwrap();
        door.knocked(own, question).await.ok_or_else(nobody)
    }

    fn renew(&self, seed: &Secret<[u8; 32]>) {
        *self.own.lock().unwrap() = Signer::from_seed(seed).public_key();
    }
}

impl Ground {
    pub fn new(label: &str) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        Self::on(label, Arc::new(MemoryRecords::new(clock)))
    }

    pub fn on(label: &str, records: Arc<dyn Records>) -> Self {
        let site = Derive::new("test").part(label).finish();
        Self {
            scope: Scope::of(SiteId(site)),
            records,
            clock: Arc::new(Skewed {
                under: SystemClock::new(),
                millis: AtomicI64::new(0),
            }),
            ledger: Pages::default(),
            floor: Mutex::new(Severity::High),
            address: Mutex::new(format!("{label}.example:7423")),
            keys: tempfile::tempdir().unwrap(),
            label: label.to_owned(),
        }
    }

    fn keyring(&self) -> Keyring {
        Keyring::open(&self.keys.path().join("keys")).unwrap()
    }

    pub fn key(&self) -> SiteKey {
        self.keys().number(1)
    }

    fn keys(&self) -> SiteKeys {
        SiteKeys::of(&self.keyring())
    }

    /// Starts the site; the label `site-a` is the primary's.
    pub async fn start(&self, world: &World) -> Site {
        let carrier = Arc::new(world.hall.enter(self.scope.site));
        self.start_over(world, carrier).await
    }

    /// The same over another carrier.
    pub async fn start_over(&self, world: &World, carrier: Arc<dyn Carrier>) -> Site {
        let tier = match self.label.as_str() {
            "site-a" => SiteTier::Primary,
            _ => SiteTier::Secondary,
        };
        let mut options = Options {
            enabled: true,
            site_id: self.label.clone(),
            site_tier: tier,
            min_severity: *self.floor.lock().unwrap(),
            ..Options::default()
        };
        options
            .direct
            .advertise
            .clone_from(&self.address.lock().unwrap());
        let (handle, inbox) = handle();
        if tier == SiteTier::Primary {
            *world.doors.lock().unwrap() = Some(handle.clone());
        }
        let alarms = Arc::new(Told::default());
        let parts = Parts {
            scope: self.scope.clone(),
            options,
            name: format!("The site {}", self.label),
            software: "test".to_owned(),
            records: self.records.clone(),
            clock: self.clock.clone(),
            alarms: alarms.clone(),
            tokens: self.keyring().tokens(Purpose::Invitation),
            scale: world.scale,
            carriers: vec![carrier],
            knock: Some(Arc::new(Walk {
                doors: world.doors.clone(),
                own: Mutex::new(self.key().public()),
            })),
            listens: watch::channel(Listening::Nowhere).1,
            audit: Some(Arc::new(Ledger(self.ledger.clone()))),
        };
        let service = Service::open(parts, self.keys(), inbox).await.unwrap();
        let tasks = Tasks::new();
        service.start(&tasks);
        Site {
            handle,
            alarms,
            tasks,
        }
    }

    pub fn context(&self) -> Context {
        Context::service(self.scope.clone(), "test", "a test")
    }

    /// Opens an alert, as detection does.
    pub async fn alert(&self, number: u64, severity: Severity) -> Alert {
        let alert = alert(self.scope.site, number, severity);
        let id = alert.id.to_string();
        let change = Change::decided(Action::on("alert.detect", [&id])).put(
            Collection::Alerts,
            &id,
            Guard::New,
            serde_json::to_value(&alert).unwrap(),
        );
        self.records.commit(&self.context(), change).await.unwrap();
        alert
    }

    /// Changes an alert of its own, as people do.
    pub async fn change(&self, mut alert: Alert, change: impl FnOnce(&mut Alert)) -> Alert {
        change(&mut alert);
        alert.updated_at = SystemClock::new().now();
        let id = alert.id.to_string();
        let change = Change::decided(Action::on("alert.close", [&id])).put(
            Collection::Alerts,
            &id,
            Guard::Any,
            serde_json::to_value(&alert).unwrap(),
        );
        self.records.commit(&self.context(), change).await.unwrap();
        alert
    }

    /// Alerts of other sites in its queue.
    pub async fn foreign(&self) -> Vec<Alert> {
        let query = Query::of(Collection::Alerts).limit(Query::MAX_LIMIT);
        let page = self.records.list(&self.scope, &query).await.unwrap();
        let read = |body| serde_json::from_value::<Alert>(body).unwrap();
        let all = page.documents.into_iter().map(|it| read(it.body));
        all.filter(|alert| alert.origin.is_some()).collect()
    }

    /// Waits for so many alerts of other sites.
    pub async fn holds(&self, count: usize) -> Vec<Alert> {
        let found = until(async || {
            let found = self.foreign().await;
            (found.len() >= count).then_some(found)
        });
        let found = found.await;
        assert_eq!(found.len(), count, "{}", self.label);
        found
    }

    pub async fn decisions(&self, name: &str) -> usize {
        let query = aurora_records::DecisionQuery {
            limit: 10_000,
            ..Default::default()
        };
        let all = self.records.decisions(&self.scope, &query).await.unwrap();
        all.iter().filter(|it| it.action.name == name).count()
    }
}

impl Site {
    pub async fn stop(self) {
        self.tasks.stop(PATIENCE).await.unwrap();
    }

    /// Waits until the status is as wanted.
    pub async fn sees(&self, wanted: impl Fn(&Status) -> bool) -> Arc<Status> {
        let mut statuses = self.handle.statuses();
        let seen = statuses.wait_for(|it| it.as_ref().is_some_and(|it| wanted(it)));
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        let seen = seen.unwrap_or_else(|_| panic!("{:#?}", self.handle.status()));
        seen.unwrap().clone().unwrap()
    }
}

/// Asks again and again; the only thing there is to wait for is a store.
pub async fn until<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap()
}

/// Joins a site to the primary, with both operators comparing.
pub async fn join(primary: (&Ground, &Site), joining: (&Ground, &Site)) {
    let (ground, site) = primary;
    let invited = site.handle.invite(ground.context(), String::new(), 15);
    let code = invited.await.unwrap().code;
    let compared = joining.1.handle.join(joining.0.context(), code);
    let compared = compared.await.unwrap();
    let waiting = |status: &Status| status.joining.iter().any(|it| it.code == compared);
    site.sees(waiting).await;
    let verify = joining
        .1
        .handle
        .verify(joining.0.context(), compared.clone());
    verify.await.unwrap();
    let verify = site.handle.verify(ground.context(), compared);
    verify.await.unwrap();
    joining
        .1
        .sees(|status| status.here.directory.is_some())
        .await;
}

/// So many sites that all hear each other.
pub async fn mesh(world: &World, grounds: &[Ground]) -> Vec<Site> {
    let mut sites = Vec::new();
    for ground in grounds {
        sites.push(ground.start(world).await);
    }
    for place in 1..grounds.len() {
        join((&grounds[0], &sites[0]), (&grounds[place], &sites[place])).await;
    }
    for site in &sites {
        let others = grounds.len() - 1;
        let heard = |status: &Status| {
            let heard = status.peers.iter().filter(|it| it.heard_ms.is_some());
            heard.count() == others && status.peers.iter().all(|it| it.state != State::Unknown)
        };
        site.sees(heard).await;
    }
    sites
}

pub fn alert(site: SiteId, number: u64, severity: Severity) -> Alert {
    let id: Id128 = Derive::new("alert")
        .part(site.0.as_bytes())
        .number(number)
        .finish();
    let now = SystemClock::new().now();
    Alert {
        id: id.into(),
        rule: RuleId("r1".to_owned()),
        rule_revision: "1".to_owned(),
        title: format!("Alert {number}"),
        author: "test".to_owned(),
        severity,
        status: AlertStatus::New,
        disposition: None,
        owner: None,
        note: Some("for us alone".to_owned()),
        entities: vec![Entity {
            kind: EntityKind::Host,
            value: format!("host-{number}"),
        }],
        group_key: format!("r1|host-{number}"),
        count: 1,
        first_seen: now,
        last_seen: now,
        created_at: now,
        updated_at: now,
        attack: vec!["T1059".to_owned()],
        source: SourceName::new("windows"),
        evidence: vec![EventUid(id)],
        related: Vec::new(),
        matched: Vec::new(),
        trace: TraceContext::new(),
        correlated: None,
        origin: None,
    }
}
