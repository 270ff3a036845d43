//! Backups of a site, restoring them, and moving records to another store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_backup::{Error as BackupError, FORMAT, Image, Kept, MANIFEST, Manifest, dump, seal};
use aurora_clock::{Clock as _, SystemClock};
use aurora_records::archive::{Archive, copy as copy_records};
use aurora_secrets::{Secret, SiteIdentity};

use crate::{DataDir, Error, SiteConfig, records};

/// A site's writers wait for it, and those of SQLite give up after ten seconds.
const HOLD: Duration = Duration::from_secs(6);
/// For what is done while nobody waits.
const LEISURE: Duration = Duration::from_secs(6 * 3600);

const RECORDS: &str = "records.jsonl.zst";
const KEYS: &str = "keys.sealed";
const DATA: &str = "data";

/// What a backup came to, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub files: usize,
    pub bytes: u64,
    /// Files that were there from an earlier try.
    pub known: usize,
    pub entries: u64,
    /// Whether a site was at work meanwhile.
    pub online: bool,
    /// Whether the keys are in it.
    pub keys: bool,
    /// Stores that keep their own backups.
    pub elsewhere: Vec<String>,
}

/// Where the keys of a site that is restored come from.
#[derive(Clone, Debug)]
pub enum Keys {
    /// They are in the backup, under this passphrase.
    Sealed(Secret<String>),
    /// They were kept elsewhere, in this folder.
    Folder(PathBuf),
}

