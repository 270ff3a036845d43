use std::net::SocketAddr;
use std::sync::Arc;

use aurora_approvals::Approvals;
use aurora_clock::Clock;
use aurora_model::Scope;
use aurora_people::People;
use aurora_permissions::Decide;
use tokio_util::sync::CancellationToken;

use crate::assets::Assets;
use crate::deeds::Deeds;
use crate::roles::Roles;
use crate::{Feed, Options, Site};

/// What every handler may reach. Clones share it.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) site: Arc<dyn Site>,
    pub(crate) scope: Scope,
    pub(crate) site_name: String,
    pub(crate) version: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) people: People,
    pub(crate) decide: Arc<dyn Decide>,
    pub(crate) approvals: Approvals,
    pub(crate) deeds: Deeds,
    pub(crate) roles: Roles,
    pub(crate) feed: Feed,
    pub(crate) assets: Assets,
    pub(crate) options: Options,
    /// Where we really listen; the port may have been chosen by the kernel.
    pub(crate) address: SocketAddr,
    /// Ends live streams, which would otherwise hold the shutdown up.
    pub(crate) closing: CancellationToken,
}

impl Shared {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Cookies ignore ports: two sites on one machine need two names.
    pub(crate) fn cookie_name(&self) -> String {
        let site = self.scope.site.to_string();
        format!("aurora_{}", site.get(..8).unwrap_or(&site))
    }

    /// The console's address for people.
    pub(crate) fn url(&self) -> String {
        let host = match self.options.hostnames.first() {
            Some(name) => name.clone(),
            None if self.address.ip().is_loopback() => "localhost".to_owned(),
            None => self.address.ip().to_string(),
        };
        let scheme = if self.options.behind_tls {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}:{}", self.address.port())
    }
}

impl std::ops::Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
