//! Publishing: judge the whole batch, queue it, let one writer sync for all who wait.

use std::collections::{BTreeMap, HashMap};
use std::sync::MutexGuard;

use aurora_bus::{Error, Leases, MAX_MESSAGE_BYTES, Message, Receipt};
use aurora_model::{BatchId, Stream};
use bytes::Bytes;
use tokio::sync::watch;

use crate::bus::Inner;
use crate::error::of_log;
use crate::message::{MAX_SUBJECT, encode};
use crate::stream::{Outcome, State, StreamLog, Submitted};

/// Where a message's receipt comes from.
pub(crate) enum Slot {
    Known {
        stream: Stream,
        seq: u64,
    },
    /// The `at`th of a group on its way.
    Waiting {
        stream: Stream,
        outcome: watch::Receiver<Outcome>,
        at: usize,
        duplicate: bool,
    },
}

/// What of a batch goes to one stream.
struct Part<'a> {
    to: &'a StreamLog,
    state: MutexGuard<'a, State>,
    /// Place in the batch, of all.
    all: Vec<usize>,
    /// Place in the batch, of those not known and not on their way.
    new: Vec<usize>,
    frames: Vec<Bytes>,
}

impl Slot {
    /// Whether somebody has to write for this receipt to come.
    pub(crate) fn is_waiting_for(&self, wanted: Stream) -> bool {
        matches!(self, Self::Waiting { stream, .. } if *stream == wanted)
    }

    pub(crate) async fn receipt(self) -> Result<Receipt, Error> {
        match self {
            Self::Known { stream, seq } => Ok(Receipt {
                stream,
                seq,
                duplicate: true,
            }),
            Self::Waiting {
                stream,
                mut outcome,
                at,
                duplicate,
            } => {
                let known = outcome.wait_for(Option::is_some).await;
                let known = known.map_err(|_| Error::Closed)?.clone();
                let first = known.unwrap_or(Err(aurora_log::Error::Closed));
                let first = first.map_err(|e| of_log(stream, e))?;
                Ok(Receipt {
                    stream,
                    seq: first + at as u64,
                    duplicate,
                })
            }
        }
    }
}

impl Inner {
    /// Queues a batch, or refuses all of it. The caller drives the streams it names.
    pub(crate) fn submit(&self, messages: &[Message]) -> Result<Vec<Slot>, Error> {
        let streams: Vec<_> = messages.iter().map(check).collect::<Result<_, _>>()?;
        // Held to the end: a lease that moves on in between must not let the batch through.
        let leases = self.leases()?;
        check_fences(&leases, messages)?;
        let mut parts = self.parts(messages, &streams);
        for part in &parts {
            part.to
                .log
                .check_room(&part.frames)
                .map_err(|e| of_log(part.to.stream, e))?;
        }
        let mut slots: Vec<Option<Slot>> = messages.iter().map(|_| None).collect();
        for part in &mut parts {
            part.submit(messages, &mut slots)?;
        }
        Ok(slots.into_iter().flatten().collect())
    }

    /// Sorts a batch by stream; the streams are locked in their order.
    fn parts<'a>(&'a self, messages: &[Message], streams: &[Stream]) -> Vec<Part<'a>> {
        let mut places = BTreeMap::<Stream, Vec<usize>>::new();
        for (place, stream) in streams.iter().enumerate() {
            places.entry(*stream).or_default().push(place);
        }
        let part = |(stream, all)| Part::new(self.stream(stream), all, messages);
        places.into_iter().map(part).collect()
    }
}

impl<'a> Part<'a> {
    fn new(to: &'a StreamLog, all: Vec<usize>, messages: &[Message]) -> Self {
        let state = to.state();
        let mut seen = HashMap::<BatchId, ()>::new();
        let is_new = |place: &usize| {
            let id = &messages[*place].id;
            let known = state.ids.get(id).is_some() || state.pending.contains_key(id);
            !known && seen.insert(*id, ()).is_none()
        };
        let new: Vec<usize> = all.iter().copied().filter(is_new).collect();
        let frames = new.iter().map(|place| encode(&messages[*place])).collect();
        Self {
            to,
            state,
            all,
            new,
            frames,
        }
    }

    fn submit(&mut self, messages: &[Message], slots: &mut [Option<Slot>]) -> Result<(), Error> {
        let stream = self.to.stream;
        if !self.new.is_empty() {
            let frames = std::mem::take(&mut self.frames);
            let ticket = self.to.log.submit(frames).map_err(|e| of_log(stream, e))?;
            self.queue(ticket, messages);
        }
        for place in &self.all {
            let id = &messages[*place].id;
            let slot = match (self.state.ids.get(id), self.state.pending.get(id)) {
                (Some(seq), _) => Slot::Known { stream, seq },
                (None, Some((outcome, at))) => {
                    let duplicate = !self.new.contains(place);
                    Slot::Waiting {
                        stream,
                        outcome: outcome.clone(),
                        at: *at,
                        duplicate,
                    }
                }
                (None, None) => return Err(Error::Closed),
            };
            slots[*place] = Some(slot);
        }
        Ok(())
    }

    fn queue(&mut self, ticket: aurora_log::Ticket, messages: &[Message]) {
        let (outcome, receiver) = watch::channel(None);
        let mut queued = Vec::with_capacity(self.new.len());
        for (at, place) in self.new.iter().enumerate() {
            let Message { id, subject, .. } = &messages[*place];
            queued.push((*id, self.state.number(subject)));
            self.state.pending.insert(*id, (receiver.clone(), at));
        }
        self.state.submitted.push_back(Submitted {
            ticket,
            messages: queued,
            outcome,
        });
    }
}

fn check(message: &Message) -> Result<Stream, Error> {
    let stream = Stream::of(&message.subject);
    let stream = stream.ok_or_else(|| Error::NoStream(message.subject.clone()))?;
    let bytes = message.header.len() + message.body.len();
    if bytes > MAX_MESSAGE_BYTES {
        return Err(Error::TooLarge {
            bytes,
            limit: MAX_MESSAGE_BYTES,
        });
    }
    let bytes = message.subject.as_str().len();
    if bytes > MAX_SUBJECT {
        return Err(Error::TooLarge {
            bytes,
            limit: MAX_SUBJECT,
        });
    }
    Ok(stream)
}

fn check_fences(leases: &Leases, messages: &[Message]) -> Result<(), Error> {
    messages
        .iter()
        .filter_map(|m| m.fence.as_ref())
        .try_for_each(|fence| leases.check(fence))
}
