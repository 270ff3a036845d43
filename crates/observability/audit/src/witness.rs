//! Witnesses: what they are asked and what they answer (C2SP tlog-witness), without any transport.

use std::fmt;

use crate::checkpoint::decimal;
use crate::{Checkpoint, Error, Folder, Hash, Signed, VerifierKey, proof};

const WHAT: &str = "a request to a witness";
/// C2SP tlog-witness allows no more.
const MAX_PROOF: usize = 63;

/// The body of `add-checkpoint`. Shown as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// What the witness is believed to have seen last; 0 for nothing.
    pub old: u64,
    pub proof: Vec<Hash>,
    /// The signed note, as it is.
    pub checkpoint: String,
}

/// Why a witness does not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the log is not known here")]
    Unknown,
    #[error("the checkpoint is not signed by the log")]
    NotSigned,
    #[error("the old size is larger than the checkpoint's")]
    Backwards,
    /// Ask again from here. The same size with another root is a fork.
    #[error("the last checkpoint that was seen here has {size} entries")]
    Moved { size: u64 },
    #[error("the log was forked: it had another root with {size} entries")]
    Forked { size: u64 },
    #[error("the log is not a continuation of what was seen here")]
    NotProven,
}

impl Refusal {
    /// The HTTP status that the protocol gives it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unknown => 404,
            Self::NotSigned => 403,
            Self::Backwards => 400,
            Self::Moved { .. } | Self::Forked { .. } => 409,
            Self::NotProven => 422,
        }
    }
}

impl AddCheckpoint {
    /// What asks a witness that has seen `old` entries to sign the head of the folder's log.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when it has seen more than the head has, or when a node cannot be read.
    pub fn of(folder: &Folder, old: u64, head: &Signed) -> Result<Self, Error> {
        let size = head.checkpoint.size;
        Ok(Self {
            old,
            proof: proof::consistency(&folder.tree(size), old, size)?,
            checkpoint: head.note.to_string(),
        })
    }

    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let bad = |why| Error::malformed(WHAT, why);
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(bad("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old
            .and_then(decimal)
            .ok_or(bad("it does not begin with the old size"))?;
        let proof: Vec<Hash> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if proof.len() > MAX_PROOF {
            return Err(bad("its proof is too long"));
        }
        Ok(Self {
            old,
            proof,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Judges a request by what this witness has seen of the log. Whoever gets a checkpoint back makes
/// it the last one seen, durably and in one step with this judgement, and only then cosigns it.
///
/// # Errors
/// [`Refusal`], in the protocol's order.
pub fn judge(
    request: &AddCheckpoint,
    log: &VerifierKey,
    seen: Option<&Checkpoint>,
) -> Result<Signed, Refusal> {
    let signed =
        Signed::open(request.checkpoint.as_bytes(), log).map_err(|_| Refusal::NotSigned)?;
    let new = &signed.checkpoint;
    if request.old > new.size {
        return Err(Refusal::Backwards);
    }
    let (size, root) = seen.map_or_else(|| (0, Hash::empty()), |seen| (seen.size, seen.root));
    if request.old != size {
        return Err(Refusal::Moved { size });
    }
    if size == new.size && root != new.root {
        return Err(Refusal::Forked { size });
    }
    proof::verify_consistency(size, root, new.size, new.root, &request.proof)
        .map_err(|_| Refusal::NotProven)?;
    Ok(signed)
}
