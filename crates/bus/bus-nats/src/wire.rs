//! A message as NATS carries it: the port's header travels as a header, so that a reader of headers
//! alone gets it without the body.

use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use aurora_bus::{Delivery, MAX_MESSAGE_BYTES, Message};
use aurora_ids::Id128;
use aurora_model::{BatchId, Stream, Subject};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

use crate::Error;

const ID: &str = "Nats-Msg-Id";
const HEADER: &str = "Aurora-Header";

/// What a server must take: the longest message with all of it in the header, which grows by a
/// third, and what stands around it.
pub(crate) const MAX_PAYLOAD: usize = MAX_MESSAGE_BYTES / 3 * 4 + (64 << 10);

pub(crate) fn publication(message: &Message) -> PublishMessage {
    PublishMessage::build()
        .message_id(message.id.to_string())
        .header(HEADER, BASE64_STANDARD.encode(&message.header))
        .payload(message.body.clone())
}

/// About what a server counts for it.
pub(crate) fn size(message: &Message) -> u64 {
    let around = 128 + message.subject.as_str().len();
    (around + message.header.len() / 3 * 4 + message.body.len()) as u64
}

/// What a message says of itself.
pub(crate) struct Told {
    pub(crate) subject: Subject,
    pub(crate) id: BatchId,
    pub(crate) header: Bytes,
}

pub(crate) fn told(
    stream: Stream,
    seq: u64,
    subject: &str,
    headers: Option<&HeaderMap>,
) -> Result<Told, Error> {
    let foreign = |what| Error::Foreign {
        stream: stream.name(),
        seq,
        what,
    };
    let value = |name| headers.and_then(|headers| headers.get(name));
    let id = value(ID).and_then(|id| id.as_str().parse::<Id128>().ok());
    let header = value(HEADER).and_then(|text| BASE64_STANDARD.decode(text.as_str()).ok());
    Ok(Told {
        subject: Subject::from(subject),
        id: BatchId(id.ok_or_else(|| foreign(ID))?),
        header: header.ok_or_else(|| foreign(HEADER))?.into(),
    })
}

impl Told {
    pub(crate) fn delivery(self, seq: u64, body: Bytes, attempt: u32) -> Delivery {
        Delivery {
            seq,
            subject: self.subject,
            id: self.id,
            header: self.header,
            body,
            attempt,
        }
    }
}

/// A name for NATS: letters, digits, `-` and `_` as they are, the rest as `=` and two digits.
pub(crate) fn name(ours: &str) -> String {
    let mut out = String::with_capacity(ours.len());
    for byte in ours.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("={byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_separators() {
        assert_eq!(name("store-events"), "store-events");
        assert_eq!(name("correlate/7.x"), "correlate=2f7=2ex");
    }
}
