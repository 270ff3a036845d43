//! The sites that this one is federated with.

use aurora_messages::{Done, Sites, Topology};
use aurora_model::SiteId;
use hyper::Method;

use crate::path::path;
use crate::{Client, Error};

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn sites(&self) -> Result<Sites, Error> {
        self.get(&path(&["sites"])).await
    }

    pub async fn topology(&self) -> Result<Topology, Error> {
        self.get(&path(&["system", "topology"])).await
    }

    pub async fn cut_link(&self, site: SiteId) -> Result<Done, Error> {
        self.bare(Method::POST, &path(&["sites", &site.to_string(), "cut"]))
            .await
    }

    pub async fn heal_link(&self, site: SiteId) -> Result<Done, Error> {
        self.bare(Method::POST, &path(&["sites", &site.to_string(), "heal"]))
            .await
    }
}
