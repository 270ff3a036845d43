use std::path::Path;
use std::sync::Arc;

use aurora_clock::Clock;
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_ids::Derive;
use aurora_messages::LinkCreated;
use aurora_model::{Context, Scope, SiteId};
use aurora_people::{Name, NewPerson, People, StepUp, Visitor};
use aurora_permissions::{Decide, RoleName};
use aurora_permissions_cedar::Cedar;
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_secrets::Keyring;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::means::Means;
use super::{FakeSite, KeyVerifier};
use crate::{Error, Feed, Handle, Options, Parts, Service};

/// An API that serves a [`FakeSite`].
pub struct Running {
    pub site: Arc<FakeSite>,
    pub feed: Feed,
    pub handle: Handle,
    pub scope: Scope,
    pub records: Arc<dyn Records>,
    pub decide: Arc<dyn Decide>,
    pub verifier: Arc<KeyVerifier>,
    pub people: People,
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
    let records: Arc<dyn Records> = Arc::new(MemoryRecords::new(clock.clone()));
    let cedar = Cedar::new(scope.site, &[]).expect("the built-in policies are fine");
    let decide: Arc<dyn Decide> = Arc::new(cedar);
    let verifier = Arc::new(KeyVerifier::default());
    let people = People::new(aurora_people::Parts {
        records: records.clone(),
        ephemeral: Arc::new(MemoryEphemeral::new(clock.clone())),
        keyring: &keyring,
        clock: clock.clone(),
        scope: scope.clone(),
        site_name: "testkit".to_owned(),
        options: aurora_people::Options::default(),
        provider: None,
    })
    .expect("the usual settings are sound");
    let parts = Parts {
        site: site.clone(),
        records: records.clone(),
        people: people.clone(),
        decide: decide.clone(),
        verifier: Arc::new(Means {
            own: StepUp::of(people.clone()),
            tests: verifier.clone(),
        }),
        clock: clock.clone(),
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
        records,
        decide,
        verifier,
        people,
        shutdown,
        task,
    })
}

impl Running {
    /// A one-time link.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn link(&self) -> Result<LinkCreated, aurora_people::Error> {
        let context = Context::service(self.scope.clone(), "testkit", "a test signs in");
        self.handle.link(&context).await
    }

    /// Opens a session of this person with these roles, and gives its cookie, `name=value`. `human` is
    /// whose alias the account is, if another's.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn session(
        &self,
        person: &str,
        human: Option<&str>,
        roles: &[RoleName],
    ) -> Result<String, aurora_people::Error> {
        let name = self.known(person, roles).await?;
        let context = Context::service(self.scope.clone(), "testkit", "a test signs in");
        if let Some(human) = human.filter(|human| *human != person) {
            let human = self.known(human, &[]).await?;
            self.people.set_alias(&context, &name, Some(&human)).await?;
        }
        let link = self.people.issue_link(&context, Some(&name)).await?;
        let opened = self
            .people
            .redeem(link.token.expose(), &Visitor::nobody())
            .await?;
        let site = self.scope.site.to_string();
        Ok(format!("aurora_{}={}", &site[..8], opened.token.expose()))
    }

    /// An account with these roles, made if there is none.
    async fn known(&self, name: &str, roles: &[RoleName]) -> Result<Name, aurora_people::Error> {
        let context = Context::service(self.scope.clone(), "testkit", "a test sets the scene");
        let name = Name::read(name)?;
        match self.people.person(&name).await {
            Ok(_) if roles.is_empty() => {}
            Ok(_) => drop(
                self.people
                    .set_roles(&context, &name, roles.to_vec())
                    .await?,
            ),
            Err(_) => {
                let new = NewPerson {
                    name: name.clone(),
                    display_name: String::new(),
                    roles: roles.to_vec(),
                };
                self.people.add(&context, new).await?;
            }
        }
        Ok(name)
    }

    /// Stops serving and waits for the end.
    pub async fn stop(self) {
        self.shutdown.cancel();
        // A panic in the service is the test's own to see.
        drop(self.task.await);
    }
}
