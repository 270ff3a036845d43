//! How often somebody may be wrong.

use std::net::IpAddr;
use std::time::Duration;

use crate::people::People;
use crate::{Error, Result};

const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Questions that cost us memory, from one address within a minute.
const ASKED: u64 = 120;
const ASKED_WINDOW: Duration = Duration::from_secs(60);

impl People {
    /// Counts a try before it is looked at, so that many at once are many tries.
    ///
    /// # Errors
    /// [`Error::TooManyTries`], for accounts that do not exist as for others.
    pub(crate) async fn try_account(&self, what: &str, account: &str) -> Result<()> {
        let key = account_key(what, account);
        let counted = self.ephemeral.count(&self.scope, &key, 1, WINDOW).await?;
        within(counted, u64::from(self.options.tries_per_account))
    }

    /// Forgets the tries of an account whose owner came in.
    pub(crate) async fn forget_tries(&self, what: &str, account: &str) -> Result<()> {
        let key = account_key(what, account);
        Ok(self.ephemeral.reset(&self.scope, &key).await?)
    }

    /// # Errors
    /// [`Error::TooManyTries`] when too many from there were wrong.
    pub(crate) async fn try_peer(&self, peer: Option<IpAddr>) -> Result<()> {
        self.count_peer(peer, 0).await
    }

    /// A try from there was wrong.
    pub(crate) async fn blame_peer(&self, peer: Option<IpAddr>) -> Result<()> {
        match self.count_peer(peer, 1).await {
            Err(Error::TooManyTries { .. }) => Ok(()),
            counted => counted,
        }
    }

    async fn count_peer(&self, peer: Option<IpAddr>, by: u32) -> Result<()> {
        let Some(peer) = peer else { return Ok(()) };
        let key = format!("people/tries/peer/{}", network(peer));
        let counted = self.ephemeral.count(&self.scope, &key, by, WINDOW).await?;
        // A count of exactly the limit is the last that was looked at.
        let most = u64::from(self.options.tries_per_peer);
        within(
            counted,
            if by == 0 {
                most.saturating_sub(1)
            } else {
                most
            },
        )
    }

    /// Counts a question that makes us keep something.
    pub(crate) async fn ask(&self, peer: Option<IpAddr>) -> Result<()> {
        let Some(peer) = peer else { return Ok(()) };
        let key = format!("people/asked/{}", network(peer));
        let counted = self
            .ephemeral
            .count(&self.scope, &key, 1, ASKED_WINDOW)
            .await?;
        within(counted, ASKED)
    }
}

fn within(counted: aurora_ephemeral::Counted, most: u64) -> Result<()> {
    if counted.count > most {
        return Err(Error::TooManyTries { wait: counted.left });
    }
    Ok(())
}

/// What people type as a name is of any length, and sometimes their password.
fn account_key(what: &str, account: &str) -> String {
    format!(
        "people/tries/{what}/{}",
        blake3::hash(account.as_bytes()).to_hex()
    )
}

/// Whoever has one address of IPv6 has all of its /64.
fn network(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn neighbours_share_their_network() {
        for (peer, want) in [
            ("127.0.0.1", "127.0.0.1"),
            ("::ffff:10.0.0.7", "10.0.0.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(peer.parse().unwrap()), want);
        }
        let typed = account_key("login", &"x".repeat(5_000));
        assert!(typed.len() < 100);
    }
}
