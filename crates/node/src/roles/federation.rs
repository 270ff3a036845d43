//! The part of a site that federates with others. A site that does not has nothing of it: no task, no
//! port, no key and no record.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::BusHandle;
use aurora_clock::Clock;
use aurora_detect::{About, alert_about_ourselves};
use aurora_federation::{AuditHead, Hash, Scale};
use aurora_federation_carrier::{Carrier, Door, Knock, Listening};
use aurora_federation_direct::{Courier, Direct, Options};
use aurora_federation_service::{Alarm, Alarms, Handle, Service, SiteKeys};
use aurora_model::Scope;
use aurora_permissions::Decide;
use aurora_records::Records;
use aurora_secrets::{Keyring, Purpose};
use aurora_site_ca::Book;
use aurora_telemetry::Health;
use tokio::sync::watch;

use super::Parts;
use super::witness::SiteLog;
use crate::Error;

const ROLE: &str = "federation";
/// How often what beats say of the site is looked at: they go out every ten seconds.
const DESCRIBED: Duration = Duration::from_secs(5);
/// The role whose bus alerts about the mesh are told over.
const TELLS: &str = "notify";

/// Opens alerts about the mesh, as about any other part of the site.
#[derive(Debug)]
struct Ourselves {
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Alarms for Ourselves {
    async fn raise(&self, alarm: &Alarm) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let about = About {
            event: alarm.event,
            rule: alarm.rule,
            title: alarm.title.clone(),
            severity: alarm.severity,
            selection: "site",
            subject: &alarm.subject,
            detail: &alarm.detail,
            reason: "the mesh is not as it should be",
        };
        let (records, now) = (self.records.as_ref(), self.clock.now());
        alert_about_ourselves::<Error>(&self.scope, &self.bus, records, "federation", &about, now)
            .await?;
        Ok(())
    }
}

/// Starts it, when the settings say so.
///
/// # Errors
/// When a setting cannot be used, `nats-server` is not there or too old, or the store fails. An address that is
/// taken degrades the role, and is tried again.
pub(crate) async fn start(
    parts: &Parts,
    keyring: &Keyring,
    audited: aurora_audit_sequencer::Handle,
) -> Result<Option<Handle>, Error> {
    let options = parts.config.federation.clone();
    if !options.enabled {
        return Ok(None);
    }
    options
        .check()
        .map_err(aurora_federation_service::Error::from)?;
    let keys = SiteKeys::of(keyring);
    let records = parts.adapters.records.clone();
    let key = keys.current(records.as_ref(), &parts.scope).await?;
    let (handle, inbox) = aurora_federation_service::handle();
    let mut carriers: Vec<Arc<dyn Carrier>> = Vec::new();
    let (mut knock, mut listens) = (None, watch::channel(Listening::Nowhere).1);
    if options.direct.enabled {
        let linked = Options {
            site: parts.scope.site,
            seed: key.seed().clone(),
            listen: Some(options.direct.listen),
        };
        let door: Arc<dyn Door> = Arc::new(handle.clone());
        let direct = Direct::start(&linked, Some(door), &parts.tasks).await?;
        listens = direct.listening();
        carriers.push(Arc::new(direct));
        let courier: Arc<dyn Knock> = Arc::new(Courier::new(&linked)?);
        knock = Some(courier);
    }
    let mut attaches = watch::channel(Listening::Nowhere).1;
    if let Some(leafnodes) = super::leafnodes::start(parts, keyring, &key).await? {
        attaches = leafnodes.listening();
        carriers.push(leafnodes);
    }
    let name = match options.site_name.is_empty() {
        true => parts.config.site.name.clone(),
        false => options.site_name.clone(),
    };
    let service = Service::open(
        aurora_federation_service::Parts {
            scope: parts.scope.clone(),
            options,
            name,
            software: env!("CARGO_PKG_VERSION").to_owned(),
            records: parts.adapters.records.clone(),
            clock: parts.clock.clone(),
            alarms: Arc::new(Ourselves {
                scope: parts.scope.clone(),
                bus: parts.bus(TELLS)?,
                records: parts.adapters.records.clone(),
                clock: parts.clock.clone(),
            }),
            tokens: keyring.tokens(Purpose::Invitation),
            scale: Scale::default(),
            carriers,
            knock,
            listens: listens.clone(),
            audit: Some(Arc::new(SiteLog::open(parts, keyring, audited)?)),
        },
        keys,
        inbox,
    );
    service.await?.start(&parts.tasks);
    watch_listeners(parts, listens, attaches);
    Ok(Some(handle))
}

/// A site that others cannot dial works badly, and says so.
fn watch_listeners(
    parts: &Parts,
    mut listens: watch::Receiver<Listening>,
    mut attaches: watch::Receiver<Listening>,
) {
    let (health, shutdown) = (parts.health.clone(), parts.tasks.shutdown());
    let now = standing(&listens.borrow_and_update(), &attaches.borrow_and_update());
    health.set(ROLE, now);
    parts.tasks.spawn("federation-health", async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = changed(&mut listens) => {}
                () = changed(&mut attaches) => {}
            }
            let now = standing(&listens.borrow(), &attaches.borrow());
            health.set(ROLE, now);
        }
        Ok::<_, Error>(())
    });
}

/// Never, where nobody listens.
async fn changed(told: &mut watch::Receiver<Listening>) {
    if told.changed().await.is_err() {
        std::future::pending().await
    }
}

fn standing(listens: &Listening, attaches: &Listening) -> Health {
    let ways = [
        ("other sites cannot dial this one", listens),
        ("leafnodes do not work", attaches),
    ];
    let failing = ways.into_iter().filter_map(|(what, told)| match told {
        Listening::Nowhere | Listening::At(_) => None,
        Listening::Failing(problem) => Some(format!("{what}: {problem}")),
    });
    let reasons: Vec<String> = failing.collect();
    match reasons.is_empty() {
        true => Health::Ready,
        false => Health::Degraded {
            reason: reasons.join("; "),
        },
    }
}

/// Tells others in each heartbeat what there is to tell of this site.
pub(crate) fn describe(
    parts: &Parts,
    audited: aurora_audit_sequencer::Handle,
    edges: Book,
    decide: Arc<dyn Decide>,
) {
    let Some(handle) = parts.federation.clone() else {
        return;
    };
    let shutdown = parts.tasks.shutdown();
    parts.tasks.spawn("federation-about", async move {
        loop {
            let head = audited.head().map(|head| head.checkpoint);
            let about = aurora_federation::About {
                agents: u32::try_from(edges.roll().count()).unwrap_or(u32::MAX),
                policy: decide.version(),
                audit: head.map(|head| AuditHead {
                    size: head.size,
                    root: Hash(head.root.0),
                }),
            };
            handle.describe(about).await;
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(DESCRIBED) => {}
            }
        }
        Ok::<_, Error>(())
    });
}
