use std::io::{Error, ErrorKind};
use std::time::Duration;

use async_trait::async_trait;
use aurora_federation_carrier::{Knock, MAX_ANSWER_BYTES};
use aurora_tls::Identity;
use bytes::Bytes;
use tokio::time::timeout;

use crate::dial::connect;
use crate::listen::{give, take};
use crate::{DOOR, Options};

/// The other site may have to ask its store.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks at another site's door, showing this site's key.
#[derive(Debug)]
pub struct Courier {
    identity: Identity,
}

impl Courier {
    /// # Errors
    /// When the site's certificate cannot be made.
    pub fn new(options: &Options) -> Result<Self, crate::Error> {
        let identity = crate::carrier::identity(options)?;
        Ok(Self { identity })
    }
}

#[async_trait]
impl Knock for Courier {
    async fn knock(&self, address: &str, key: [u8; 32], question: Bytes) -> Result<Bytes, Error> {
        let mut stream = connect(&self.identity, address, vec![key], DOOR).await?;
        let asked = async {
            give(&mut stream, &question).await?;
            take(&mut stream, MAX_ANSWER_BYTES).await
        };
        let answer = timeout(ANSWER, asked).await;
        answer.map_err(|_| Error::new(ErrorKind::TimedOut, "it does not answer"))?
    }
}
