//! A site with valid certificates, whose server and programs do what they like.
//!
//! On the hub somebody with all rights listens in every account, so that whatever crosses is seen.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use async_nats::{Client, ConnectOptions, Subscriber};
use aurora_federation_carrier::Carrier as _;
use aurora_federation_leafnodes::rights;
use aurora_nats_server::{Launch, Server, quoted};
use aurora_secrets::Signer;
use futures_util::StreamExt as _;
use futures_util::stream::{SelectAll, select_all};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SanType, SignatureAlgorithm, SigningKey,
};
use tempfile::TempDir;

use crate::support::{Draft, Site, meet, port, server};

/// Three sites that have met and are gone; their folders are there.
struct Ruins {
    folder: TempDir,
    hub: Site,
    other: Site,
    evil: Site,
    at: SocketAddr,
}

impl Ruins {
    async fn new() -> Option<Self> {
        server()?;
        let folder = tempfile::tempdir().unwrap();
        let (hub, at) = Draft::hub("site-a");
        let hub = hub.start(&folder).await;
        let leaf = |label: &str| Draft::new(label).of(&[("site-a", at)]);
        let other = leaf("site-b").start(&folder).await;
        let evil = leaf("evil").start(&folder).await;
        meet(&[&hub, &other, &evil]).await;
        for site in [&evil, &other, &hub] {
            site.carrier.close().await;
        }
        Some(Self {
            folder,
            hub,
            other,
            evil,
            at,
        })
    }

    /// The hub's server as it was configured, with a user more in each account who may do all.
    async fn spied_hub(&self) -> Server {
        let conf = std::fs::read_to_string(self.hub.dir.join("nats-server.conf")).unwrap();
        let mut body = conf[conf.find("server_name").unwrap()..].to_owned();
        for label in ["site-a", "site-b", "evil"] {
            let account = format!("  \"{label}\" {{\n    users: [ ");
            assert!(body.contains(&account), "{body}");
            let spy = format!("{account}{{ user: \"spy-{label}\", password: \"spy\" }}, ");
            body = body.replace(&account, &spy);
        }
        self.launch(&self.hub.dir, &body).await
    }

    /// A server that attaches with these certificates and refuses nobody anything.
    async fn lawless(&self, name: &str, certificate: &Path, key: &Path) -> Server {
        let dir = self.folder.path().join(name);
        let path = |path: &Path| quoted(path.display());
        let body = format!(
            "server_name: {name}\nleafnodes {{ reconnect: \"200ms\", remotes: [ {{ urls: [\"tls://{}\"], \
             compression: off, tls {{ cert_file: {}\n key_file: {}\n ca_file: {}\n handshake_first: true\n \
             min_version: \"1.3\" }} }} ] }}\n",
            self.at,
            path(certificate),
            path(key),
            path(&self.evil.dir.join("hub-site-a.pem")),
        );
        self.launch(&dir, &body).await
    }

    async fn launch(&self, dir: &Path, body: &str) -> Server {
        let launch = Launch {
            program: aurora_nats_server::find().unwrap(),
            dir: dir.to_owned(),
            listen: ([127, 0, 0, 1], port()).into(),
        };
        Server::start(&launch, body).await.unwrap()
    }
}

type Ears = SelectAll<Subscriber>;

async fn spy(server: &Server, label: &str) -> (Client, Ears) {
    let user = format!("spy-{label}");
    let options = ConnectOptions::with_user_and_password(user, "spy".to_owned());
    let client = options.connect(server.url()).await.unwrap();
    let all = listen(&client, label).await;
    (client, all)
}

/// Hears everything there is. A hub passes on what somebody asks for within their rights, and `>` is
/// within nobody's.
async fn listen(client: &Client, label: &str) -> Ears {
    let mut subscribers = vec![client.subscribe(">").await.unwrap()];
    for subject in rights(label).subscribe {
        subscribers.push(client.subscribe(subject).await.unwrap());
    }
    client.flush().await.unwrap();
    select_all(subscribers)
}

