//! How a site knows this host: a certificate of a day, and the key that never leaves the host.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_clock::{Clock, Timestamp};
use aurora_model::enrol;
use aurora_secrets::Secret;
use aurora_tasks::{Shutdown, Tasks};
use aurora_tls::{Admit, Identity, Peers, Pin, Pinned, Request, SpiffeId, Who};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header;
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tracing::{info, warn};

use crate::door::{Away, Door, HTTP1, HTTP2};
use crate::endpoint::Endpoint;
use crate::link::said;
use crate::{Error, SiteOptions};

const FORMAT: u32 = 1;
/// Between two looks at the clock; also between two attempts.
const LOOK: Duration = Duration::from_secs(30);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A host that has enrolled. Clones are renewed together.
#[derive(Clone)]
pub struct Enrolment(Arc<Inner>);

struct Inner {
    path: PathBuf,
    kept: Mutex<Kept>,
    identity: Identity,
    peers: Arc<Peers>,
    generation: AtomicU64,
    clock: Arc<dyn Clock>,
}

/// What stands in the file, which is its owner's alone.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    format: u32,
    /// Of the site's listener for hosts.
    url: String,
    site: String,
    id: String,
    /// Certificates and the key are DER in base64.
    chain: Vec<String>,
    authorities: Vec<String>,
    key: String,
    /// By this host's own clock; the site's may differ.
    received_at: Timestamp,
    seconds: u64,
}

/// The site's part that serves hosts, and nobody else.
#[derive(Debug)]
struct OnlyEdge;

impl Admit for OnlyEdge {
    fn admits(&self, id: &SpiffeId) -> bool {
        matches!(id.who(), Who::Role(name) if name == enrol::ROLE)
    }
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").finish_non_exhaustive()
    }
}

impl Enrolment {
    /// What this host has kept; none when it has not enrolled. The site is reached at `url` instead of where
    /// the host enrolled, if it is not empty.
    ///
    /// # Errors
    /// When the file cannot be read, or does not hold what this release writes.
    pub fn open(path: &Path, url: &str, clock: Arc<dyn Clock>) -> Result<Option<Self>, Error> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(file("read", path)(source)),
        };
        let mut kept: Kept =
            serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
        if kept.format != FORMAT {
            return Err(damaged(path, "it is of another release"));
        }
        if !url.is_empty() {
            url.clone_into(&mut kept.url);
        }
        Self::of(kept, path, clock).map(Some)
    }

    /// Enrols this host with an operator's code, whose hash is all that is believed of the site. The key
    /// is made here; the code is used up.
    ///
    /// # Errors
    /// When the code is none, the site cannot be reached or refuses, or the file cannot be written.
    pub async fn enrol(
        url: &str,
        code: &Secret<String>,
        host: &str,
        path: &Path,
        clock: Arc<dyn Clock>,
        tasks: &Tasks,
    ) -> Result<Self, Error> {
        if let Some(there) = Self::open(path, "", clock.clone())? {
            return Err(Error::Enrolled(there.site()));
        }
        let no_code = || Error::NoCode;
        let (token, pin) = enrol::split(code.expose()).ok_or_else(no_code)?;
        let pin: Pin = pin.parse().map_err(|_| no_code())?;
        let made = Request::new().map_err(|_| Error::Key)?;
        let asked = enrol::Enrol {
            token: token.to_owned(),
            host: host.to_owned(),
            request: STANDARD.encode(&made.request),
        };
        let pinned: Arc<dyn ServerCertVerifier> = Arc::new(Pinned::new(pin, enrol::ROLE));
        let door = door(url, &Identity::new(), pinned, tasks.clone())?;
        let not = |reason: String| Error::NotEnrolled {
            url: url.to_owned(),
            reason,
        };
        let body = serde_json::to_vec(&asked).expect("it is plain data");
        let told = ask(&door, enrol::PATH, body).await.map_err(not)?;
        let known = told
            .authorities
            .iter()
            .filter_map(|it| STANDARD.decode(it).ok());
        if !known.into_iter().any(|it| Pin::of(&it) == pin) {
            return Err(not(
                "it names another authority than the code does".to_owned()
            ));
        }
        let kept = Kept::of(told, url, &made.key, clock.now());
        let enrolment = Self::of(kept, path, clock)?;
        enrolment.keep_file()?;
        Ok(enrolment)
    }

    fn of(kept: Kept, path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let bad = |error: String| damaged(path, &error);
        let mut authorities = RootCertStore::empty();
        for authority in &kept.authorities {
            let der = STANDARD.decode(authority).map_err(|e| bad(e.to_string()))?;
            let added = authorities.add(CertificateDer::from(der));
            added.map_err(|error| bad(error.to_string()))?;
        }
        let peers = Peers::new(&kept.site, authorities, Arc::new(OnlyEdge));
        let peers = peers.map_err(|error| bad(error.to_string()))?;
        let identity = Identity::new();
        kept.show(&identity).map_err(bad)?;
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            kept: Mutex::new(kept),
            identity,
            peers: Arc::new(peers),
            generation: AtomicU64::new(0),
            clock,
        })))
    }

    /// The site's identity.
    pub fn site(&self) -> String {
        self.kept().site.clone()
    }

    /// This host's id there.
    pub fn id(&self) -> String {
        self.kept().id.clone()
    }

    /// Where the site serves hosts.
    pub fn url(&self) -> String {
        self.kept().url.clone()
    }

    /// When the certificate ends, by this host's clock.
    pub fn ends(&self) -> Timestamp {
        let kept = self.kept();
        kept.received_at.plus(Duration::from_secs(kept.seconds))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rises with every renewal.
    pub(crate) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    pub(crate) fn door(&self, tasks: Tasks) -> Result<Door, Error> {
        let peers: Arc<dyn ServerCertVerifier> = self.0.peers.clone();
        door(&self.url(), &self.0.identity, peers, tasks)
    }

    /// Renews the certificate at half its life, until shutdown. Failures are said, and tried again.
    pub(crate) async fn keep(&self, tasks: &Tasks, shutdown: &Shutdown) {
        let mut timer = tokio::time::interval(LOOK);
        let mut said = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = timer.tick() => {}
            }
            if !self.is_due() {
                continue;
            }
            match self.renew(tasks).await {
                Ok(()) => said = None,
                Err(error) => {
                    let error = aurora_tasks::chain(&error);
                    if said.as_ref() != Some(&error) {
                        warn!(error, ends = %self.ends(), "the certificate is not renewed");
                    }
                    said = Some(error);
                }
            }
        }
    }

    /// Also when this host's clock went back: nobody knows by how much.
    fn is_due(&self) -> bool {
        let kept = self.kept();
        let (now, half) = (self.0.clock.now(), Duration::from_secs(kept.seconds / 2));
        now < kept.received_at || now.since(kept.received_at) >= half
    }

    /// Gets the next certificate, for a new key.
    ///
    /// # Errors
    /// [`Error::NotRenewed`]; the former stays as good as it was.
    pub async fn renew(&self, tasks: &Tasks) -> Result<(), Error> {
        let made = Request::new().map_err(|_| Error::Key)?;
        let asked = enrol::Renew {
            request: STANDARD.encode(&made.request),
        };
        let body = serde_json::to_vec(&asked).expect("it is plain data");
        let door = self.door(tasks.clone())?;
        let told = ask(&door, enrol::RENEW, body).await;
        let told = told.map_err(Error::NotRenewed)?;
        let url = self.url();
        let kept = Kept::of(told, &url, &made.key, self.0.clock.now());
        if (&kept.site, &kept.id) != (&self.site(), &self.id()) {
            return Err(Error::NotRenewed("it is for somebody else".to_owned()));
        }
        // Kept before it is shown: after a crash the former is gone at the site's word, not at ours.
        let shown = Identity::new();
        kept.show(&shown).map_err(Error::NotRenewed)?;
        *self.kept() = kept.clone();
        self.keep_file()?;
        kept.show(&self.0.identity).map_err(Error::NotRenewed)?;
        self.0.generation.fetch_add(1, Ordering::Release);
        info!(edge = kept.id, "the certificate was renewed");
        Ok(())
    }

    /// Replaces the file so that a crash leaves the former or the new one.
    fn keep_file(&self) -> Result<(), Error> {
        let path = &self.0.path;
        let text = serde_json::to_vec_pretty(&*self.kept()).expect("it is plain data");
        let draft = path.with_extension("draft");
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| {
                file.set_permissions(fs::Permissions::from_mode(0o600))?;
                file.write_all(&text)?;
                file.sync_all()
            });
        written.map_err(file("write", &draft))?;
        fs::rename(&draft, path).map_err(file("replace", path))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(file("sync", folder))
    }
}

