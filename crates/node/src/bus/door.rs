//! Certificates on the way to NATS: what a process of the site shows there, and what the server shows.

use std::path::Path;
use std::sync::Arc;

use aurora_bus_nats::ServerTls;
use aurora_clock::Clock;
use aurora_secrets::{Keyring, SiteIdentity};
use aurora_site_ca::{Authority, Files, Keeper};
use aurora_tasks::Tasks;
use aurora_tls::{Admit, Peers, SpiffeId, Who};
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use tokio::sync::watch;

use crate::Error;

/// As which part of the site the server is known.
const SERVER: &str = "nats";

/// No other part of the site is taken for the server.
#[derive(Debug)]
struct OnlyServer;

impl Admit for OnlyServer {
    fn admits(&self, id: &SpiffeId) -> bool {
        matches!(id.who(), Who::Role(name) if name == SERVER)
    }
}

/// What certificates of the site's parts are made with, and the group in which they are renewed.
pub(super) struct Door<'a> {
    authority: Arc<Authority>,
    clock: &'a Arc<dyn Clock>,
    tasks: &'a Tasks,
}

impl<'a> Door<'a> {
    pub(super) fn of(
        keys: &Path,
        clock: &'a Arc<dyn Clock>,
        tasks: &'a Tasks,
    ) -> Result<Self, Error> {
        let identity = SiteIdentity::open(keys, clock.now())?;
        let authority = Authority::of(&Keyring::open(keys)?, &identity)?;
        Ok(Self {
            authority: Arc::new(authority),
            clock,
            tasks,
        })
    }

    /// A client that shows itself as `role`. It believes a server that is a part of the site, or with
    /// `authorities` one that those vouch for and that has the host's name.
    pub(super) fn client(
        &self,
        role: &str,
        authorities: Option<&Path>,
    ) -> Result<Arc<ClientConfig>, Error> {
        let keeper = Keeper::new(self.authority.clone(), role, self.clock.clone())?;
        let server: Arc<dyn ServerCertVerifier> = match authorities {
            Some(file) => aurora_tls::by_host(file).map_err(|error| Error::Config {
                key: "bus.nats_authorities",
                value: file.display().to_string(),
                reason: error.detail,
            })?,
            None => {
                let (site, roots) = (self.authority.site(), self.authority.roots()?);
                let peers = Peers::new(site, roots, Arc::new(OnlyServer));
                Arc::new(peers.expect("there is an authority"))
            }
        };
        let (identity, shutdown) = (keeper.identity(), self.tasks.shutdown());
        self.tasks.spawn("bus-certificate", async move {
            keeper.run(shutdown).await;
            Ok::<_, Error>(())
        });
        Ok(aurora_tls::mutual_client(&identity, server, &[]))
    }

    /// The server's files, renewed from now on, and the count of renewals.
    pub(super) fn server(&self, folder: &Path) -> Result<(ServerTls, watch::Receiver<u64>), Error> {
        let files = Files::new(self.authority.clone(), SERVER, folder, self.clock.clone())?;
        let tls = ServerTls {
            part: files.part(),
            authorities: files.authorities(),
        };
        let ((count, renewed), shutdown) = (watch::channel(0), self.tasks.shutdown());
        self.tasks.spawn("bus-server-certificate", async move {
            files.run(count, shutdown).await;
            Ok::<_, Error>(())
        });
        Ok((tls, renewed))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_other_part_is_taken_for_the_server() {
        assert!(OnlyServer.admits(&SpiffeId::role("a1", "nats").unwrap()));
        assert!(!OnlyServer.admits(&SpiffeId::role("a1", "site").unwrap()));
        assert!(!OnlyServer.admits(&SpiffeId::edge("a1", "nats").unwrap()));
    }
}
