use std::path::Path;

use aurora_audit::note::Signature;
use aurora_audit::{Folder, Note, Signed, VerifierKey, WITNESSED};
use aurora_disk::Disk;

use crate::Error;

/// Keeps a witness's cosignature of a checkpoint beside the log, with those of others on the same
/// checkpoint. A newer checkpoint replaces an older one; an older one changes nothing.
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
    let mut note = Note {
        text: cosigned.note.text.clone(),
        signatures: cosigned.note.signatures.clone(),
    };
    note.signatures.retain(|line| *line != signature);
    note.signatures.push(signature);
    note.check(witness)?;
    if let Some(bytes) = folder.read(WITNESSED)? {
        let kept = Signed::open(&bytes, log)?;
        if kept.checkpoint.size > cosigned.checkpoint.size {
            return Ok(());
        }
        if kept.note.text == note.text {
            for line in kept.note.signatures {
                if !note
                    .signatures
                    .iter()
                    .any(|it| it.name == line.name && it.id == line.id)
                {
                    note.signatures.push(line);
                }
            }
        }
    }
    let text = note.to_string();
    Ok(aurora_disk::write_atomic(
        disk,
        Path::new(WITNESSED),
        text.as_bytes(),
    )?)
}
