//! From an address to the store behind it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_objects::Bucket;
use aurora_secrets::Secret;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use url::Url;

use super::Options;
use crate::Error;

/// The store that an address names. Nothing is asked of it yet.
///
/// # Errors
/// [`Error::Place`] says what is wrong.
pub(super) fn store(options: &Options) -> Result<Arc<dyn ObjectStore>, Error> {
    let opened = match options.url.as_str() {
        path if path.starts_with('/') => local(PathBuf::from(path)),
        address => match Url::parse(address) {
            Ok(url) if url.scheme() == "file" => match url.to_file_path() {
                Ok(path) => local(path),
                Err(()) => Err("it names no path".to_owned()),
            },
            Ok(url) if url.scheme() == "s3" => bucket(&url, options),
            Ok(url) => Err(format!(
                "`{}` is not known here: want file or s3",
                url.scheme()
            )),
            Err(error) => Err(error.to_string()),
        },
    };
    opened.map_err(|detail| Error::Place {
        url: options.url.clone(),
        detail,
    })
}

fn local(path: PathBuf) -> Result<Arc<dyn ObjectStore>, String> {
    let local = LocalFileSystem::new_with_prefix(path);
    Ok(Arc::new(local.map_err(|error| error.to_string())?))
}

fn bucket(url: &Url, options: &Options) -> Result<Arc<dyn ObjectStore>, String> {
    let file = options.keys_file.as_deref();
    let (access_key, secret_key) = keys(file.ok_or("a bucket needs `keys_file`")?)?;
    let bucket = Bucket {
        name: url.host_str().ok_or("it names no bucket")?.to_owned(),
        endpoint: options.endpoint.clone(),
        region: options.region.clone(),
        access_key,
        secret_key,
        authorities: options.authorities.clone(),
    };
    let store = bucket.open().map_err(|e| aurora_tasks::chain(&e))?;
    let prefix = url.path().trim_matches('/');
    if prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    let prefix = object_store::path::Path::from_url_path(prefix);
    let prefix = prefix.map_err(|error| error.to_string())?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

/// Access key and secret key, a line each.
fn keys(file: &Path) -> Result<(String, Secret<String>), String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(access), Some(secret)) => Ok((access.to_owned(), Secret::new(secret.to_owned()))),
        _ => Err(format!(
            "`{}` wants the access key and below it the secret key",
            file.display()
        )),
    }
}
