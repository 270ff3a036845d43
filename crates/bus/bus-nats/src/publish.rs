//! Publishing: refused before anything is stored where that can be known, sent in order, answered
//! when it is durable.

use std::collections::BTreeMap;
use std::time::Instant;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use aurora_bus::{Error, MAX_MESSAGE_BYTES, Message, Receipt};
use aurora_model::Stream;

use crate::bus::Inner;
use crate::connection::PAUSE;
use crate::error::{is_full, request};
use crate::wire;

/// Publications on their way at a time.
const AT_ONCE: usize = 256;

impl Inner {
    pub(crate) async fn publish(&self, messages: &[Message]) -> Result<Vec<Receipt>, Error> {
        let streams = streams(messages)?;
        self.patiently(|| self.check_fences(messages)).await?;
        self.patiently(|| self.check_room(&streams, messages))
            .await?;
        let mut receipts = Vec::with_capacity(messages.len());
        for (streams, messages) in streams.chunks(AT_ONCE).zip(messages.chunks(AT_ONCE)) {
            receipts.extend(self.send(streams, messages).await?);
        }
        Ok(receipts)
    }

    /// Sends what is not answered until it is, or patience ends. Sending a message twice is
    /// harmless: the server knows its id.
    async fn send(&self, streams: &[Stream], messages: &[Message]) -> Result<Vec<Receipt>, Error> {
        let started = Instant::now();
        let mut answers: Vec<Option<Receipt>> = vec![None; messages.len()];
        let mut trimmed = false;
        loop {
            let failed = self.send_missing(streams, messages, &mut answers).await;
            let Some((stream, error)) = failed else {
                return Ok(answers.into_iter().flatten().collect());
            };
            self.check_open()?;
            if is_full(&error) {
                if trimmed {
                    let bytes = self.patiently(|| self.info(stream)).await?.bytes;
                    return Err(Error::Full { stream, bytes });
                }
                self.patiently(|| self.trim(stream)).await?;
                trimmed = true;
            } else if is_transient(&error) && started.elapsed() < self.options.patience {
                tokio::time::sleep(PAUSE).await;
            } else {
                return Err(request(&error));
            }
        }
    }

    /// One round; the first failure of it.
    async fn send_missing(
        &self,
        streams: &[Stream],
        messages: &[Message],
        answers: &mut [Option<Receipt>],
    ) -> Option<(Stream, PublishError)> {
        let mut waiting = Vec::new();
        let mut failed = None;
        let mut life = self.losses.life();
        for (i, message) in messages.iter().enumerate() {
            if answers[i].is_some() {
                continue;
            }
            let subject = message.subject.as_str().to_owned();
            let sent = self
                .jetstream
                .send_publish(subject, wire::publication(message));
            match sent.await {
                Ok(answer) => waiting.push((i, answer)),
                Err(error) => {
                    failed = Some((streams[i], error));
                    break;
                }
            }
        }
        for (i, answer) in waiting {
            match life.answer(answer.into_future()).await {
                Some(Ok(ack)) => {
                    answers[i] = Some(Receipt {
                        stream: streams[i],
                        seq: ack.sequence,
                        duplicate: ack.duplicate,
                    });
                }
                Some(Err(error)) => failed = failed.or(Some((streams[i], error))),
                None => failed = failed.or(Some((streams[i], lost()))),
            }
        }
        failed
    }

    /// Refuses a batch that would not fit before any of it is stored. The server is asked only when
    /// what was sent since the last answer brings the bound near; another publisher may be quicker,
    /// and then the server refuses what does not fit.
    async fn check_room(&self, streams: &[Stream], messages: &[Message]) -> Result<(), Error> {
        let mut more = BTreeMap::<Stream, u64>::new();
        for (stream, message) in streams.iter().zip(messages) {
            *more.entry(*stream).or_default() += wire::size(message);
        }
        let limit = self.options.max_bytes;
        for (stream, more) in more {
            if self.fill.add(stream, more) < limit / 4 * 3 {
                continue;
            }
            let mut bytes = self.info(stream).await?.bytes;
            if bytes + more > limit {
                self.trim(stream).await?;
                bytes = self.info(stream).await?.bytes;
            }
            self.fill.set(stream, bytes + more);
            if bytes + more > limit {
                self.fill.set(stream, bytes);
                return Err(Error::Full { stream, bytes });
            }
        }
        Ok(())
    }
}

fn streams(messages: &[Message]) -> Result<Vec<Stream>, Error> {
    let stream = |message: &Message| {
        let stream = Stream::of(&message.subject);
        let stream = stream.ok_or_else(|| Error::NoStream(message.subject.clone()))?;
        let bytes = message.header.len() + message.body.len();
        if bytes > MAX_MESSAGE_BYTES {
            return Err(Error::TooLarge {
                bytes,
                limit: MAX_MESSAGE_BYTES,
            });
        }
        Ok(stream)
    };
    messages.iter().map(stream).collect()
}

fn lost() -> PublishError {
    PublishError::new(PublishErrorKind::BrokenPipe)
}

fn is_transient(error: &PublishError) -> bool {
    matches!(
        error.kind(),
        PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::MaxAckPending
            | PublishErrorKind::StreamNotFound
    )
}
