//! A site's authority and book, with a clock that is set by hand.

use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{ManualClock, Timestamp};
use aurora_model::{Actor, AuthStrength, Context, Scope, SiteId, SourceName, TraceContext, enrol};
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_secrets::{Keyring, Purpose, SiteIdentity};
use aurora_site_ca::{Authority, Book, Error, Issued, NewToken};
use aurora_tls::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub struct Stand {
    dir: TempDir,
    pub clock: Arc<ManualClock>,
    pub records: Arc<dyn Records>,
    pub identity: SiteIdentity,
    pub keyring: Keyring,
    pub context: Context,
}

impl Stand {
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let records = Arc::new(MemoryRecords::new(clock.clone()));
        Self::on(records, clock)
    }

    pub fn on(records: Arc<dyn Records>, clock: Arc<ManualClock>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        let created = NOW.minus(Duration::from_secs(30 * 24 * 3600));
        let identity = SiteIdentity::open(&keys, created).unwrap();
        let context = Context {
            scope: Scope::of(SiteId(identity.id)),
            actor: Actor::LocalOperator("op".to_owned()),
            auth: AuthStrength::PeerCredential,
            reason: "test".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        };
        Self {
            keyring: Keyring::open(&keys).unwrap(),
            dir,
            clock,
            records,
            identity,
            context,
        }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub fn authority(&self) -> Arc<Authority> {
        Arc::new(Authority::of(&self.keyring, &self.identity).unwrap())
    }

    pub async fn book(&self) -> Book {
        let opened = Book::open(
            self.context.scope.clone(),
            self.records.clone(),
            self.clock.clone(),
            self.keyring.tokens(Purpose::EnrolToken),
            self.authority(),
        );
        opened.await.unwrap()
    }

    pub async fn token(&self, book: &Book, host: &str, minutes: u64) -> Result<Issued, Error> {
        let asked = NewToken {
            host: host.parse()?,
            source: SourceName::new("windows@hq"),
            label: "test".to_owned(),
            minutes,
        };
        book.create(&self.context, asked).await
    }
}

/// What a host says with a code, and the key it made for it.
pub fn asked(issued: &Issued, host: &str) -> (enrol::Enrol, Request) {
    let made = Request::new().unwrap();
    let (token, _) = enrol::split(issued.code.expose()).unwrap();
    let asked = enrol::Enrol {
        token: token.to_owned(),
        host: host.to_owned(),
        request: STANDARD.encode(&made.request),
    };
    (asked, made)
}

pub fn der(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}
