//! A `nats-server` of our own: what its configuration says of accounts, users and storage.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use aurora_model::Stream;
use aurora_nats_server::{Launch, Server, quoted};
use aurora_secrets::Secret;
use aurora_tasks::Shutdown;
use nkeys::{KeyPair, KeyPairType};
use tokio::sync::watch;

use crate::{Error, Permissions, Standing, permissions, wire};

/// A user with the rights of a standing.
#[derive(Clone, Debug)]
pub struct User {
    pub standing: Standing,
    pub public: String,
    pub seed: Secret<String>,
}

impl User {
    /// The user whose key pair follows from `key`.
    ///
    /// # Errors
    /// [`Error::Key`], which no 32 bytes bring about.
    pub fn new(standing: Standing, key: &Secret<[u8; 32]>) -> Result<Self, Error> {
        let pair = KeyPair::new_from_raw(KeyPairType::User, *key.expose()).map_err(Error::Key)?;
        Ok(Self {
            standing,
            public: pair.public_key(),
            seed: Secret::new(pair.seed().map_err(Error::Key)?),
        })
    }
}

/// What a server of ours needs.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub program: PathBuf,
    /// Everything of it: configuration, log, store.
    pub dir: PathBuf,
    /// Most that one stream keeps, in bytes.
    pub max_bytes: u64,
    /// Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// One account for each site, with its users.
    pub accounts: Vec<(String, Vec<User>)>,
    /// What it shows, and by what it checks clients, each of which must show a certificate; without it
    /// everything is said in the clear.
    pub tls: Option<ServerTls>,
}

/// Files that the server reads when it starts, and when it is told that they were renewed.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// Its own key and the chain of its certificate.
    pub part: PathBuf,
    pub authorities: PathBuf,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct NatsServer(Server);

/// The whole configuration. What is acknowledged is in a file: `sync_interval` is always `always`.
pub fn server_config(options: &ServerOptions) -> String {
    launch(options).config(&body(options))
}

fn launch(options: &ServerOptions) -> Launch {
    Launch {
        program: options.program.clone(),
        dir: options.dir.clone(),
        listen: options.listen,
    }
}

fn body(options: &ServerOptions) -> String {
    let mut text = format!(
        "max_payload: {}\n\
         jetstream {{ store_dir: {}, sync_interval: always, max_file_store: {} }}\n",
        wire::MAX_PAYLOAD,
        quoted(options.dir.join("store").display()),
        // Every stream and as much again for leases and what stands around messages.
        options.max_bytes * (Stream::ALL.len() as u64 + 1) * options.accounts.len() as u64,
    );
    if let Some(tls) = &options.tls {
        text.push_str(&tls_config(tls));
    }
    text.push_str(&accounts_config(&options.accounts));
    text
}

/// Who shows no certificate of the authority is refused before anything is said; who the client is, and
/// what it may do, its key says afterwards.
fn tls_config(ServerTls { part, authorities }: &ServerTls) -> String {
    let (part, authorities) = (quoted(part.display()), quoted(authorities.display()));
    format!(
        "tls {{\n  cert_file: {part}\n  key_file: {part}\n  ca_file: {authorities}\n  verify: true\n  \
         min_version: \"1.3\"\n  timeout: 5\n}}\n"
    )
}

/// The part about accounts and their users, which any server can include; the seeds are not in it.
pub fn accounts_config(accounts: &[(String, Vec<User>)]) -> String {
    let mut text = "accounts {\n".to_owned();
    for (name, users) in accounts {
        let users: String = users.iter().map(user).collect();
        let written = write!(
            text,
            "  {} {{\n    jetstream: enabled\n    users: [\n{users}    ]\n  }}\n",
            quoted(name)
        );
        written.expect("a string takes everything");
    }
    text.push_str("}\n");
    text
}

fn user(user: &User) -> String {
    let Permissions { publish, subscribe } = permissions(user.standing);
    let list = |subjects: &[String]| serde_json::Value::from(subjects.to_vec()).to_string();
    format!(
        "      # {}\n      {{ nkey: {}, permissions: {{ publish: {{ allow: {} }}, subscribe: {{ allow: {} }} }} }}\n",
        user.standing.name(),
        user.public,
        list(&publish),
        list(&subscribe),
    )
}

impl NatsServer {
    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// When it does not start; its log says why.
    pub async fn start(options: &ServerOptions) -> Result<Self, Error> {
        Ok(Self(Server::start(&launch(options), &body(options)).await?))
    }

    /// Where clients connect.
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.0.pid()
    }

    /// Starts it again, on the same port, whenever it ends, and until it does start; ends it at
    /// shutdown. Whenever `renewed` changes it shows the certificate that is in its file then.
    ///
    /// # Errors
    /// When the process cannot be waited for or ended.
    pub async fn supervise(
        self,
        options: ServerOptions,
        renewed: watch::Receiver<u64>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        let (_, unchanged) = watch::channel(body(&options));
        let launch = launch(&options);
        let ran = self
            .0
            .supervise_renewing(launch, unchanged, renewed, shutdown);
        Ok(ran.await?)
    }

    /// Ends it. What it acknowledged is in files; it need not be asked kindly.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn stop(self) -> std::io::Result<()> {
        self.0.stop().await
    }
}
