//! A site's settings: every component's own, composed. The doc comments are the manual.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Address;

/// A whole site. With no settings at all it runs on one machine with embedded stores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SiteConfig {
    pub site: Site,
    pub console: Console,
    pub ingest: Ingest,
    pub edge: Edge,
    pub federation: aurora_federation_service::Options,
    pub syslog: aurora_listeners::syslog::Options,
    pub follow: aurora_follow::Options,
    pub freshness: aurora_freshness::Options,
    pub bus: Bus,
    pub events: Events,
    pub records: Records,
    pub ephemeral: Ephemeral,
    pub people: aurora_people::Options,
    pub artifacts: Artifacts,
    pub rules: Rules,
    pub storage: Storage,
    pub detection: Detection,
    pub notify: aurora_notify::Options,
    pub incidents: aurora_incidents::Options,
    pub audit: aurora_audit_witness::Options,
    pub otlp: aurora_otlp::Options,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Site {
    /// What people call this site. Its identity is drawn at first start and never changes.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Console {
    /// Address and port of console and API. Beyond loopback an administrator must exist, and something in
    /// front must end TLS.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Names beside `localhost` by which browsers may call the console; any other is refused.
    pub hostnames: Vec<String>,
    /// Whether something in front ends TLS: cookies are then sent over it alone.
    pub behind_tls: bool,
    /// Folder with the console's build output; without it a plain page is served.
    #[schemars(with = "String")]
    pub assets: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ingest {
    /// The HTTP push listener.
    pub http: aurora_listeners::http::Options,
    /// Seconds within which a record that comes again is a duplicate.
    pub dedupe_window_seconds: u64,
    /// Sources without identities, or feeds of one, such as `syslog@branch7`, for which a record that
    /// says the same within that time is a duplicate, too. A source may mean it: none without asking.
    pub dedupe_by_content: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Edge {
    /// Whether to listen for hosts that enrol, and for their records.
    pub enabled: bool,
    /// Address and port. It speaks TLS alone, with a certificate of the site's own authority; its limits
    /// are those of `ingest.http`.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Bus {
    /// What carries messages: `local`, files of this machine; `nats`, a NATS server that is started
    /// and supervised here; or the address of one, such as `tls://nats.example:4222`. At `tls://` the parts of
    /// the site show certificates of its own authority; at `nats://` everything is said in the clear.
    pub store: String,
    /// Address and port of the NATS server that is started here. Beyond loopback it speaks TLS alone, and
    /// only with parts of the site.
    #[schemars(with = "String")]
    pub nats_listen: SocketAddr,
    /// Host by which processes on other machines reach that server; without it, where it listens. With it, it
    /// speaks TLS also on loopback.
    #[schemars(with = "String")]
    pub nats_host: Option<String>,
    /// File with the authorities of the certificate of a NATS server elsewhere, which must have its host's
    /// name; without it, the server shows the certificate that the site keeps for it in `nats/nats.pem`.
    #[schemars(with = "String")]
    pub nats_authorities: Option<PathBuf>,
    /// File with the seed of the NKey user for a NATS server elsewhere. Without it none is shown at `nats://`,
    /// and at `tls://` those of `nats/accounts.conf`.
    #[schemars(with = "String")]
    pub nats_seed_file: Option<PathBuf>,
    /// Bytes that each stream may keep before senders are pushed back.
    pub max_bytes: u64,
    /// Seconds after which others take over the work of a process that says nothing, where processes
    /// share a site.
    pub lease_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Events {
    /// Where events are kept: `embedded`, `memory` (for trials: lost at the end), or the address
    /// of a ClickHouse server such as `https://aurora@events.example:8443`; http on this machine only.
    pub store: Address,
    /// File with the password for that server, so that the address need not hold it.
    #[schemars(with = "String")]
    pub password_file: Option<PathBuf>,
    /// File with the authorities of that server's certificate; those of this machine when absent.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
    /// The cluster whose replicas get the tables, by its name on that server; none for a single server.
    #[schemars(with = "String")]
    pub cluster: Option<String>,
    /// The engine's library, `libchdb.so`; searched for when absent.
    #[schemars(with = "String")]
    pub engine_library: Option<PathBuf>,
    /// Days for which events are kept.
    pub retention_days: u32,
    /// Seconds that a hunt may take.
    pub hunt_timeout_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Records {
    /// Where alerts, incidents, rules and decisions are kept: `embedded`, a file of the data directory;
    /// or the address of a PostgreSQL database such as `postgres://aurora@db.example/aurora`. Beyond
    /// this machine the server's certificate is checked; `?sslrootcert=` names another authority.
    pub store: Address,
    /// File with the database's password, so that the address need not hold it.
    #[schemars(with = "String")]
    pub password_file: Option<PathBuf>,
    /// Seconds for which a database that is away is waited for, at the start and in each call.
    pub patience_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ephemeral {
    /// Where failed logins are counted and passkeys' answers are waited for: `embedded`, in the site's own
    /// process; or a Redis server such as `rediss://cache.example:6379`, for a console that several
    /// processes serve.
    pub store: Address,
    /// File with the server's password, so that the address need not hold it.
    #[schemars(with = "String")]
    pub password_file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Artifacts {
    /// Where evidence and snapshots are kept: `embedded`, a folder of the data directory; or a bucket
    /// that speaks S3 with a prefix for names, such as `s3://evidence/site-a`.
    pub store: String,
    /// Address of the server, such as `https://s3.example:9000`; AWS's own when absent.
    #[schemars(with = "String")]
    pub endpoint: Option<String>,
    /// The bucket's region.
    pub region: String,
    /// As whom to use the bucket.
    pub access_key: String,
    /// File with the secret key.
    #[schemars(with = "String")]
    pub secret_key_file: Option<PathBuf>,
    /// File with the authorities of the server's certificate; those of this machine when absent.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
    /// Refuse a bucket without a default retention, in which evidence could be destroyed.
    pub object_lock: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rules {
    /// Whether the rules that come with AuroraSOC are in force.
    pub shipped: bool,
    /// Folders of Sigma rules, beside those imported into the data directory.
    #[schemars(with = "Vec<String>")]
    pub folders: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Storage {
    /// Bytes of disk kept free, so that alerts and decisions never stop for a full disk.
    pub reserve_bytes: u64,
    /// Days for which alerts are kept that are closed and did not change; 0 for ever.
    pub closed_alert_days: u32,
    /// Days for which records that were given up are kept.
    pub dead_letter_days: u32,
    /// Raw bytes of them that are kept; beyond it the oldest go, and an alert says so.
    pub dead_letter_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Detection {
    /// Seconds after its last match for which an open alert still takes new ones.
    pub group_window_seconds: u64,
    /// Seconds by which an event may come later than the newest one of its source and still count
    /// in time for correlations.
    pub lateness_seconds: u64,
    /// Seconds of silence after which correlations no longer wait for a source.
    pub idle_seconds: u64,
    /// Seconds between two snapshots of correlations' windows in the artifact store.
    pub snapshot_seconds: u64,
    /// Whether windows whose snapshot is lost begin anew, filled from stored events. Otherwise nobody
    /// works on them until the snapshot is there again (AUR0016).
    pub rebuild_lost_windows: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: "Local site".to_owned(),
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            hostnames: Vec::new(),
            behind_tls: false,
            assets: None,
        }
    }
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            http: aurora_listeners::http::Options::default(),
            dedupe_window_seconds: 30,
            dedupe_by_content: Vec::new(),
        }
    }
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 9443)),
        }
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            store: "local".to_owned(),
            nats_listen: SocketAddr::from(([127, 0, 0, 1], 4222)),
            nats_host: None,
            nats_authorities: None,
            nats_seed_file: None,
            max_bytes: 2 << 30,
            lease_seconds: 15,
        }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self {
            store: "embedded".into(),
            password_file: None,
            authorities: None,
            cluster: None,
            engine_library: None,
            retention_days: 90,
            hunt_timeout_seconds: 30,
        }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self {
            store: "embedded".into(),
            password_file: None,
            patience_seconds: 30,
        }
    }
}

