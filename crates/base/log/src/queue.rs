//! Frames that wait for the next commit, and the tickets of those who wait for them.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::frame::HEADER;
use crate::{Error, Result};

/// Resolves when the frames of one [`crate::Log::submit`] are durable, or to the reason why not.
#[derive(Debug)]
pub struct Ticket(pub(crate) oneshot::Receiver<Result<RangeInclusive<u64>>>);

impl Ticket {
    /// Waits without blocking the thread; somebody must run [`crate::Log::commit`]. Gives the
    /// frames' sequences.
    pub async fn wait(self) -> Result<RangeInclusive<u64>> {
        self.0.await.unwrap_or(Err(Error::Closed))
    }

    /// The outcome if it is there already.
    pub fn try_take(&mut self) -> Option<Result<RangeInclusive<u64>>> {
        match self.0.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(Error::Closed)),
        }
    }
}

/// The frames of one submit: durable together, with neighbouring sequences.
pub(crate) struct Group {
    pub(crate) frames: Vec<Bytes>,
    /// As they will stand in the segment.
    pub(crate) bytes: u64,
    done: oneshot::Sender<Result<RangeInclusive<u64>>>,
}

impl Group {
    pub(crate) fn new(frames: Vec<Bytes>) -> (Self, Ticket) {
        let bytes = size(&frames);
        let (done, ticket) = oneshot::channel();
        (
            Self {
                frames,
                bytes,
                done,
            },
            Ticket(ticket),
        )
    }

    pub(crate) fn finish(self, outcome: Result<RangeInclusive<u64>>) {
        // A caller that no longer waits does not want to know.
        drop(self.done.send(outcome));
    }
}

/// What frames take in a segment.
pub(crate) fn size(frames: &[Bytes]) -> u64 {
    frames.iter().map(|f| (HEADER + f.len()) as u64).sum()
}

/// Takes the groups for one commit: as many as fit, and at least one.
pub(crate) fn take(queue: &mut VecDeque<Group>, most: u64, room: u64) -> Vec<Group> {
    let mut bytes = 0;
    let mut groups = Vec::new();
    while let Some(next) = queue.front() {
        let fits = bytes + next.bytes <= most.min(room);
        if !groups.is_empty() && !fits {
            break;
        }
        bytes += next.bytes;
        groups.extend(queue.pop_front());
    }
    groups
}
