//! NATS over mutual TLS with the certificates of the site's authority, against the real server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::Bus as _;
use aurora_bus::testkit::{message, options};
use aurora_bus_nats::{
    NatsBus, NatsServer, Options, ServerOptions, ServerTls, Standing, User, find_server,
};
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_messages::AlertQuery;
use aurora_model::{Stream, Subject};
use aurora_node::{Role, Worker};
use aurora_sandbox::{Sandbox, Stores, config};
use aurora_secrets::{Keyring, Secret, SiteIdentity};
use aurora_site_ca::{Authority, Files};
use aurora_tasks::Tasks;
use aurora_tls::{Admit, Identity, Peers, SpiffeId};
use rustix::process::{Pid, Signal, kill_process};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use crate::support::{RULE, Sender, balanced, file, launch, lines};

#[derive(Debug)]
struct Everybody;

impl Admit for Everybody {
    fn admits(&self, _: &SpiffeId) -> bool {
        true
    }
}

/// A supervised server with the certificate of a site's authority.
struct Stand {
    dir: TempDir,
    clock: Arc<dyn Clock>,
    authority: Arc<Authority>,
    files: Files,
    address: SocketAddr,
    pid: PathBuf,
    renewed: watch::Sender<u64>,
    tasks: Tasks,
}

fn authority(of: &TempDir, name: &str, now: Timestamp) -> Arc<Authority> {
    let keys = of.path().join(name);
    let identity = SiteIdentity::open(&keys, now).unwrap();
    let keyring = Keyring::open(&keys).unwrap();
    Arc::new(Authority::of(&keyring, &identity).unwrap())
}

fn user() -> User {
    User::new(Standing::Site, &Secret::new([7; 32])).unwrap()
}

/// Shows nothing before it is given something.
fn client(authority: &Authority, identity: &Identity) -> Arc<ClientConfig> {
    let roots = authority.roots().unwrap();
    let peers = Peers::new(authority.site(), roots, Arc::new(Everybody)).unwrap();
    aurora_tls::mutual_client(identity, Arc::new(peers), &[])
}

/// What an authority says of a part at some moment.
fn shows(identity: &Identity, authority: &Authority, at: Timestamp) {
    let (chain, key) = authority.role("site", at).unwrap();
    identity.renew(chain, key).unwrap();
}

