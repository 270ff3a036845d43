//! Which bus a site stands on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_bus::{Bus, Capability, Error as BusError};
use aurora_bus_local::LocalBus;
use aurora_bus_nats::{
    Error as NatsError, NatsBus, NatsServer, Options, ServerError, ServerOptions, Standing, User,
    find_server,
};
use aurora_clock::Clock;
use aurora_disk::RealDisk;
use aurora_secrets::{Keyring, Purpose, Secret};
use aurora_tasks::Tasks;

use crate::adapters::secret_file;
use crate::{DataDir, Error, SiteConfig};

/// Where the site says at which address its own server listens, in its data directory.
const ADDRESS: &str = "nats/address";
const SHARED: &str = "several processes share work over NATS only; want `nats` or an address";
const KINDS: &str = "want `local`, `nats` or an address such as nats://127.0.0.1:4222";

/// The bus that the settings choose; a server of our own runs within `tasks`.
pub(crate) async fn open(
    config: &SiteConfig,
    data: &DataDir,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<Arc<dyn Bus>, Error> {
    match config.bus.store.as_str() {
        "local" => local(config, data, clock).await,
        "nats" => supervised(config, data, tasks).await,
        address if address.starts_with("nats://") => {
            let options = Options {
                seed: seed(config)?,
                ..client(config, address.to_owned())
            };
            connect(as_only_site(options)).await
        }
        other => Err(refused(other, KINDS)),
    }
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

/// A server of our own, with a user for the site and one for each role.
async fn supervised(
    config: &SiteConfig,
    data: &DataDir,
    tasks: &Tasks,
) -> Result<Arc<dyn Bus>, Error> {
    let keyring = Keyring::open(&data.join("keys"))?;
    let user = |standing: Standing| {
        let key = keyring.named(Purpose::NatsUser, standing.name());
        User::new(standing, &key).map_err(BusError::from)
    };
    let site = user(Standing::Site)?;
    let roles = Capability::ROLES
        .iter()
        .map(|role| user(Standing::Role(role.role)));
    let roles = roles.collect::<Result<Vec<_>, _>>()?;
    let users = std::iter::once(site.clone()).chain(roles).collect();
    let options = ServerOptions {
        program: find_server()
            .ok_or(NatsError::Server(ServerError::NotInstalled))
            .map_err(BusError::from)?,
        dir: data.join("nats"),
        max_bytes: config.bus.max_bytes,
        listen: config.bus.nats_listen,
        accounts: vec![("site".to_owned(), users)],
    };
    let server = NatsServer::start(&options).await.map_err(BusError::from)?;
    let url = server.url().to_owned();
    let told = data.join(ADDRESS);
    std::fs::write(&told, &url).map_err(|source| Error::DataDir { path: told, source })?;
    tasks.spawn("bus-server", server.supervise(options, tasks.shutdown()));
    let options = Options {
        seed: Some(site.seed),
        ..client(config, url)
    };
    connect(as_only_site(options)).await
}

/// The bus of a site that runs in another process, as one role of it. `root` is the site's data
/// directory.
pub(crate) async fn beside(
    config: &SiteConfig,
    root: &Path,
    role: &'static str,
) -> Result<Arc<dyn Bus>, Error> {
    let standing = Standing::Role(role);
    let (url, seed) = match config.bus.store.as_str() {
        "nats" => {
            let told = root.join(ADDRESS);
            let url = std::fs::read_to_string(&told)
                .map_err(|source| Error::DataDir { path: told, source })?;
            let key = Keyring::open(&root.join("keys"))?.named(Purpose::NatsUser, role);
            let user = User::new(standing, &key).map_err(BusError::from)?;
            (url, Some(user.seed))
        }
        address if address.starts_with("nats://") => (address.to_owned(), seed(config)?),
        _ => return Err(not_shared(config)),
    };
    let options = Options {
        seed,
        standing,
        ..client(config, url)
    };
    connect(options).await
}

/// Some of a site's roles run, or are to run, in other processes, which needs another bus.
pub(crate) fn not_shared(config: &SiteConfig) -> Error {
    refused(&config.bus.store, SHARED)
}

fn seed(config: &SiteConfig) -> Result<Option<Secret<String>>, Error> {
    let file = config.bus.nats_seed_file.as_deref();
    file.map(|path| secret_file("bus.nats_seed_file", path))
        .transpose()
}

fn client(config: &SiteConfig, url: String) -> Options {
    Options {
        max_bytes: config.bus.max_bytes,
        ..Options::new(url)
    }
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
