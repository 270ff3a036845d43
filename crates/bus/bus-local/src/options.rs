//! Limits of the local bus.

use aurora_bus::MAX_MESSAGE_BYTES;
use aurora_model::Stream;
use serde::{Deserialize, Serialize};

/// Limits of the local bus, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Most that one stream keeps. Past it publishing is refused until consumers catch up.
    pub max_bytes: u64,
    /// A stream's files are removed in steps of this size, once all in them is acknowledged.
    pub segment_bytes: u64,
    /// Left free on the device: RAW is refused below it and EVENTS below half of it, so that what
    /// has come in can still become events, and events alerts.
    pub reserve_bytes: u64,
    /// Where reads, writes and syncs run.
    pub io: Io,
}

/// Where reads, writes and syncs run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Io {
    /// On tokio's threads for blocking work.
    #[default]
    Pool,
    /// On the calling task: for simulations, which repeat with their seed only so.
    Inline,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            segment_bytes: 64 << 20,
            reserve_bytes: 1 << 30,
            io: Io::Pool,
        }
    }
}

impl Options {
    pub(crate) fn log(&self, stream: Stream) -> aurora_log::Options {
        let reserve_bytes = match stream {
            Stream::Raw => self.reserve_bytes,
            Stream::Events => self.reserve_bytes / 2,
            Stream::Matches | Stream::Alerts | Stream::Incidents | Stream::DeadLetter => 0,
        };
        aurora_log::Options {
            segment_bytes: self.segment_bytes,
            max_bytes: self.max_bytes,
            reserve_bytes,
            max_frame_bytes: MAX_MESSAGE_BYTES + (128 << 10),
            ..aurora_log::Options::default()
        }
    }
}