/// The subjects on which `text` came before "last" did. Messages of one sender come in order on each
/// subscription; what another of ours has not brought yet is there soon.
async fn gather(heard: &mut Ears, text: &str) -> BTreeSet<String> {
    let (mut subjects, mut is_last) = (BTreeSet::new(), false);
    loop {
        let patience = Duration::from_millis(if is_last { 300 } else { 20_000 });
        let Ok(next) = tokio::time::timeout(patience, heard.next()).await else {
            assert!(is_last, "the last word does not come");
            return subjects;
        };
        let message = next.unwrap();
        is_last |= message.payload.as_ref() == b"last";
        if message.payload.as_ref() == text.as_bytes() {
            subjects.insert(message.subject.to_string());
        }
    }
}

/// A subject of every kind that there is, in everybody's name.
fn every_subject() -> Vec<String> {
    let mut subjects: Vec<String> = [
        "aurora.raw.7",
        "aurora.events.1.1007",
        "aurora.alerts.high",
        "aurora.federation",
        "aurora.federation.x",
        "aurora.federation.here",
        "_INBOX.x",
        "$SYS.REQ.SERVER.PING",
        "$SYS.REQ.ACCOUNT.PING.CONNZ",
        "$JS.API.INFO",
        "$JS.site-a.API.INFO",
        "$JS.API.STREAM.CREATE.RAW",
        "$KV.leases.store.lane",
        "$LDS.x",
        "$GR.x",
        "elsewhere",
    ]
    .map(str::to_owned)
    .into();
    let sites = ["site-a", "site-b", "evil", "nobody"];
    for from in sites {
        subjects.push(format!("aurora.federation.here.{from}"));
        subjects.push(format!("aurora.federation.here.{from}.x"));
        for to in sites {
            for lane in ["alerts", "pull", "health", "else"] {
                subjects.push(format!("aurora.federation.{lane}.{from}.{to}"));
                subjects.push(format!("aurora.federation.{lane}.{from}.{to}.x"));
            }
            subjects.push(format!("aurora.federation.{from}.{to}"));
        }
    }
    subjects
}

async fn publish_all(client: &Client, text: &'static str, last: &str) {
    for subject in every_subject() {
        client.publish(subject, text.into()).await.unwrap();
    }
    client
        .publish(last.to_owned(), "last".into())
        .await
        .unwrap();
    client.flush().await.unwrap();
}

/// The lanes from one site to another, and that it is there.
fn lanes(from: &str, to: &str) -> BTreeSet<String> {
    let lanes = ["alerts", "pull", "health"];
    let mut subjects: BTreeSet<String> = lanes
        .map(|lane| format!("aurora.federation.{lane}.{from}.{to}"))
        .into();
    subjects.insert(format!("aurora.federation.here.{from}"));
    subjects
}

/// Says `marker` until it is heard: a leafnode is there.
async fn attached(client: &Client, heard: &mut Ears, marker: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        client.publish(marker.to_owned(), "?".into()).await.unwrap();
        let soon = tokio::time::timeout(Duration::from_millis(100), heard.next()).await;
        if soon.is_ok_and(|message| message.is_some_and(|m| m.subject.as_str() == marker)) {
            return;
        }
        assert!(Instant::now() < until, "{marker} does not cross");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_crosses_but_what_names_sender_and_receiver() {
    let Some(ruins) = Ruins::new().await else {
        return;
    };
    let hub = ruins.spied_hub().await;
    let dir = &ruins.evil.dir;
    let lawless = ruins
        .lawless("lawless", &dir.join("leaf.pem"), &dir.join("leaf.key"))
        .await;
    let evil = async_nats::connect(lawless.url()).await.unwrap();
    let mut heard = listen(&evil, "evil").await;
    let (a, mut at_a) = spy(&hub, "site-a").await;
    let (b, mut at_b) = spy(&hub, "site-b").await;
    let marker = |from: &str, to: &str| format!("aurora.federation.pull.{from}.{to}");
    attached(&evil, &mut at_a, &marker("evil", "site-a")).await;
    attached(&a, &mut heard, &marker("site-a", "evil")).await;

    // From a hostile site to the others.
    publish_all(&evil, "evil", &marker("evil", "site-a")).await;
    assert_eq!(gather(&mut at_a, "evil").await, lanes("evil", "site-a"));
    let last = marker("evil", "site-b");
    evil.publish(last, "last".into()).await.unwrap();
    assert_eq!(gather(&mut at_b, "evil").await, lanes("evil", "site-b"));

    // From the others to a hostile site, even if they had all rights.
    for (client, from) in [(&a, "site-a"), (&b, "site-b")] {
        publish_all(client, "theirs", &marker(from, "evil")).await;
        assert_eq!(gather(&mut heard, "theirs").await, lanes(from, "evil"));
    }
}

/// Signs as the site does.
struct Key(Signer, [u8; 32]);

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.1
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message).to_vec())
    }
}