/// Takes a backup of the site in `root` into the folder `into`, beside the site if it runs. A try that
/// was cut short is taken up again: what is whole already is not copied twice. Without a passphrase the
/// keys are left out.
///
/// # Errors
/// When there is no site, the folder holds a backup already, or a file or store fails. The site is not
/// concerned by any of them.
pub async fn take(
    config: &SiteConfig,
    root: &Path,
    into: &Path,
    passphrase: Option<&Secret<String>>,
) -> Result<Taken, Error> {
    DataDir::of_a_site(root)?;
    if into.join(MANIFEST).exists() {
        return Err(Error::BackupThere {
            path: into.to_owned(),
        });
    }
    // Whoever can own the directory knows that no site is at work, and keeps it so.
    let owned = match DataDir::open(root) {
        Ok(owned) => Some(owned),
        Err(Error::Locked { .. }) => None,
        Err(error) => return Err(error),
    };
    let online = owned.is_none();
    if online && config.bus.is_shared() {
        return Err(Error::Config {
            key: "bus.store",
            value: config.bus.store.clone(),
            reason:
                "a bus on NATS has no moment that fits the records; stop the site, and back up \
                     JetStream beside it"
                    .to_owned(),
        });
    }
    make(into)?;
    let image = Image::of(
        root,
        &["records.sqlite", "records.sqlite-wal", "records.sqlite-shm"],
    )?;
    let image = blocking(move || image.follow(LEISURE).map(|()| image)).await?;
    let archive = records::archive(config, root)?;
    let hold = archive.hold().await.map_err(BackupError::from)?;
    let audit = root.join("audit");
    let image = blocking(move || follow_still(&image, &audit).map(|()| image)).await?;
    let moment = hold.release().await.map_err(BackupError::from)?;

    let lines = into.join(RECORDS);
    if lines.exists() {
        fs::remove_file(&lines).map_err(BackupError::io("remove", &lines))?;
    }
    let entries = dump::write(moment, &lines).await?;
    let keys = root.join("keys");
    if let Some(passphrase) = passphrase {
        seal::seal(&keys, passphrase, &into.join(KEYS))?;
    }
    let clock = SystemClock::new();
    let identity = SiteIdentity::open(&keys, clock.now())?;
    let to = into.to_owned();
    let (mut files, known) = blocking(move || copied(&image, &to)).await?;
    for name in [RECORDS, KEYS] {
        let path = into.join(name);
        if path.exists() {
            let (bytes, digest) = aurora_backup::digest(&path)?;
            files.push(Kept {
                path: name.to_owned(),
                bytes,
                digest,
            });
        }
    }
    let taken = Taken {
        files: files.len(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        known,
        entries,
        online,
        keys: passphrase.is_some(),
        elsewhere: elsewhere(config),
    };
    let manifest = Manifest {
        format: FORMAT,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        site: identity.id,
        taken: clock.now().to_string(),
        online,
        entries,
        elsewhere: taken.elsewhere.clone(),
        files,
    };
    manifest.write(into)?;
    drop(owned);
    Ok(taken)
}

/// Follows once more while nothing is decided. The audit log may still write what was decided before, so
/// until its checkpoints stay as they are there is another round.
fn follow_still(image: &Image, audit: &Path) -> Result<(), BackupError> {
    let until = std::time::Instant::now() + HOLD;
    loop {
        let before = checkpoints(audit);
        image.follow(until.saturating_duration_since(std::time::Instant::now()))?;
        if checkpoints(audit) == before {
            return Ok(());
        }
    }
}

/// The newest tree head of each tenant's log.
fn checkpoints(audit: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let tenants = fs::read_dir(audit).into_iter().flatten().flatten();
    let heads = tenants.filter_map(|tenant| {
        let path = tenant.path().join("checkpoint");
        Some((path.clone(), fs::read(path).ok()?))
    });
    let mut heads: Vec<_> = heads.collect();
    heads.sort();
    heads
}

/// Copies an image's files into a backup; what they are, and how many were there already.
fn copied(image: &Image, into: &Path) -> Result<(Vec<Kept>, usize), BackupError> {
    let (mut kept, mut known) = (Vec::new(), 0);
    for file in image.files()? {
        let path = Path::new(DATA).join(&file);
        let copied = aurora_backup::copy(&image.path().join(&file), &into.join(&path), None)?;
        known += usize::from(copied.known);
        kept.push(Kept {
            path: path.to_string_lossy().into_owned(),
            bytes: copied.bytes,
            digest: copied.digest,
        });
    }
    Ok((kept, known))
}

/// Stores that are somebody's servers.
fn elsewhere(config: &SiteConfig) -> Vec<String> {
    let mut elsewhere = Vec::new();
    if config.events.store != "embedded" {
        elsewhere.push(format!("events: {}", config.events.store));
    }
    if config.artifacts.store != "embedded" {
        elsewhere.push(format!("artifacts: {}", config.artifacts.store));
    }
    if config.bus.is_shared() {
        elsewhere.push(format!("bus: {}", config.bus.store));
    }
    elsewhere
}

/// Makes the site of a backup anew in `root`, which must be empty or not there, and fills the records
/// store of the settings, which must be empty too. One that was cut short is taken up again. How many
/// files and records there were.
///
/// # Errors
/// When a site is there, the backup is not whole, the keys do not open, or a file or store fails.
pub async fn restore(
    config: &SiteConfig,
    root: &Path,
    from: &Path,
    keys: &Keys,
) -> Result<(usize, u64), Error> {
    let manifest = Manifest::read(from)?;
    let data = DataDir::to_restore(root)?;
    match keys {
        Keys::Sealed(passphrase) => seal::open(&from.join(KEYS), passphrase, &root.join("keys"))?,
        Keys::Folder(folder) => seal::copy(folder, &root.join("keys"))?,
    }
    let identity = SiteIdentity::open(&root.join("keys"), SystemClock::new().now())?;
    if identity.id != manifest.site {
        return Err(Error::OtherKeys {
            found: identity.id.to_string(),
            wanted: manifest.site.to_string(),
        });
    }
    let (source, to) = (from.to_owned(), root.to_owned());
    let files = manifest.files.clone();
    let restored = blocking(move || {
        let mut count = 0;
        for file in &files {
            let Some(path) = file.path.strip_prefix("data/") else {
                continue;
            };
            let expected = Some((file.bytes, file.digest.as_str()));
            aurora_backup::copy(&source.join(&file.path), &to.join(path), expected)?;
            count += 1;
        }
        Ok(count)
    });
    let restored = restored.await?;
    let lines = from.join(RECORDS);
    let kept = manifest.files.iter().find(|file| file.path == RECORDS);
    let (bytes, digest) = aurora_backup::digest(&lines)?;
    if kept.is_none_or(|kept| kept.bytes != bytes || kept.digest != digest) {
        return Err(BackupError::Damaged {
            path: lines,
            what: "it has another digest".to_owned(),
        }
        .into());
    }
    let filling = records::archive(config, root)?.fill().await;
    let entries = dump::read(&lines, filling.map_err(BackupError::from)?).await?;
    data.restored()?;
    Ok((restored, entries))
}

/// Copies the records of a site that does not run from the store `from` to the store of the settings,
/// reads them back, and compares. How many there were.
///
/// # Errors
/// When the site runs, the other store is not empty, or a store fails.
pub async fn migrate(from: &SiteConfig, to: &SiteConfig, root: &Path) -> Result<u64, Error> {
    DataDir::of_a_site(root)?;
    let _owned = DataDir::open(root)?;
    let (from, to) = (records::archive(from, root)?, records::archive(to, root)?);
    let moment = from.hold().await?.release().await?;
    let count = copy_records(moment, to.fill().await?).await?;
    let (before, after) = (fingerprint(from).await?, fingerprint(to).await?);
    if before != after {
        return Err(Error::NotTheSame);
    }
    Ok(count)
}

/// A sum over all entries, whatever their order: two stores with the same one hold the same.
async fn fingerprint(archive: Arc<dyn Archive>) -> Result<(u64, [u64; 4]), Error> {
    let mut moment = archive.hold().await?.release().await?;
    let (mut count, mut sums) = (0_u64, [0_u64; 4]);
    loop {
        let entries = moment.next().await?;
        if entries.is_empty() {
            return Ok((count, sums));
        }
        for entry in entries {
            count += 1;
            let text = serde_json::to_vec(&entry).expect("an entry is plain data");
            let digest = blake3::hash(&text);
            for (sum, bytes) in sums.iter_mut().zip(digest.as_bytes().chunks_exact(8)) {
                let part = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
                *sum = sum.wrapping_add(part);
            }
        }
    }
}

fn make(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(folder);
    Ok(made.map_err(BackupError::io("make", folder))?)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| BackupError::Io {
        action: "finish the work in",
        path: PathBuf::from("the background"),
        source: error.into(),
    })??)
}
