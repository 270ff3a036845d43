//! Accounts: what they stand on, from the settings.

use std::sync::Arc;

use aurora_clock::Clock;
use aurora_ephemeral::Ephemeral;
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_ephemeral_redis::{Options, RedisEphemeral};
use aurora_people::{People, Provider};
use aurora_people_oidc::Oidc;
use aurora_secrets::Keyring;

use crate::adapters::secret_file;
use crate::roles::Parts;
use crate::{Error, SiteConfig};

const KINDS: &str = "want `embedded` or an address such as rediss://cache.example:6379";

pub(crate) async fn open(parts: &Parts, keyring: &Keyring) -> Result<People, Error> {
    let config = &parts.config;
    let provider = Oidc::open(&config.people.oidc)?;
    let people = People::new(aurora_people::Parts {
        records: parts.adapters.records.clone(),
        ephemeral: ephemeral(config, &parts.clock).await?,
        keyring,
        clock: parts.clock.clone(),
        scope: parts.scope.clone(),
        site_name: config.site.name.clone(),
        options: config.people.clone(),
        provider: provider.map(|provider| Arc::new(provider) as Arc<dyn Provider>),
    });
    Ok(people?)
}

/// Where tries are counted and answers are waited for.
async fn ephemeral(
    config: &SiteConfig,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Ephemeral>, Error> {
    let store = &config.ephemeral.store;
    match store.expose() {
        "embedded" => Ok(Arc::new(MemoryEphemeral::new(clock.clone()))),
        address if address.starts_with("redis") => {
            let file = config.ephemeral.password_file.as_deref();
            let password = file.map(|path| secret_file("ephemeral.password_file", path));
            let options = Options {
                password: password.transpose()?,
                ..Options::new(address)
            };
            Ok(Arc::new(RedisEphemeral::open(options).await?))
        }
        _ => Err(Error::Config {
            key: "ephemeral.store",
            value: store.shown(),
            reason: KINDS.to_owned(),
        }),
    }
}
