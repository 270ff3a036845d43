use std::path::Path;

use aurora_audit::note::Signature;
use aurora_audit::{Folder, Note, Signed, VerifierKey, witness_file};
use aurora_disk::Disk;

use crate::Error;

/// Keeps a witness's cosignature of a checkpoint beside the log, in a file of its own: what another witness
/// cosigned is never touched. A newer checkpoint replaces an older one of the witness; an older one changes
/// nothing.
///
/// # Errors
/// [`Error::Log`] when the cosignature is not of this witness over this checkpoint, or the disk
/// fails.
pub fn keep_cosignature(
    disk: &dyn Disk,
    folder: &Folder,
    log: &VerifierKey,
    cosigned: &Signed,
    signature: Signature,
    witness: &VerifierKey,
) -> Result<(), Error> {
    let own = cosigned.note.signatures.iter();
    let own = own.filter(|line| line.name == log.name() && line.id == log.id());
    let note = Note {
        text: cosigned.note.text.clone(),
        signatures: own.cloned().chain([signature]).collect(),
    };
    note.check(witness)?;
    let path = witness_file(witness.name());
    if let Some(bytes) = folder.read(&path)? {
        let kept = Signed::open(&bytes, log)?;
        if kept.checkpoint.size > cosigned.checkpoint.size {
            return Ok(());
        }
    }
    let path = Path::new(&path);
    let parent = path.parent().expect("it stands in a folder");
    disk.create_dir_all(parent)?;
    let text = note.to_string();
    Ok(aurora_disk::write_atomic(disk, path, text.as_bytes())?)
}
