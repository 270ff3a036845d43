/// What the owner of a log decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing may be assumed of what was being written; open the log again.
    #[error("the audit log cannot be written")]
    Disk(#[from] aurora_disk::Error),
    #[error("the audit log is damaged or was tampered with; `aurorasoc audit verify` says where")]
    Log(#[from] aurora_audit::Error),
    #[error(
        "the audit log's tiles do not give its checkpoint; `aurorasoc audit verify` says where"
    )]
    Torn,
    #[error(
        "the audit log was signed by another key than this site's: restore `keys/`, or move the log away"
    )]
    OtherKey,
    #[error(
        "the audit log has {log} entries where a checkpoint with {seen} was seen: it was rolled back"
    )]
    RolledBack { log: u64, seen: u64 },
    /// The store of decisions is older than the log, or another one.
    #[error(
        "decision {seq} is not the one that was logged: the records store was rolled back or changed"
    )]
    OtherDecisions { seq: u64 },
    #[error("cannot log decision {found}: the next one is {wanted}")]
    Gap { wanted: u64, found: u64 },
    #[error("cannot read the decision records")]
    Records(#[from] aurora_records::Error),
    #[error("the audit log is closed")]
    Closed,
}
