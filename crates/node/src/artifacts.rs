//! Which artifact store a site stands on.

use std::path::Path;
use std::sync::Arc;

use aurora_artifacts::Artifacts;
use aurora_artifacts_local::LocalArtifacts;
use aurora_artifacts_s3::{Options, S3Artifacts};
use aurora_objects::Bucket;

use crate::adapters::secret_file;
use crate::{Error, SiteConfig};

const KINDS: &str = "want `embedded` or a bucket such as s3://evidence/site-a";
const WANTED: &str = "want the file with the bucket's secret key";

/// The store that the settings choose; `root` is the data directory.
pub(crate) async fn open(config: &SiteConfig, root: &Path) -> Result<Arc<dyn Artifacts>, Error> {
    let settings = &config.artifacts;
    if settings.store == "embedded" {
        return Ok(Arc::new(LocalArtifacts::open(&root.join("artifacts"))?));
    }
    let bad = |key, value: &str, reason: &str| Error::Config {
        key,
        value: value.to_owned(),
        reason: reason.to_owned(),
    };
    let place = settings.store.strip_prefix("s3://");
    let place = place.filter(|place| !place.starts_with('/') && !place.is_empty());
    let place = place.ok_or_else(|| bad("artifacts.store", &settings.store, KINDS))?;
    let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
    let Some(file) = settings.secret_key_file.as_deref() else {
        return Err(bad("artifacts.secret_key_file", "", WANTED));
    };
    let options = Options {
        bucket: Bucket {
            name: name.to_owned(),
            endpoint: settings.endpoint.clone(),
            region: settings.region.clone(),
            access_key: settings.access_key.clone(),
            secret_key: secret_file("artifacts.secret_key_file", file)?,
            authorities: settings.authorities.clone(),
        },
        prefix: prefix.trim_matches('/').to_owned(),
        want_lock: settings.object_lock,
    };
    Ok(Arc::new(S3Artifacts::open(options).await?))
}
