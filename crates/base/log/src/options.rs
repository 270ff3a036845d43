//! Limits of one log.

/// Limits of one log, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A segment that has reached this size is closed and a new one begun. At most a quarter of
    /// `max_bytes` is used, so that trimming frees room in steps.
    pub segment_bytes: u64,
    /// All segments together. Past it appends are refused with [`crate::Error::Full`].
    pub max_bytes: u64,
    /// Left free on the device for what matters more. Below it appends are refused with
    /// [`crate::Error::NoSpace`].
    pub reserve_bytes: u64,
    /// Longest payload of one frame.
    pub max_frame_bytes: usize,
    /// Most that one write and one `fsync` carry. Bounds what recovery has to write again.
    pub max_commit_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            max_bytes: 4 << 30,
            reserve_bytes: 0,
            max_frame_bytes: 16 << 20,
            max_commit_bytes: 8 << 20,
        }
    }
}

impl Options {
    pub(crate) fn roll_at(&self) -> u64 {
        self.segment_bytes.min(self.max_bytes / 4).max(1)
    }
}
