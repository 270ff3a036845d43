//! The site's server among those of the mesh.

use std::sync::Arc;

use aurora_federation_leafnodes::{Error as LeafnodesError, Leafnodes, Options, Start};
use aurora_federation_service::SiteKey;
use aurora_secrets::{Keyring, Purpose};

use super::Parts;
use crate::Error;

/// The name of the user that this site is at its own server.
const USER: &str = "mesh";

/// Starts it, when the settings name a hub or make this site one.
pub(super) async fn start(
    parts: &Parts,
    keyring: &Keyring,
    key: &SiteKey,
) -> Result<Option<Arc<Leafnodes>>, Error> {
    let settings = &parts.config.federation;
    let options = Options {
        listen: settings.leafnodes.listen,
        hostnames: settings.leafnodes.hostnames.clone(),
        hubs: settings.leafnodes.hubs.clone(),
    };
    if !options.is_used() {
        return Ok(None);
    }
    let program = aurora_bus_nats::find_server();
    let program = program.ok_or_else(LeafnodesError::not_installed)?;
    let started = Leafnodes::start(Start {
        site: parts.scope.site,
        label: settings.site_id.clone(),
        signer: key.signer().clone(),
        key: keyring.named(Purpose::NatsUser, USER),
        program,
        dir: parts.scratch.join("mesh"),
        options,
        clock: parts.clock.clone(),
    });
    Ok(Some(Arc::new(started.await?)))
}
