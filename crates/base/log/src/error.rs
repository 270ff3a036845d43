//! What can go wrong, by what the caller can do about it.

use std::path::PathBuf;
use std::sync::Arc;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Nothing was written. Goes away when [`crate::Log::trim`] frees segments.
    #[error("the log holds {used} of at most {limit} bytes; trim it or raise its limit")]
    Full { used: u64, limit: u64 },
    /// Nothing was written. Goes away when somebody frees space on the device.
    #[error("the device has {free} bytes left and {reserve} are kept back; free some space")]
    NoSpace { free: u64, reserve: u64 },
    #[error("a frame of {len} bytes is longer than the limit of {limit}; split it")]
    TooLarge { len: usize, limit: usize },
    /// Frames that were durable cannot be read back.
    #[error(
        "segment `{}` is damaged at byte {offset}: {reason}; frame {seq} and those behind it in \
         this segment are lost; restore the file from a copy or move it away", path.display()
    )]
    Corrupt {
        path: PathBuf,
        offset: u64,
        seq: u64,
        reason: &'static str,
    },
    #[error(
        "segment `{}` has format {found}, newer than {newest}, the newest known here; \
         run the version that wrote it or a later one", path.display()
    )]
    Version {
        path: PathBuf,
        found: u32,
        newest: u32,
    },
    /// Whether the frame is durable is unknown; nothing is acknowledged until the log is opened
    /// again.
    #[error("an earlier write to the log did not reach the device; open the log again")]
    Poisoned { source: Arc<aurora_disk::Error> },
    #[error("frame {seq} was trimmed; the oldest left is {first}")]
    Trimmed { seq: u64, first: u64 },
    /// The log was dropped before it answered. Whether the frame is durable is unknown.
    #[error("the log was closed before it answered")]
    Closed,
    #[error("cannot use the log's files")]
    Disk { source: Arc<aurora_disk::Error> },
}

impl From<aurora_disk::Error> for Error {
    fn from(source: aurora_disk::Error) -> Self {
        Self::Disk {
            source: Arc::new(source),
        }
    }
}
