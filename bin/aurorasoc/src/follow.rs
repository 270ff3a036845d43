//! Live events, over the breaks of a connection.

use std::time::Duration;

use aurora_client::{Client, Error, Follower, Heard};

/// A site that restarts is back well within this time.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(250);

/// The site's live events without a gap: after a break it goes on behind the last one.
pub struct Live {
    client: Client,
    follower: Follower,
    last: Option<String>,
}

impl Live {
    /// Events from now on.
    pub async fn open(client: &Client) -> Result<Self, Error> {
        let follower = client.follow(None).await?;
        Ok(Self {
            client: client.clone(),
            follower,
            last: None,
        })
    }

    pub async fn next(&mut self) -> Result<Heard, Error> {
        loop {
            match self.follower.next().await {
                Ok(Some(heard)) => {
                    self.last = Some(heard.id.clone());
                    return Ok(heard);
                }
                Ok(None) | Err(Error::Broken(_)) => self.again().await?,
                Err(error) => return Err(error),
            }
        }
    }

    async fn again(&mut self) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            tokio::time::sleep(PAUSE).await;
            tries += 1;
            match self.client.follow(self.last.as_deref()).await {
                Ok(follower) => {
                    self.follower = follower;
                    return Ok(());
                }
                Err(error) if tries >= TRIES => return Err(error),
                Err(_) => {}
            }
        }
    }
}