impl Kept {
    fn of(told: enrol::Enrolled, url: &str, key: &PrivateKeyDer<'_>, now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            url: url.to_owned(),
            site: told.site,
            id: told.id,
            chain: told.chain,
            authorities: told.authorities,
            key: STANDARD.encode(key.secret_der()),
            received_at: now,
            seconds: told.seconds,
        }
    }

    fn show(&self, identity: &Identity) -> Result<(), String> {
        let read = |text: &String| STANDARD.decode(text).map_err(|error| error.to_string());
        let chain: Result<Vec<_>, String> = self
            .chain
            .iter()
            .map(|it| Ok(CertificateDer::from(read(it)?)))
            .collect();
        let key = PrivatePkcs8KeyDer::from(read(&self.key)?);
        let renewed = identity.renew(chain?, key.into());
        renewed.map_err(|error| error.to_string())
    }
}

fn door(
    url: &str,
    identity: &Identity,
    peers: Arc<dyn ServerCertVerifier>,
    tasks: Tasks,
) -> Result<Door, Error> {
    let site = SiteOptions {
        url: url.to_owned(),
        ..SiteOptions::default()
    };
    let endpoint = Endpoint::of(&site)?;
    if !endpoint.tls {
        return Err(Error::Url {
            url: url.to_owned(),
            reason: "hosts enrol over https alone",
        });
    }
    let config = aurora_tls::mutual_client(identity, peers, &[HTTP2, HTTP1]);
    Ok(Door {
        endpoint,
        tls: Some(TlsConnector::from(config)),
        tasks,
    })
}

/// One request over a connection of its own.
async fn ask(door: &Door, path: &str, body: Vec<u8>) -> Result<enrol::Enrolled, String> {
    let request = door
        .post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let asking = async { door.open().await?.ask(request).await };
    let answer = tokio::time::timeout(ANSWER_WITHIN, asking).await;
    let answer = answer.unwrap_or_else(|_| Err(Away("it does not answer in time".to_owned())));
    let (status, answer) = answer.map_err(|Away(reason)| reason)?;
    if status != 200 {
        return Err(format!("the site answers {status}: {}", said(&answer)));
    }
    serde_json::from_slice(&answer).map_err(|_| "its answer is not a site's".to_owned())
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::Enrolment {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File {
        action,
        path,
        source,
    }
}
