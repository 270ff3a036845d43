use std::io::{Error, ErrorKind};
use std::time::Duration;

use async_trait::async_trait;
use aurora_federation_carrier::{Knock, MAX_ANSWER_BYTES};
use aurora_model::SiteId;
use aurora_secrets::Secret;
use aurora_tls::Identity;
use bytes::Bytes;
use tokio::time::timeout;

use crate::dial::connect;
use crate::listen::{give, take};
use crate::{ATTEMPT, DOOR, Options};

/// The other site may have to ask its store.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks at another site's door, showing this site's key.
#[derive(Debug)]
pub struct Courier {
    site: SiteId,
    identity: Identity,
}

impl Courier {
    /// # Errors
    /// When the site's certificate cannot be made.
    pub fn new(options: &Options) -> Result<Self, crate::Error> {
        let identity = crate::carrier::identity(options)?;
        let site = options.site;
        Ok(Self { site, identity })
    }
}

#[async_trait]
impl Knock for Courier {
    fn renew(&self, seed: &Secret<[u8; 32]>) {
        crate::carrier::renew(&self.identity, self.site, seed);
    }

    async fn knock(&self, address: &str, key: [u8; 32], question: Bytes) -> Result<Bytes, Error> {
        let late = |what| Error::new(ErrorKind::TimedOut, what);
        let connecting = connect(&self.identity, address, vec![key], DOOR);
        let connected = timeout(ATTEMPT, connecting).await;
        let mut stream = connected.map_err(|_| late("nobody answers"))??;
        let asked = async {
            give(&mut stream, &question).await?;
            take(&mut stream, MAX_ANSWER_BYTES).await
        };
        let answer = timeout(ANSWER, asked).await;
        answer.map_err(|_| late("it does not answer"))?
    }
}