impl Default for Ephemeral {
    fn default() -> Self {
        Self {
            store: "embedded".into(),
            password_file: None,
        }
    }
}

impl Default for Artifacts {
    fn default() -> Self {
        Self {
            store: "embedded".to_owned(),
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key: String::new(),
            secret_key_file: None,
            authorities: None,
            object_lock: false,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            shipped: true,
            folders: Vec::new(),
        }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            reserve_bytes: 1 << 30,
            closed_alert_days: 0,
            dead_letter_days: 90,
            dead_letter_bytes: 1 << 30,
        }
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            group_window_seconds: 3600,
            lateness_seconds: 120,
            idle_seconds: 30,
            snapshot_seconds: 60,
            rebuild_lost_windows: false,
        }
    }
}

impl Bus {
    /// Whether processes can share the work of a site over it.
    pub fn is_shared(&self) -> bool {
        self.store != "local"
    }

    /// Whether others than this machine speak with the NATS server that is started here.
    pub(crate) fn is_reached_from_elsewhere(&self) -> bool {
        self.nats_host.is_some() || !self.nats_listen.ip().is_loopback()
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.max(1))
    }
}

impl SiteConfig {
    /// Adds `offset` to every port that is not 0: a second site on one machine takes 10,000.
    #[must_use]
    pub fn offset_ports(mut self, offset: u16) -> Self {
        let addresses = [
            &mut self.console.listen,
            &mut self.ingest.http.listen,
            &mut self.edge.listen,
            &mut self.federation.direct.listen,
            &mut self.syslog.listen,
            &mut self.syslog.tls_listen,
            &mut self.bus.nats_listen,
        ];
        let leafnodes = self.federation.leafnodes.listen.as_mut();
        for address in addresses.into_iter().chain(leafnodes) {
            if address.port() != 0 {
                address.set_port(address.port().saturating_add(offset));
            }
        }
        self
    }
}
