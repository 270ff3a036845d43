//! Messages on a link: a length and a kind, then the bytes.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use aurora_federation_carrier::MAX_FRAME_BYTES;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The other end is there.
    Ping,
    Frame(Bytes),
}

const PING: u8 = 0;
const FRAME: u8 = 1;
/// Length as `u32`, little-endian, then the kind.
const HEAD: usize = 5;

/// Reads one message; gives up when nothing comes for `quiet`.
pub async fn read(from: &mut (impl AsyncRead + Unpin), quiet: Duration) -> Result<Message, Error> {
    let mut head = [0; HEAD];
    fill(from, &mut head, quiet).await?;
    let [a, b, c, d, kind] = head;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    match kind {
        PING if length == 0 => Ok(Message::Ping),
        FRAME if length <= MAX_FRAME_BYTES => {
            // It grows with what came: a length alone takes no memory.
            let mut bytes = Vec::with_capacity(length.min(16 * 1024));
            while bytes.len() < length {
                let start = bytes.len();
                bytes.resize(length.min(start + 64 * 1024), 0);
                fill(from, &mut bytes[start..], quiet).await?;
            }
            Ok(Message::Frame(bytes.into()))
        }
        _ => Err(Error::new(
            ErrorKind::InvalidData,
            "a message that this release does not know",
        )),
    }
}

async fn fill(
    from: &mut (impl AsyncRead + Unpin),
    mut into: &mut [u8],
    quiet: Duration,
) -> Result<(), Error> {
    while !into.is_empty() {
        let read = timeout(quiet, from.read(into)).await;
        let count = read.map_err(|_| silent())??;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        into = &mut into[count..];
    }
    Ok(())
}

fn silent() -> Error {
    Error::new(ErrorKind::TimedOut, "the other site says nothing")
}

/// Appends a message.
pub fn put(out: &mut Vec<u8>, message: &Message) {
    let (kind, bytes) = match message {
        Message::Ping => (PING, &[][..]),
        Message::Frame(bytes) => (FRAME, bytes.as_ref()),
    };
    let length = u32::try_from(bytes.len()).expect("frames are at most 1 MiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.push(kind);
    out.extend_from_slice(bytes);
}

/// Writes everything; gives up when the other end takes nothing for `quiet`.
pub async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    mut bytes: &[u8],
    quiet: Duration,
) -> Result<(), Error> {
    while !bytes.is_empty() {
        let written = timeout(quiet, to.write(bytes)).await;
        let count = written.map_err(|_| silent())??;
        if count == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        bytes = &bytes[count..];
    }
    timeout(quiet, to.flush()).await.map_err(|_| silent())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const QUIET: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn messages_are_read_as_they_were_put() {
        let messages = [
            Message::Ping,
            Message::Frame(Bytes::from_static(b"")),
            Message::Frame(vec![7; MAX_FRAME_BYTES].into()),
            Message::Ping,
        ];
        let mut bytes = Vec::new();
        messages.iter().for_each(|message| put(&mut bytes, message));
        let mut rest = bytes.as_slice();
        for message in messages {
            assert_eq!(read(&mut rest, QUIET).await.unwrap(), message);
        }
        assert!(read(&mut rest, QUIET).await.is_err());
    }

    #[tokio::test]
    async fn what_is_no_message_is_refused() {
        let long = u32::try_from(MAX_FRAME_BYTES + 1).unwrap().to_le_bytes();
        for head in [
            [1, 0, 0, 0, PING],
            [0, 0, 0, 0, 9],
            [long[0], long[1], long[2], long[3], FRAME],
        ] {
            let error = read(&mut head.as_slice(), QUIET).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{head:?}");
        }
    }
}
