//! Which records store a site stands on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Clock;
use aurora_records::Records;
use aurora_records::archive::Archive;
use aurora_records_postgres::{Options, PostgresArchive, PostgresRecords};
use aurora_records_sqlite::{SqliteArchive, SqliteRecords};
use aurora_secrets::Secret;

use crate::adapters::secret_file;
use crate::{Error, SiteConfig};

const KINDS: &str = "want `embedded` or an address such as postgres://aurora@db.example/aurora";

/// The store that the settings choose; `root` is the data directory.
pub(crate) async fn open(
    config: &SiteConfig,
    root: &Path,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Records>, Error> {
    let clock = clock.clone();
    match config.records.store.expose() {
        "embedded" => {
            let file = root.join("records.sqlite");
            Ok(Arc::new(SqliteRecords::open(&file, clock).await?))
        }
        address => {
            let options = database(config, address)?;
            Ok(Arc::new(PostgresRecords::open(options, clock).await?))
        }
    }
}

/// The same store as a whole, for backups.
pub(crate) fn archive(config: &SiteConfig, root: &Path) -> Result<Arc<dyn Archive>, Error> {
    match config.records.store.expose() {
        "embedded" => Ok(Arc::new(SqliteArchive::of(&root.join("records.sqlite")))),
        address => {
            let options = database(config, address)?;
            Ok(Arc::new(PostgresArchive::of(options)))
        }
    }
}

fn database(config: &SiteConfig, address: &str) -> Result<Options, Error> {
    if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
        return Err(Error::Config {
            key: "records.store",
            value: config.records.store.shown(),
            reason: KINDS.to_owned(),
        });
    }
    Ok(Options {
        password: password(config)?,
        patience: Duration::from_secs(config.records.patience_seconds),
        ..Options::new(address)
    })
}

fn password(config: &SiteConfig) -> Result<Option<Secret<String>>, Error> {
    let file = config.records.password_file.as_deref();
    file.map(|path| secret_file("records.password_file", path))
        .transpose()
}
