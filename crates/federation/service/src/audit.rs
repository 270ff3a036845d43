use std::error::Error as StdError;

use aurora_federation::AuditHead;
use aurora_model::SiteId;

/// This site's audit log, and this site as a witness of others'. Formats are C2SP's; none of them is the
/// federation's concern.
pub trait AuditLog: Send + Sync + std::fmt::Debug {
    fn head(&self) -> Option<AuditHead>;

    /// The log's verifier key, as it is written.
    fn key(&self) -> String;

    /// The verifier key of what this site cosigns with.
    fn witness_key(&self) -> String;

    /// What a witness is asked that has seen so many entries (tlog-witness, `add-checkpoint`).
    ///
    /// # Errors
    /// When the log cannot be read, or is shorter.
    fn request(&self, old: u64) -> Result<String, Failed>;

    /// Judges what another log asks, by the note that was seen of it last.
    ///
    /// # Errors
    /// [`Judged`].
    fn judge(&self, key: &str, request: &str, seen: Option<&str>) -> Result<Checked, Judged>;

    /// Signs a checkpoint that was judged, and whose note is durable as the one seen last.
    ///
    /// # Errors
    /// When it is none.
    fn cosign(&self, key: &str, note: &str) -> Result<String, Failed>;

    /// Keeps what another site signed of this site's log as a witness.
    ///
    /// # Errors
    /// When it does not fit the witness's key and the checkpoint, the witness is not of that site, or it cannot be
    /// kept.
    fn keep(&self, by: SiteId, note: &str, cosignature: &str, witness: &str) -> Result<(), Failed>;
}

pub type Failed = Box<dyn StdError + Send + Sync>;

/// A checkpoint that continues what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub note: String,
    pub size: u64,
}

/// Why a checkpoint is not cosigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Judged {
    /// It is to be asked from there.
    #[error("so many entries were seen: {0}")]
    Moved(u64),
    /// Both cannot be heads of one log.
    #[error("it does not continue what was seen: {0}")]
    Forked(String),
    #[error("it cannot be judged: {0}")]
    Unread(String),
}
