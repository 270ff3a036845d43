use std::path::Path;
use std::sync::Arc;

use aurora_clock::Clock;
use aurora_ids::Derive;
use aurora_messages::LinkCreated;
use aurora_model::{Context, Scope, SiteId};
use aurora_records_memory::MemoryRecords;
use aurora_secrets::Keyring;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::FakeSite;
use crate::{Error, Feed, Handle, Options, Parts, Service, sessions};

/// An API that serves a [`FakeSite`].
pub struct Running {
    pub site: Arc<FakeSite>,
    pub feed: Feed,
    pub handle: Handle,
    pub scope: Scope,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

/// Serves a fake site on `options.listen` (take port 0) and on `site.sock` in `dir`.
///
/// # Errors
/// As [`Service::new`].
pub async fn serve(dir: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    let scope = Scope::of(SiteId(Derive::new("aurora.testkit.site").finish()));
    let feed = Feed::new(options.kept_events);
    let site = Arc::new(FakeSite::new(clock.clone(), scope.clone(), feed.clone()));
    let keyring = Keyring::open(&dir.join("keys")).expect("the folder can be written to");
    let parts = Parts {
        site: site.clone(),
        records: Arc::new(MemoryRecords::new(clock.clone())),
        hashers: sessions::Hashers::of(&keyring),
        clock,
        scope: scope.clone(),
        site_name: "testkit".to_owned(),
        version: "0.0.0".to_owned(),
        socket: dir.join("site.sock"),
        feed: feed.clone(),
    };
    let service = Service::new(options, parts).await?;
    let handle = service.handle();
    let shutdown = CancellationToken::new();
    #[allow(clippy::disallowed_methods)] // it ends in `stop`, which waits for it
    let task = tokio::spawn(service.run(shutdown.clone()));
    Ok(Running {
        site,
        feed,
        handle,
        scope,
        shutdown,
        task,
    })
}

impl Running {
    /// A one-time link.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn link(&self) -> Result<LinkCreated, sessions::Error> {
        let context = Context::service(self.scope.clone(), "testkit", "a test signs in");
        self.handle.link(&context).await
    }

    /// Stops serving and waits for the end.
    pub async fn stop(self) {
        self.shutdown.cancel();
        // A panic in the service is the test's own to see.
        drop(self.task.await);
    }
}