/// A certificate with any name, signed by the site.
fn forge(by: &Site, name: SanType) -> (String, String) {
    let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut params = CertificateParams::default();
    params.not_after = rcgen::date_time_ymd(2100, 1, 1);
    params.subject_alt_names = vec![name];
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let mut issuer = CertificateParams::default();
    issuer.distinguished_name = DistinguishedName::new();
    let issuer_name = format!("AuroraSOC mesh {}", by.peer.site);
    issuer
        .distinguished_name
        .push(DnType::CommonName, issuer_name);
    let key = Key(by.signer.clone(), by.signer.public_key());
    let signed = params.signed_by(&pair, &Issuer::new(issuer, key)).unwrap();
    (signed.pem(), pair.serialize_pem())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_attaches_in_anothers_name() {
    let Some(ruins) = Ruins::new().await else {
        return;
    };
    let hub = ruins.spied_hub().await;
    let (_spy, mut heard) = spy(&hub, "site-b").await;
    let (_spy_too, mut at_evil) = spy(&hub, "evil").await;
    let id = |site: &Site| format!("spiffe://{}/role/mesh", site.peer.site);
    let (victim, own) = (id(&ruins.other), id(&ruins.evil));
    let names = [
        ("uri", SanType::URI(victim.as_str().try_into().unwrap())),
        ("dns", SanType::DnsName(victim.as_str().try_into().unwrap())),
        (
            "mail",
            SanType::Rfc822Name(victim.as_str().try_into().unwrap()),
        ),
        ("own", SanType::URI(own.as_str().try_into().unwrap())),
    ];
    for (kind, name) in names {
        let (certificate, key) = forge(&ruins.evil, name);
        let place = |end: &str| ruins.folder.path().join(format!("forged-{kind}.{end}"));
        std::fs::write(place("pem"), certificate).unwrap();
        std::fs::write(place("key"), key).unwrap();
        let server = ruins.lawless(kind, &place("pem"), &place("key")).await;
        let client = async_nats::connect(server.url()).await.unwrap();
        if kind == "own" {
            // The same certificate with its own name is let in: it was the name that was refused.
            attached(&client, &mut at_evil, "aurora.federation.pull.evil.site-a").await;
            continue;
        }
        let log = ruins.folder.path().join(kind).join("nats-server.log");
        let until = Instant::now() + Duration::from_secs(20);
        let tries = || std::fs::read_to_string(&log).unwrap_or_default();
        while tries().matches("Leafnode connection closed").count() < 2 {
            assert!(Instant::now() < until, "{kind}: {}", tries());
            client
                .publish("aurora.federation.pull.site-b.site-a", "forged".into())
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let forged = tokio::time::timeout(Duration::from_millis(300), async {
        while let Some(message) = heard.next().await {
            assert_ne!(message.payload.as_ref(), b"forged");
        }
    });
    drop(forged.await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_on_the_machine_is_a_site_without_its_key() {
    let Some(ruins) = Ruins::new().await else {
        return;
    };
    let hub = ruins.spied_hub().await;
    let spiffe = format!("spiffe://{}/role/mesh", ruins.other.peer.site);
    for password in ["", "x"] {
        let options = ConnectOptions::with_user_and_password(spiffe.clone(), password.to_owned());
        assert!(options.connect(hub.url()).await.is_err());
    }
    assert!(async_nats::connect(hub.url()).await.is_err());
}
