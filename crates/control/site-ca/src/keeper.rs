use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, Timestamp};
use aurora_tasks::Shutdown;
use aurora_tls::Identity;
use tracing::{debug, warn};

use crate::{Authority, Error, ROLE_LIFE};

/// Between two looks at the clock: it may have been set, or the machine may have slept.
const LOOK: Duration = Duration::from_secs(30);

/// Keeps a part of the site supplied with a certificate that is good: a new key and certificate at half
/// the life of the former, under open connections.
#[derive(Clone, Debug)]
pub struct Keeper {
    authority: Arc<Authority>,
    role: String,
    identity: Identity,
    clock: Arc<dyn Clock>,
}

impl Keeper {
    /// Begins with a certificate.
    ///
    /// # Errors
    /// When none can be made.
    pub fn new(
        authority: Arc<Authority>,
        role: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let keeper = Self {
            authority,
            role: role.to_owned(),
            identity: Identity::new(),
            clock,
        };
        keeper.renew()?;
        Ok(keeper)
    }

    /// What the part shows; it changes as certificates do.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Makes and shows a new certificate; when it was made.
    ///
    /// # Errors
    /// When none can be made; the former is shown until its end.
    pub fn renew(&self) -> Result<Timestamp, Error> {
        let now = self.clock.now();
        let (chain, key) = self.authority.role(&self.role, now)?;
        self.identity.renew(chain, key)?;
        debug!(role = self.role, "a certificate was renewed");
        Ok(now)
    }

    /// Renews until shutdown. A renewal that fails is tried again soon.
    pub async fn run(self, shutdown: Shutdown) {
        at_half_life(&self.role, self.clock.as_ref(), shutdown, || self.renew()).await;
    }
}

/// Renews what was made just now, in time and until shutdown.
pub(crate) async fn at_half_life(
    role: &str,
    clock: &dyn Clock,
    shutdown: Shutdown,
    renew: impl Fn() -> Result<Timestamp, Error>,
) {
    let mut made = clock.now();
    let mut timer = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        if !is_due(made, clock.now()) {
            continue;
        }
        match renew() {
            Ok(now) => made = now,
            Err(error) => {
                let error = aurora_tasks::chain(&error);
                warn!(role, error, "a certificate could not be renewed");
            }
        }
    }
}

/// Whether a certificate that was made then is to be renewed now; also when the clock was set back.
fn is_due(made: Timestamp, now: Timestamp) -> bool {
    now < made || now.since(made) >= ROLE_LIFE / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_at_half_life_and_when_the_clock_went_back() {
        let made = Timestamp::from_millis(1_000_000_000);
        let half = ROLE_LIFE / 2;
        assert!(!is_due(made, made.plus(half - Duration::from_millis(1))));
        assert!(is_due(made, made.plus(half)));
        assert!(is_due(made, made.minus(Duration::from_millis(1))));
    }
}
