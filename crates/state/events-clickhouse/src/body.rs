//! What a request carries: pieces that are sent as they were made.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Shorter pieces are copied together, so that a request is not made of crumbs.
const SHORT: usize = 32 << 10;

/// A body of known length in pieces. Long ones are not copied: an insert's columns are large, and
/// putting them together would hold each of them twice.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pieces: VecDeque<Bytes>,
    /// Not a piece yet.
    tail: Vec<u8>,
}

impl Block {
    /// Where short data is written.
    pub(crate) fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.tail
    }

    /// Appends a buffer.
    pub(crate) fn push(&mut self, data: Vec<u8>) {
        if data.len() < SHORT {
            self.tail.extend_from_slice(&data);
            return;
        }
        self.end_piece();
        self.pieces.push_back(data.into());
    }

    fn end_piece(&mut self) {
        if !self.tail.is_empty() {
            self.pieces.push_back(std::mem::take(&mut self.tail).into());
        }
    }

    fn len(&self) -> u64 {
        let pieces: usize = self.pieces.iter().map(Bytes::len).sum();
        (pieces + self.tail.len()) as u64
    }
}

impl From<String> for Block {
    fn from(text: String) -> Self {
        Self {
            tail: text.into_bytes(),
            ..Self::default()
        }
    }
}

impl Body for Block {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.pieces.is_empty() {
            self.end_piece();
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.tail.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn pieces_come_in_order_and_their_length_is_known() {
        let mut block = Block::from("head".to_owned());
        let long = vec![b'x'; SHORT];
        for data in [b"a".to_vec(), long.clone(), b"b".to_vec(), b"c".to_vec()] {
            block.push(data);
        }
        block.tail().push(b'd');
        let wanted = [b"heada", &long[..], b"bcd"].concat();
        assert_eq!(block.size_hint().exact(), Some(wanted.len() as u64));
        assert_eq!(block.collect().await.unwrap().to_bytes(), wanted);
        assert!(Block::default().is_end_stream());
    }
}
