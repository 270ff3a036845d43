use aurora_model::Scope;
use aurora_records::Records;

use crate::Error;

/// Reads a checkpoint: the last settled sequence as a little-endian `u64`, 0 when there is none.
pub(crate) async fn read(records: &dyn Records, scope: &Scope, key: &str) -> Result<u64, Error> {
    match records.slot(scope, key).await? {
        None => Ok(0),
        Some(bytes) => decode(key, &bytes),
    }
}

pub(crate) fn decode(key: &str, bytes: &[u8]) -> Result<u64, Error> {
    let bytes = bytes
        .try_into()
        .map_err(|_| Error::Checkpoint(key.to_owned()))?;
    Ok(u64::from_le_bytes(bytes))
}

/// What the slot must hold for `seq` to be the checkpoint.
pub(crate) fn expected(seq: u64) -> Option<Vec<u8>> {
    (seq > 0).then(|| seq.to_le_bytes().to_vec())
}
