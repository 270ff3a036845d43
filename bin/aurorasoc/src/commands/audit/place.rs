//! Which log is meant, and whose word it is held against.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use aurora_audit::{CHECKPOINT, Folder, KeyKind, Policy, Signed, VerifierKey};
use aurora_disk::RealDisk;
use aurora_secrets::{Keyring, Purpose};
use clap::Args;

use crate::app::App;
use crate::args::Ports;
use crate::exit::Exit;
use crate::failure::Failure;

const EMPTY: &str = "there is no audit log";

/// The folder of a log, and the key to hold it against.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The log's folder, or a data directory with one [default: this site's]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The log's verifier key, or a file with it [default: this site's own key, else what the
    /// folder says of itself]
    #[arg(long, value_name = "VKEY")]
    pub key: Option<String>,
}

/// Who outside is believed.
#[derive(Clone, Debug, Args)]
pub struct Outside {
    /// A witness's verifier key, or a file with it; may be repeated [default: those that the
    /// site asks, for its own log]
    #[arg(long, value_name = "VKEY")]
    witness: Vec<String>,
    /// How many of them must have cosigned
    #[arg(long, value_name = "N", default_value_t = 1)]
    quorum: usize,
}

/// Where the log's key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Given,
    Site,
    Folder,
}

/// A log that was found.
pub struct Found {
    pub path: PathBuf,
    pub folder: Folder,
    pub key: VerifierKey,
    pub source: Source,
}

impl Place {
    pub fn find(&self, app: &App) -> anyhow::Result<Found> {
        let path = self.path(app)?;
        let folder = open(&path)?;
        let (key, source) = match &self.key {
            Some(text) => (key(text)?, Source::Given),
            None => own_key(&path, &folder)?,
        };
        Ok(Found {
            path,
            folder,
            key,
            source,
        })
    }

    fn path(&self, app: &App) -> anyhow::Result<PathBuf> {
        let given = self.dir.as_ref().unwrap_or(&app.settings.data_dir);
        let below = ["", "default", "audit/default"].map(|rest| given.join(rest));
        let found = below
            .into_iter()
            .find(|path| path.join(CHECKPOINT).is_file());
        // A log whose checkpoint was taken away is a log.
        let found = found.or_else(|| given.join("tile").is_dir().then(|| given.clone()));
        found.ok_or_else(|| {
            let text = format!("{EMPTY} in `{}`", given.display());
            let failure = Failure::new(Exit::NotFound, text);
            failure
                .fix("give the folder that holds `checkpoint`, or start the site once")
                .into()
        })
    }
}

impl Outside {
    /// Of the site's own log those count that it asks, when none are given.
    pub fn policy(
        &self,
        found: &Found,
        retained: Option<Signed>,
        app: &App,
    ) -> anyhow::Result<Policy> {
        let witnesses = match found.source {
            Source::Site if !self.asked() => app.settings.site(&Ports::default())?.audit.keys()?,
            _ => self.witnesses()?,
        };
        Ok(Policy {
            key: found.key.clone(),
            retained,
            witnesses,
            quorum: self.quorum,
        })
    }

    /// Whether enough of them have signed a checkpoint.
    pub fn satisfied(&self, signed: &Signed) -> anyhow::Result<bool> {
        let witnesses = self.witnesses()?;
        let signers = witnesses
            .iter()
            .filter(|key| signed.note.check(key).is_ok());
        Ok(signers.count() >= self.quorum.max(1))
    }

    /// Whether any are asked for.
    pub fn asked(&self) -> bool {
        !self.witness.is_empty()
    }

    fn witnesses(&self) -> anyhow::Result<Vec<VerifierKey>> {
        self.witness.iter().map(|text| key(text)).collect()
    }
}

/// An existing folder: reading makes none.
pub fn open(path: &Path) -> anyhow::Result<Folder> {
    if !path.is_dir() {
        let text = format!("`{}` is no folder", path.display());
        return Err(Failure::new(Exit::NotFound, text).into());
    }
    Ok(Folder::new(Arc::new(RealDisk::new(path)?)))
}

/// A verifier key, or a file with one.
pub fn key(text: &str) -> anyhow::Result<VerifierKey> {
    let read = std::fs::read_to_string(text);
    let line = read.as_deref().unwrap_or(text).trim_end();
    Ok(line.parse()?)
}

/// The key of the site in whose data directory the log stands; elsewhere, the folder's own word.
fn own_key(path: &Path, folder: &Folder) -> anyhow::Result<(VerifierKey, Source)> {
    let named = folder.key().context("give the log's key with --key")?;
    let keys = path.ancestors().nth(2).map(|data| data.join("keys"));
    if let Some(keys) = keys.filter(|keys| keys.join("root.key").is_file()) {
        let signer = Keyring::open(&keys)?.signer_of(Purpose::AuditLog);
        let key = VerifierKey::new(named.name(), KeyKind::Ed25519, signer.public_key())?;
        return Ok((key, Source::Site));
    }
    Ok((named, Source::Folder))
}
