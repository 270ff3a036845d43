use std::time::Duration;

use async_trait::async_trait;
use aurora_ephemeral::{Counted, Ephemeral, Error, Fence, Hints, check, hints};
use aurora_model::Scope;
use bytes::Bytes;
use redis::aio::ConnectionManager;
use redis::{AsyncCommands as _, Client, FromRedisValue, ScriptInvocation};

use crate::Options;
use crate::listen;
use crate::names::{Kind, name};
use crate::scripts::Scripts;

/// Short-lived values on a Redis server.
pub struct RedisEphemeral {
    client: Client,
    connection: ConnectionManager,
    scripts: Scripts,
    patience: Duration,
}

impl std::fmt::Debug for RedisEphemeral {
    // The client's own would show the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisEphemeral").finish_non_exhaustive()
    }
}

impl RedisEphemeral {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for an address that is none, a server that does not answer in time, or
    /// one that refuses us.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let client = options.client()?;
        Ok(Self {
            connection: options.connect(client.clone()).await?,
            client,
            scripts: Scripts::new(),
            patience: options.patience,
        })
    }

    fn connection(&self) -> ConnectionManager {
        self.connection.clone()
    }

    async fn run<T: FromRedisValue>(&self, script: ScriptInvocation<'_>) -> Result<T, Error> {
        let mut connection = self.connection();
        let answer = script.invoke_async(&mut connection).await;
        answer.map_err(Error::unavailable)
    }
}

/// Redis knows no time shorter than a millisecond.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis())
        .unwrap_or(u64::MAX >> 2)
        .max(1)
}

#[async_trait]
impl Ephemeral for RedisEphemeral {
    async fn get(&self, scope: &Scope, key: &str) -> Result<Option<Bytes>, Error> {
        let key = name(scope, Kind::Value, key);
        let found: Option<Vec<u8>> = self
            .connection()
            .get(key)
            .await
            .map_err(Error::unavailable)?;
        Ok(found.map(Bytes::from))
    }

    async fn put(
        &self,
        scope: &Scope,
        key: &str,
        value: Bytes,
        time: Duration,
    ) -> Result<(), Error> {
        check(&value)?;
        let key = name(scope, Kind::Value, key);
        self.connection()
            .pset_ex(key, value.as_ref(), millis(time))
            .await
            .map_err(Error::unavailable)
    }

    async fn swap(
        &self,
        scope: &Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<Bytes>,
        time: Duration,
    ) -> Result<bool, Error> {
        check(value.as_deref().unwrap_or_default())?;
        let mut script = self.scripts.swap.key(name(scope, Kind::Value, key));
        script
            .arg(u8::from(expected.is_some()))
            .arg(expected.unwrap_or_default());
        script
            .arg(u8::from(value.is_some()))
            .arg(value.as_deref().unwrap_or_default())
            .arg(millis(time));
        self.run(script).await
    }

    async fn count(
        &self,
        scope: &Scope,
        key: &str,
        by: u32,
        window: Duration,
    ) -> Result<Counted, Error> {
        let mut script = self.scripts.count.key(name(scope, Kind::Counter, key));
        script.arg(by).arg(millis(window));
        let (count, left): (u64, i64) = self.run(script).await?;
        Ok(Counted {
            count,
            // Below 0 when the counter does not stand.
            left: u64::try_from(left).map_or(window, Duration::from_millis),
        })
    }

    async fn reset(&self, scope: &Scope, key: &str) -> Result<(), Error> {
        let key = name(scope, Kind::Counter, key);
        self.connection().del(key).await.map_err(Error::unavailable)
    }

    async fn lock(
        &self,
        scope: &Scope,
        lock: &str,
        time: Duration,
    ) -> Result<Option<Fence>, Error> {
        let mut script = self.scripts.lock.key(name(scope, Kind::Lock, lock));
        script.key(name(scope, Kind::Fence, "")).arg(millis(time));
        let fence: Option<u64> = self.run(script).await?;
        Ok(fence.map(Fence))
    }

    async fn renew(
        &self,
        scope: &Scope,
        lock: &str,
        fence: Fence,
        time: Duration,
    ) -> Result<bool, Error> {
        let mut script = self.scripts.renew.key(name(scope, Kind::Lock, lock));
        script.arg(fence.0).arg(millis(time));
        self.run(script).await
    }

    async fn unlock(&self, scope: &Scope, lock: &str, fence: Fence) -> Result<bool, Error> {
        let mut script = self.scripts.unlock.key(name(scope, Kind::Lock, lock));
        script.arg(fence.0);
        self.run(script).await
    }

    async fn publish(&self, scope: &Scope, topic: &str, hint: Bytes) -> Result<(), Error> {
        check(&hint)?;
        let channel = name(scope, Kind::Topic, topic);
        self.connection()
            .publish(channel, hint.as_ref())
            .await
            .map_err(Error::unavailable)
    }

    async fn subscribe(&self, scope: &Scope, topic: &str) -> Result<Hints, Error> {
        let channel = name(scope, Kind::Topic, topic);
        let connection = listen::subscribe(&self.client, &channel, self.patience).await?;
        let (sender, listener) = hints();
        let (client, patience) = (self.client.clone(), self.patience);
        // It ends with the listener, which the caller owns.
        #[allow(clippy::disallowed_methods)]
        drop(tokio::spawn(listen::run(
            client, channel, patience, connection, sender,
        )));
        Ok(listener)
    }
}
