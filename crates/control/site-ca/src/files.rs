use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_clock::{Clock, Timestamp};
use aurora_tasks::Shutdown;
use pem::{EncodeConfig, LineEnding, Pem};
use rustls::pki_types::CertificateDer;
use tokio::sync::watch;
use tracing::debug;

use crate::keeper::at_half_life;
use crate::{Authority, Error};

const AUTHORITY: &str = "authority.pem";

/// The certificate of a part that is a program of others', in files that it reads.
///
/// Key and chain stand in one file, which is replaced as a whole, so that nobody reads the one without
/// the other.
#[derive(Clone, Debug)]
pub struct Files {
    authority: Arc<Authority>,
    role: String,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
}

impl Files {
    /// Begins with a certificate in `folder`.
    ///
    /// # Errors
    /// When none can be made, or the folder cannot be written.
    pub fn new(
        authority: Arc<Authority>,
        role: &str,
        folder: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let files = Self {
            authority,
            role: role.to_owned(),
            folder: folder.to_owned(),
            clock,
        };
        let own = certificate(files.authority.certificate());
        replace(&files.authorities(), &text(&[own]))?;
        files.renew()?;
        Ok(files)
    }

    /// The file with the key and the chain of its certificate.
    pub fn part(&self) -> PathBuf {
        self.folder.join(format!("{}.pem", self.role))
    }

    /// The file with the authority that others' certificates are checked by.
    pub fn authorities(&self) -> PathBuf {
        self.folder.join(AUTHORITY)
    }

    /// Makes a new key and certificate; when they were made.
    ///
    /// # Errors
    /// When none can be made or written; the former stand there until their end.
    pub fn renew(&self) -> Result<Timestamp, Error> {
        let now = self.clock.now();
        let (chain, key) = self.authority.role(&self.role, now)?;
        let key = Pem::new("PRIVATE KEY", key.secret_der());
        let parts: Vec<Pem> = std::iter::once(key)
            .chain(chain.iter().map(certificate))
            .collect();
        replace(&self.part(), &text(&parts))?;
        debug!(role = self.role, "a certificate was renewed in its file");
        Ok(now)
    }

    /// Renews until shutdown, and counts in `renewed`, for whoever tells the program.
    pub async fn run(self, renewed: watch::Sender<u64>, shutdown: Shutdown) {
        let renew = || {
            let made = self.renew()?;
            renewed.send_modify(|times| *times += 1);
            Ok(made)
        };
        at_half_life(&self.role, self.clock.as_ref(), shutdown, renew).await;
    }
}

fn certificate(der: &CertificateDer<'_>) -> Pem {
    Pem::new("CERTIFICATE", der.as_ref())
}

fn text(parts: &[Pem]) -> String {
    pem::encode_many_config(parts, EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// For its owner alone.
fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let draft = path.with_extension("draft");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    });
    written.map_err(Error::file(path))
}