impl Stand {
    /// `None`, with a word about it, where there is no server.
    async fn start() -> Option<Self> {
        let Some(program) = find_server() else {
            eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let authority = authority(&dir, "keys", clock.now());
        let folder = dir.path().join("nats");
        let files = Files::new(authority.clone(), "nats", &folder, clock.clone()).unwrap();
        let options = ServerOptions {
            program,
            dir: folder.clone(),
            max_bytes: 16 << 20,
            listen: ([127, 0, 0, 1], 0).into(),
            accounts: vec![("site".to_owned(), vec![user()])],
            tls: Some(ServerTls {
                part: files.part(),
                authorities: files.authorities(),
            }),
        };
        let server = NatsServer::start(&options).await.unwrap();
        let address = server.url().trim_start_matches("tls://").parse().unwrap();
        let ((renewed, changed), tasks) = (watch::channel(0), Tasks::new());
        let running = server.supervise(options, changed, tasks.shutdown());
        tasks.spawn("server", running);
        Some(Self {
            pid: folder.join("nats-server.pid"),
            dir,
            clock,
            authority,
            files,
            address,
            renewed,
            tasks,
        })
    }

    fn options(&self, identity: &Identity) -> Options {
        Options {
            seed: Some(user().seed),
            tls: Some(client(&self.authority, identity)),
            max_bytes: 16 << 20,
            patience: Duration::from_secs(3),
            ..Options::new(format!("tls://{}", self.address))
        }
    }

    fn good(&self) -> Identity {
        let identity = Identity::new();
        shows(&identity, &self.authority, self.clock.now());
        identity
    }

    /// What the server has to say about those who came.
    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("nats/nats-server.log")).unwrap()
    }

    /// It writes its log when it comes to it, which may be after we were refused.
    async fn says(&self, what: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.log().contains(what) {
            assert!(Instant::now() < deadline, "{what}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The certificate that the server shows to whoever comes now.
    async fn shown(&self) -> CertificateDer<'static> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        while stream.read_u8().await.unwrap() != b'\n' {}
        let connector = TlsConnector::from(client(&self.authority, &self.good()));
        let name = ServerName::try_from("localhost").unwrap();
        let stream = connector.connect(name, stream).await.unwrap();
        let chain = stream.get_ref().1.peer_certificates().unwrap();
        chain[0].clone().into_owned()
    }

    fn kill(&self) {
        let text = std::fs::read_to_string(&self.pid).unwrap();
        let pid = Pid::from_raw(text.trim().parse().unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
    }

    async fn stop(self) {
        self.tasks.stop(Duration::from_secs(10)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_good_certificate_is_refused_by_the_server() {
    let Some(stand) = Stand::start().await else {
        return;
    };
    let (now, others) = (stand.clock.now(), tempfile::tempdir().unwrap());
    let stranger = authority(&others, "keys", now);
    let (nobody, of_another, expired) = (Identity::new(), Identity::new(), Identity::new());
    shows(&of_another, &stranger, now);
    let two_hours = Duration::from_secs(2 * 3600);
    shows(&expired, &stand.authority, now.minus(two_hours));
    for (identity, why) in [
        (&nobody, "client didn't provide a certificate"),
        (&of_another, "certificate signed by unknown authority"),
        (&expired, "certificate has expired"),
    ] {
        let connected = NatsBus::connect(stand.options(identity)).await;
        assert!(connected.is_err(), "{why}");
        stand.says(why).await;
    }
    // The certificate lets nobody in who has no user's key, nor does the key without the certificate.
    let good = stand.good();
    let keyless = Options {
        seed: None,
        ..stand.options(&good)
    };
    assert!(NatsBus::connect(keyless).await.is_err());
    let plain = Options {
        tls: None,
        servers: format!("nats://{}", stand.address),
        ..stand.options(&good)
    };
    assert!(NatsBus::connect(plain).await.is_err());
    NatsBus::connect(stand.options(&good)).await.unwrap();
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_of_the_site_is_not_believed() {
    let Some(stand) = Stand::start().await else {
        return;
    };
    let others = tempfile::tempdir().unwrap();
    let stranger = authority(&others, "keys", stand.clock.now());
    let mut options = stand.options(&stand.good());
    options.tls = Some(client(&stranger, &stand.good()));
    let refused = NatsBus::connect(options).await.err().unwrap();
    let told = aurora_tasks::chain(&refused);
    assert!(told.to_lowercase().contains("certificate"), "{told}");
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_loses_no_message() {
    const ROUNDS: u64 = 3;
    const EACH: u64 = 100;
    let Some(stand) = Stand::start().await else {
        return;
    };
    let bus = NatsBus::connect(stand.options(&stand.good()))
        .await
        .unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let subject = Subject::from("aurora.raw.7");
    let (done, mut ended) = watch::channel(false);
    let publishing = async {
        let mut sent = 0;
        // As long as renewals go on, and then some.
        while !*ended.borrow_and_update() || sent < ROUNDS * EACH {
            bus.publish(vec![message(&subject, sent)]).await.unwrap();
            sent += 1;
        }
        sent
    };
    let renewing = async {
        for _ in 0..ROUNDS {
            let before = stand.shown().await;
            stand.files.renew().unwrap();
            stand.renewed.send_modify(|times| *times += 1);
            while stand.shown().await == before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        done.send_replace(true);
    };
    let receiving = async {
        let mut seen = std::collections::BTreeSet::new();
        let mut quiet = 0;
        while quiet < 2 {
            let got = consumer.fetch(500, Duration::from_secs(1)).await.unwrap();
            quiet = if got.is_empty() { quiet + 1 } else { 0 };
            for delivery in got {
                assert_eq!(delivery.attempt, 1, "its connection was never lost");
                assert!(seen.insert(delivery.seq), "each once");
                consumer.ack(&[delivery.seq]).await.unwrap();
            }
        }
        seen.len() as u64
    };
    let (sent, (), seen) = tokio::join!(publishing, renewing, receiving);
    assert_eq!(seen, sent);
    assert_eq!(bus.stream(Stream::Raw).await.unwrap().last_seq, sent);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_opened_with_the_certificate_of_the_moment() {
    let Some(stand) = Stand::start().await else {
        return;
    };
    let identity = stand.good();
    let bus = NatsBus::connect(stand.options(&identity)).await.unwrap();
    let subject = Subject::from("aurora.raw.7");
    bus.publish(vec![message(&subject, 1)]).await.unwrap();
    let long_ago = stand.clock.now().minus(Duration::from_secs(2 * 3600));
    shows(&identity, &stand.authority, long_ago);
    // It is not asked again while the connection stands.
    bus.publish(vec![message(&subject, 2)]).await.unwrap();
    stand.kill();
    assert!(bus.publish(vec![message(&subject, 3)]).await.is_err());
    stand.says("certificate has expired").await;
    shows(&identity, &stand.authority, stand.clock.now());
    let mut tries = 0;
    while bus.publish(vec![message(&subject, 3)]).await.is_err() {
        tries += 1;
        assert!(tries < 5, "it does not come back");
    }
    assert_eq!(bus.stream(Stream::Raw).await.unwrap().last_seq, 3);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_and_its_workers_speak_over_tls() {
    if find_server().is_none() {
        eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
        return;
    }
    let (rules, _) = file("encoded.yml", RULE);
    let mut wanted = config();
    wanted.bus.store = "nats".to_owned();
    wanted.bus.nats_host = Some("localhost".to_owned());
    (wanted.rules.shipped, wanted.rules.folders) = (false, vec![rules.path().to_owned()]);
    let sandbox = Sandbox::start_with(wanted, Stores::Files).await.unwrap();
    let told = std::fs::read_to_string(sandbox.dir().join("nats/address")).unwrap();
    assert!(told.starts_with("tls://localhost:"), "{told}");
    let roles = [Role::Ingest].into();
    let worker = Worker::start(sandbox.config(), sandbox.dir(), &roles).await;
    let worker = worker.unwrap();
    let sender = Sender::of(&sandbox, "windows").await;
    let body = lines(0, 40) + &launch(40, "powershell -enc AAAA");
    assert_eq!(sender.push_with(&[], &body).await.accepted(), (41, 0));
    let ledger = balanced(&sandbox, 41).await;
    assert_eq!((ledger.total.stored, ledger.matches.matches), (41, 1));
    let alerts = sandbox.alerts(AlertQuery::default()).await.unwrap();
    assert_eq!(alerts.alerts.len(), 1);

    // The same server as one elsewhere, of which only the address is known.
    let mut elsewhere = sandbox.config().clone();
    elsewhere.bus.store = told;
    let second = Worker::start(&elsewhere, sandbox.dir(), &[Role::Ledger].into()).await;
    second.unwrap().stop().await.unwrap();
    worker.stop().await.unwrap();
    sandbox.stop().await.unwrap();
}
