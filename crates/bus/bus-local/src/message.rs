//! A message as it stands in a log's frame.
//!
//! | bytes | what |
//! | --- | --- |
//! | u8 | version, 1 |
//! | u16 | length of the subject |
//! | … | subject |
//! | 16 | message id |
//! | u32 | length of the header |
//! | … | header |
//! | the rest | body |
//!
//! Integers are little-endian.

use aurora_bus::Message;
use aurora_ids::Id128;
use aurora_model::{BatchId, Subject};
use bytes::Bytes;

const VERSION: u8 = 1;

/// What of a message is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// All but the body.
    Header,
}

/// Longest subject; NATS's own limit is of this order.
pub(crate) const MAX_SUBJECT: usize = 4096;

/// The caller has checked the lengths.
pub(crate) fn encode(message: &Message) -> Bytes {
    let subject = message.subject.as_str().as_bytes();
    let subject_len = u16::try_from(subject.len()).expect("publish refuses long subjects");
    let header_len = u32::try_from(message.header.len()).expect("publish refuses long headers");
    let len = 23 + subject.len() + message.header.len() + message.body.len();
    let mut frame = Vec::with_capacity(len);
    frame.push(VERSION);
    frame.extend_from_slice(&subject_len.to_le_bytes());
    frame.extend_from_slice(subject);
    frame.extend_from_slice(message.id.0.as_bytes());
    frame.extend_from_slice(&header_len.to_le_bytes());
    frame.extend_from_slice(&message.header);
    frame.extend_from_slice(&message.body);
    frame.into()
}

/// The message in a frame; none when it is not one of this version.
pub fn decode(frame: &Bytes) -> Option<Message> {
    let mut rest = frame.clone();
    if take(&mut rest, 1)?[0] != VERSION {
        return None;
    }
    let subject_len = u16::from_le_bytes(take(&mut rest, 2)?.as_ref().try_into().ok()?);
    let subject = take(&mut rest, usize::from(subject_len))?;
    let subject = Subject::from(std::str::from_utf8(&subject).ok()?);
    let id = BatchId(Id128::from_bytes(
        take(&mut rest, 16)?.as_ref().try_into().ok()?,
    ));
    let header_len = u32::from_le_bytes(take(&mut rest, 4)?.as_ref().try_into().ok()?);
    let header = take(&mut rest, usize::try_from(header_len).ok()?)?;
    Some(Message {
        subject,
        id,
        header,
        body: rest,
        fence: None,
    })
}

/// How long the part before the body is, from the start of a frame; none where that start is too
/// short to tell.
pub(crate) fn head_len(start: &[u8]) -> Option<usize> {
    let subject = u16::from_le_bytes(start.get(1..3)?.try_into().ok()?);
    let at = 3 + usize::from(subject) + 16;
    let header = u32::from_le_bytes(start.get(at..at + 4)?.try_into().ok()?);
    (at + 4).checked_add(usize::try_from(header).ok()?)
}

fn take(rest: &mut Bytes, len: usize) -> Option<Bytes> {
    (rest.len() >= len).then(|| rest.split_to(len))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            subject in "[a-z0-9.]{0,40}", id: [u8; 16], header: Vec<u8>, body: Vec<u8>,
        ) {
            let message = Message {
                subject: Subject::from(subject.as_str()),
                id: BatchId(Id128::from_bytes(id)),
                header: header.into(),
                body: body.into(),
                fence: None,
            };
            let frame = encode(&message);
            let head = head_len(&frame).unwrap();
            prop_assert_eq!(frame.len() - head, message.body.len());
            prop_assert_eq!(head_len(&frame[..22]), None);
            prop_assert_eq!(decode(&frame), Some(message));
        }

        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            head_len(&bytes);
            drop(decode(&bytes.into()));
        }
    }
}
