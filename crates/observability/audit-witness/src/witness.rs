use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aurora_audit::note::Signature;
use aurora_audit::witness::{AddCheckpoint, Refusal, judge};
use aurora_audit::{CHECKPOINT, Checkpoint, Folder, KEY, KeyKind, Note, Signed, VerifierKey};
use aurora_clock::Timestamp;
use aurora_disk::RealDisk;
use aurora_failpoint::reach;
use aurora_ids::Derive;
use aurora_secrets::{Keyring, Purpose, Signer};
use rustix::fs::{FlockOperation, flock};

use crate::Error;

/// Who cosigns others' logs. Its folder holds its own key, and what it has seen of each log.
#[derive(Debug)]
pub struct Witness {
    signer: Signer,
    key: VerifierKey,
    logs: Vec<Log>,
    /// The kernel gives it back when the process ends, however it does.
    _lock: File,
}

#[derive(Debug)]
struct Log {
    key: VerifierKey,
    folder: PathBuf,
    /// The last checkpoint that was seen, as it is on disk. Judging, keeping and signing are one step under this
    /// lock.
    seen: Mutex<Option<Signed>>,
}

/// A checkpoint that was cosigned.
#[derive(Clone, Debug)]
pub struct Cosigned {
    /// With the log's signature and the cosignature.
    pub note: Note,
    pub signature: Signature,
}

impl Witness {
    /// The witness of that folder, which is made, for logs with these keys. Its key bears its name from the first
    /// cosignature on.
    ///
    /// # Errors
    /// [`Error::Taken`] while another process is it; when the folder cannot be used, or does not hold what a
    /// witness wrote.
    pub fn open(state: &Path, name: &str, logs: &[VerifierKey]) -> Result<Self, Error> {
        // Made with its parents; the keys in it are for its owner only.
        RealDisk::new(state)?;
        let lock = lock(state)?;
        let signer = Keyring::open(&state.join("keys"))?.signer_of(Purpose::AuditWitness);
        let key = VerifierKey::new(name, KeyKind::Cosignature, signer.public_key());
        let key = key.map_err(|_| Error::Name(name.to_owned()))?;
        let mut known: Vec<Log> = Vec::new();
        for log in logs {
            if known.iter().any(|it| it.key.name() == log.name()) {
                return Err(Error::Twice(log.name().to_owned()));
            }
            known.push(Log::open(state, log)?);
        }
        Ok(Self {
            signer,
            key,
            logs: known,
            _lock: lock,
        })
    }

    /// What others verify its cosignatures with.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The last checkpoint of the log that was seen here.
    pub fn seen(&self, log: &VerifierKey) -> Option<Checkpoint> {
        let log = self.logs.iter().find(|it| it.key == *log)?;
        let seen = log.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().map(|seen| seen.checkpoint.clone())
    }

    /// Judges the request; keeps what it shows, durably; and only then cosigns it.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Malformed`], or when it cannot be kept: then nothing is signed.
    pub fn add(&self, request: &AddCheckpoint, now: Timestamp) -> Result<Cosigned, Error> {
        // The log is named by the first line; whether the rest is a checkpoint, and of that log, its key says.
        let origin = request.checkpoint.lines().next().unwrap_or_default();
        let log = self.logs.iter().find(|log| log.key.name() == origin);
        let log = log.ok_or(Refusal::Unknown)?;
        let mut seen = log.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.as_ref().map(|seen| &seen.checkpoint);
        let signed = judge(request, &log.key, before)?;
        reach("witness.judged");
        log.keep(&signed)?;
        *seen = Some(signed.clone());
        reach("witness.kept");
        let seconds = u64::try_from(now.as_millis() / 1000).unwrap_or(0);
        let mut note = signed.note;
        let signature = note
            .cosign(self.key.name(), &self.signer, seconds)
            .map_err(Error::Kept)?;
        reach("witness.signed");
        Ok(Cosigned { note, signature })
    }
}

impl Log {
    fn open(state: &Path, key: &VerifierKey) -> Result<Self, Error> {
        let name = Derive::new("aurora.audit.witness.v1")
            .part(key.to_string())
            .finish();
        let folder = state.join("logs").join(name.to_string());
        let disk = RealDisk::new(&folder)?;
        let kept = Folder::new(Arc::new(disk)).read(CHECKPOINT);
        let seen = kept.and_then(|kept| kept.map(|bytes| Signed::open(&bytes, key)).transpose());
        Ok(Self {
            key: key.clone(),
            folder,
            seen: Mutex::new(seen.map_err(Error::Kept)?),
        })
    }

    fn keep(&self, signed: &Signed) -> Result<(), Error> {
        let disk = RealDisk::new(&self.folder)?;
        let write = |name: &str, text: String| {
            aurora_disk::write_atomic(&disk, Path::new(name), text.as_bytes())
        };
        write(KEY, format!("{}\n", self.key))?;
        Ok(write(CHECKPOINT, signed.note.to_string())?)
    }
}

/// Two processes would each sign by what they saw themselves.
fn lock(state: &Path) -> Result<File, Error> {
    let path = state.join("LOCK");
    let taken = || Error::Taken(state.to_owned());
    let mut options = File::options();
    let file = options.write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|_| taken())?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| taken())?;
    Ok(file)
}
