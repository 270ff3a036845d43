//! Which bus a site stands on.

mod door;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, Capability, Error as BusError};
use aurora_bus_local::LocalBus;
use aurora_bus_nats::{
    Error as NatsError, NatsBus, NatsServer, Options, ServerError, ServerOptions, Standing, User,
    accounts_config, find_server,
};
use aurora_clock::Clock;
use aurora_disk::RealDisk;
use aurora_secrets::{Keyring, Purpose, Secret};
use aurora_tasks::Tasks;
use tokio::sync::watch;

use self::door::Door;
use crate::adapters::secret_file;
use crate::{DataDir, Error, SiteConfig};

/// The folder of the server that is started here, and of what one elsewhere needs.
const FOLDER: &str = "nats";
/// Where the site says at which address its own server listens, in that folder.
const ADDRESS: &str = "nats/address";
/// Accounts and users, for a server elsewhere to include.
const ACCOUNTS: &str = "accounts.conf";
/// How long a worker waits for the bus of its site, and between two attempts.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);
const TLS: &str = "tls://";
const PLAIN: &str = "nats://";
const SHARED: &str = "several processes share work over NATS only; want `nats` or an address";
const KINDS: &str = "want `local`, `nats` or an address such as tls://nats.example:4222";

/// The bus that the settings choose; a server of our own runs within `tasks`.
pub(crate) async fn open(
    config: &SiteConfig,
    data: &DataDir,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<Arc<dyn Bus>, Error> {
    let root = data.root();
    match config.bus.store.as_str() {
        "local" => local(config, data, clock).await,
        "nats" => supervised(config, root, clock, tasks).await,
        address if is_address(address) => {
            if address.starts_with(TLS) {
                provide(root, clock, tasks)?;
            }
            let options = reach(config, root, Standing::Site, address, clock, tasks)?;
            connect(as_only_site(options)).await
        }
        other => Err(refused(other, KINDS)),
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with(PLAIN) || text.starts_with(TLS)
}

async fn local(
    config: &SiteConfig,
    data: &DataDir,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Bus>, Error> {
    let options = aurora_bus_local::Options {
        max_bytes: config.bus.max_bytes,
        reserve_bytes: config.storage.reserve_bytes / 2,
        ..aurora_bus_local::Options::default()
    };
    embedded(data.join("bus"), clock, options).await
}

/// The bus in a folder of its own.
pub(crate) async fn embedded(
    folder: PathBuf,
    clock: &Arc<dyn Clock>,
    options: aurora_bus_local::Options,
) -> Result<Arc<dyn Bus>, Error> {
    let clock = clock.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let disk = RealDisk::new(&folder).map_err(BusError::storage)?;
        LocalBus::open(Arc::new(disk), clock, options).map_err(BusError::storage)
    });
    Ok(Arc::new(opened.await.map_err(BusError::storage)??))
}

/// A server of our own, with a user for the site and one for each role. Where other machines reach it,
/// everybody shows a certificate.
async fn supervised(
    config: &SiteConfig,
    root: &Path,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<Arc<dyn Bus>, Error> {
    let folder = root.join(FOLDER);
    let (tls, renewed) = match config.bus.is_reached_from_elsewhere() {
        true => {
            let (tls, renewed) = Door::of(&keys(root), clock, tasks)?.server(&folder)?;
            (Some(tls), renewed)
        }
        false => (None, watch::channel(0).1),
    };
    let options = ServerOptions {
        program: find_server()
            .ok_or(NatsError::Server(ServerError::NotInstalled))
            .map_err(BusError::from)?,
        dir: folder,
        max_bytes: config.bus.max_bytes,
        listen: config.bus.nats_listen,
        accounts: accounts(root)?,
        tls,
    };
    let server = NatsServer::start(&options).await.map_err(BusError::from)?;
    let here = server.url().to_owned();
    let there = match (&config.bus.nats_host, here.rsplit(':').next()) {
        (Some(host), Some(port)) => format!("{TLS}{host}:{port}"),
        _ => here.clone(),
    };
    let told = root.join(ADDRESS);
    std::fs::write(&told, there).map_err(|source| Error::DataDir { path: told, source })?;
    tasks.spawn(
        "bus-server",
        server.supervise(options, renewed, tasks.shutdown()),
    );
    let options = reach(config, root, Standing::Site, &here, clock, tasks)?;
    connect(as_only_site(options)).await
}

/// What the operator of a server elsewhere gives it: who the site's users are, and where the site's
/// authority is to say who the server is, its certificate.
fn provide(root: &Path, clock: &Arc<dyn Clock>, tasks: &Tasks) -> Result<(), Error> {
    let folder = root.join(FOLDER);
    Door::of(&keys(root), clock, tasks)?.server(&folder)?;
    let path = folder.join(ACCOUNTS);
    let text = accounts_config(&accounts(root)?);
    std::fs::write(&path, text).map_err(|source| Error::DataDir { path, source })
}

/// One account, with the site's own user and one for each role.
fn accounts(root: &Path) -> Result<Vec<(String, Vec<User>)>, Error> {
    let keyring = Keyring::open(&keys(root))?;
    let roles = Capability::ROLES
        .iter()
        .map(|role| Standing::Role(role.role));
    let users = std::iter::once(Standing::Site).chain(roles);
    let users = users.map(|standing| user(&keyring, standing));
    Ok(vec![("site".to_owned(), users.collect::<Result<_, _>>()?)])
}

fn user(keyring: &Keyring, standing: Standing) -> Result<User, Error> {
    let key = keyring.named(Purpose::NatsUser, standing.name());
    Ok(User::new(standing, &key).map_err(BusError::from)?)
}

fn keys(root: &Path) -> PathBuf {
    root.join("keys")
}

/// The bus of a site that runs in another process, as one role of it. `root` is the site's data
/// directory. A server that does not answer may be starting, and is waited for.
pub(crate) async fn beside(
    config: &SiteConfig,
    root: &Path,
    role: &'static str,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<Arc<dyn Bus>, Error> {
    let address = match config.bus.store.as_str() {
        "nats" => {
            let told = root.join(ADDRESS);
            std::fs::read_to_string(&told)
                .map_err(|source| Error::DataDir { path: told, source })?
        }
        address if is_address(address) => address.to_owned(),
        _ => return Err(not_shared(config)),
    };
    let standing = Standing::Role(role);
    let options = reach(config, root, standing, &address, clock, tasks)?;
    let asked = clock.elapsed();
    loop {
        let waited = clock.elapsed().saturating_sub(asked);
        match NatsBus::connect(options.clone()).await {
            Ok(bus) => return Ok(Arc::new(bus)),
            Err(error) if error.passes() && waited < PATIENCE => {
                let error = aurora_tasks::chain(&error);
                tracing::warn!(error, "the bus does not answer yet");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(BusError::from(error).into()),
        }
    }
}

/// How this process reaches the server, and as whom.
fn reach(
    config: &SiteConfig,
    root: &Path,
    standing: Standing,
    address: &str,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<Options, Error> {
    let secure = address.starts_with(TLS);
    let tls = secure.then(|| {
        let authorities = config.bus.nats_authorities.as_deref();
        // A server of our own is a part of the site, whoever vouches for those elsewhere.
        let authorities = authorities.filter(|_| config.bus.store != "nats");
        Door::of(&keys(root), clock, tasks)?.client(standing.name(), authorities)
    });
    Ok(Options {
        seed: seed(config, root, standing)?,
        tls: tls.transpose()?,
        standing,
        max_bytes: config.bus.max_bytes,
        ..Options::new(address)
    })
}

/// The key of the user: the site's own for that standing, at servers that got its accounts; what the
/// settings name elsewhere.
fn seed(
    config: &SiteConfig,
    root: &Path,
    standing: Standing,
) -> Result<Option<Secret<String>>, Error> {
    match &config.bus.nats_seed_file {
        Some(path) if config.bus.store != "nats" => {
            Ok(Some(secret_file("bus.nats_seed_file", path)?))
        }
        None if config.bus.store.starts_with(PLAIN) => Ok(None),
        _ => Ok(Some(user(&Keyring::open(&keys(root))?, standing)?.seed)),
    }
}

/// Some of a site's roles run, or are to run, in other processes, which needs another bus.
pub(crate) fn not_shared(config: &SiteConfig) -> Error {
    refused(&config.bus.store, SHARED)
}

/// Nobody else runs the site of this data directory: its lock says so.
fn as_only_site(options: Options) -> Options {
    Options {
        owner: Some("site".to_owned()),
        ..options
    }
}

async fn connect(options: Options) -> Result<Arc<dyn Bus>, Error> {
    let bus = NatsBus::connect(options).await.map_err(BusError::from)?;
    Ok(Arc::new(bus))
}

fn refused(value: &str, reason: &str) -> Error {
    Error::Config {
        key: "bus.store",
        value: value.to_owned(),
        reason: reason.to_owned(),
    }
}
