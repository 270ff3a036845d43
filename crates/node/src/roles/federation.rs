//! The part of a site that federates with others. A site that does not has nothing of it: no task, no
//! port, no key and no record.

use std::error::Error as StdError;
use std::sync::Arc;

use async_trait::async_trait;
use aurora_bus::BusHandle;
use aurora_clock::Clock;
use aurora_detect::{About, alert_about_ourselves};
use aurora_federation_carrier::{Carrier, Door, Knock};
use aurora_federation_direct::{Courier, Direct, Options};
use aurora_federation_service::{Alarm, Alarms, Handle, Service, SiteKey};
use aurora_model::Scope;
use aurora_records::Records;
use aurora_secrets::{Keyring, Purpose};

use super::Parts;
use crate::Error;

/// Of the site's keys among sites.
const KEY: u32 = 1;
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
/// When a setting cannot be used, an address is taken, or the store fails.
pub(crate) async fn start(parts: &Parts, keyring: &Keyring) -> Result<Option<Handle>, Error> {
    let options = parts.config.federation.clone();
    if !options.enabled {
        return Ok(None);
    }
    options
        .check()
        .map_err(aurora_federation_service::Error::from)?;
    let key = SiteKey::of(keyring, KEY);
    let (handle, inbox) = aurora_federation_service::handle();
    let mut carriers: Vec<Arc<dyn Carrier>> = Vec::new();
    let (mut knock, mut listens) = (None, None);
    if options.direct.enabled {
        let linked = Options {
            site: parts.scope.site,
            seed: key.seed().clone(),
            listen: Some(options.direct.listen),
        };
        let door: Arc<dyn Door> = Arc::new(handle.clone());
        let direct = Direct::start(&linked, Some(door), &parts.tasks).await?;
        listens = direct.address();
        carriers.push(Arc::new(direct));
        let courier: Arc<dyn Knock> = Arc::new(Courier::new(&linked)?);
        knock = Some(courier);
    }
    carriers.extend(super::leafnodes::start(parts, keyring, &key).await?);
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
            carriers,
            knock,
            listens,
        },
        key,
        inbox,
    );
    service.await?.start(&parts.tasks);
    parts.ready("federation");
    Ok(Some(handle))
}
