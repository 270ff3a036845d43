//! This site's audit log as federated sites see it, and this site as a witness of theirs.

use std::sync::Arc;

use aurora_audit::note::Signature;
use aurora_audit::witness::{AddCheckpoint, Refusal, judge};
use aurora_audit::{Folder, KeyKind, Note, Signed, VerifierKey, checkpoint};
use aurora_audit_sequencer::{Handle, Keys};
use aurora_clock::Clock;
use aurora_disk::RealDisk;
use aurora_federation::{AuditHead, Hash};
use aurora_federation_service::{AuditLog, Checked, Failed, Judged};
use aurora_model::SiteId;
use aurora_secrets::{Keyring, Purpose, Signer};

use super::Parts;
use crate::Error;

/// The folder of the site's log, beside its one writer.
pub(crate) struct SiteLog {
    disk: RealDisk,
    folder: Folder,
    written: Handle,
    key: VerifierKey,
    /// The site's name among witnesses.
    name: String,
    signer: Signer,
    clock: Arc<dyn Clock>,
}

impl SiteLog {
    pub(crate) fn open(parts: &Parts, keyring: &Keyring, written: Handle) -> Result<Self, Error> {
        let scope = &parts.scope;
        let root = parts.scratch.join("audit").join(scope.tenant.as_str());
        let disk = RealDisk::new(root).map_err(Error::Audit)?;
        Ok(Self {
            folder: Folder::new(Arc::new(disk.clone())),
            disk,
            written,
            key: Keys::of(keyring, scope)
                .verifier()
                .expect("the origin of a scope has no spaces"),
            name: format!("{}/witness", checkpoint::origin(scope)),
            signer: keyring.signer_of(Purpose::AuditWitness),
            clock: parts.clock.clone(),
        })
    }

    fn witness(&self) -> VerifierKey {
        VerifierKey::new(&self.name, KeyKind::Cosignature, self.signer.public_key())
            .expect("the origin of a scope has no spaces")
    }
}

impl std::fmt::Debug for SiteLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SiteLog").finish_non_exhaustive()
    }
}

impl AuditLog for SiteLog {
    fn head(&self) -> Option<AuditHead> {
        let head = self.written.head()?.checkpoint;
        Some(AuditHead {
            size: head.size,
            root: Hash(head.root.0),
        })
    }

    fn key(&self) -> String {
        self.key.to_string()
    }

    fn witness_key(&self) -> String {
        self.witness().to_string()
    }

    fn request(&self, old: u64) -> Result<String, Failed> {
        let head = self.written.head().ok_or("the log is not open yet")?;
        Ok(AddCheckpoint::of(&self.folder, old, &head)?.to_string())
    }

    fn judge(&self, key: &str, request: &str, seen: Option<&str>) -> Result<Checked, Judged> {
        let unread = |error: aurora_audit::Error| Judged::Unread(error.to_string());
        let key: VerifierKey = key.parse().map_err(unread)?;
        let request = AddCheckpoint::parse(request.as_bytes()).map_err(unread)?;
        let seen = seen.map(|note| Signed::open(note.as_bytes(), &key));
        let seen = seen.transpose().map_err(unread)?;
        let before = seen.as_ref().map(|seen| &seen.checkpoint);
        match judge(&request, &key, before) {
            Ok(signed) => Ok(Checked {
                size: signed.checkpoint.size,
                note: signed.note.to_string(),
            }),
            Err(Refusal::Moved { size }) => Err(Judged::Moved(size)),
            Err(refusal @ (Refusal::Forked { .. } | Refusal::NotProven)) => {
                Err(Judged::Forked(refusal.to_string()))
            }
            Err(refusal) => Err(Judged::Unread(refusal.to_string())),
        }
    }

    fn cosign(&self, key: &str, note: &str) -> Result<String, Failed> {
        let mut signed = Signed::open(note.as_bytes(), &key.parse()?)?;
        let time = u64::try_from(self.clock.now().as_millis() / 1000)?;
        let line = signed.note.cosign(&self.name, &self.signer, time)?;
        Ok(line.to_string())
    }

    fn keep(&self, by: SiteId, note: &str, cosignature: &str, witness: &str) -> Result<(), Failed> {
        let signed = Signed {
            checkpoint: Signed::open(note.as_bytes(), &self.key)?.checkpoint,
            note: Note::parse(note.as_bytes())?,
        };
        let signature = Signature::parse(cosignature.trim_end_matches('\n'))?;
        let witness: VerifierKey = witness.parse()?;
        // Its place follows from the name: nobody takes another's.
        if !witness.name().starts_with(&format!("aurorasoc/{by}/")) {
            return Err("the witness has another's name".into());
        }
        let (disk, folder) = (&self.disk, &self.folder);
        self.written
            .keep_cosignature(disk, folder, &self.key, &signed, signature, &witness)?;
        Ok(())
    }
}
