use std::collections::VecDeque;
use std::path::Path;

use aurora_messages::LiveEvent;
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::Incoming;
use hyper::header::HeaderValue;

use crate::Error;
use crate::path::path;
use crate::transport::{self, Connection, beside};

/// Reads a site's live events, in the format of server-sent events (WHATWG HTML, 9.2).
pub struct Follower {
    connection: Connection,
    body: Incoming,
    parser: Parser,
}

/// A live event with its place in the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Give it to [`crate::Client::follow`] to continue after this event.
    pub id: String,
    pub event: LiveEvent,
}

/// Bytes in, events out.
#[derive(Debug, Default)]
struct Parser {
    line: Vec<u8>,
    id: String,
    name: String,
    data: Option<String>,
    ready: VecDeque<(String, String, String)>,
}

impl Follower {
    pub(crate) async fn connect(socket: &Path, last: Option<&str>) -> Result<Self, Error> {
        let mut request = transport::bare(Method::GET, &path(&["stream"]));
        if let Some(last) = last.and_then(|last| HeaderValue::from_str(last).ok()) {
            request.headers_mut().insert("last-event-id", last);
        }
        let (mut connection, response) = transport::send(socket, request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(Self {
                connection,
                body: response.into_body(),
                parser: Parser::default(),
            });
        }
        let body = beside(&mut connection, response.into_body().collect()).await;
        let body = body.map_err(Error::broken)?.to_bytes();
        Err(transport::refusal(status.as_u16(), &body))
    }

    /// The next event, or `None` when the site has closed. Heartbeats are handed over too, so that
    /// the caller can tell a quiet line from a dead one.
    ///
    /// # Errors
    /// [`Error::Broken`] when the connection broke: follow again from the last id.
    pub async fn next(&mut self) -> Result<Option<Heard>, Error> {
        loop {
            while let Some((id, name, data)) = self.parser.ready.pop_front() {
                if let Some(event) = LiveEvent::read(&name, &data).map_err(Error::Unreadable)? {
                    return Ok(Some(Heard { id, event }));
                }
            }
            let Some(frame) = beside(&mut self.connection, self.body.frame()).await else {
                return Ok(None);
            };
            if let Ok(bytes) = frame.map_err(Error::broken)?.into_data() {
                self.parser.push(&bytes);
            }
        }
    }
}

impl Parser {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.take(&String::from_utf8_lossy(&line));
            } else {
                self.line.push(*byte);
            }
        }
    }

    fn take(&mut self, line: &str) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            if let Some(data) = self.data.take() {
                self.ready.push_back((self.id.clone(), name, data));
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut self.id),
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment, or a field of a later standard.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let text = ": hello\nid: r-1\nevent: a\ndata: {\"x\":\ndata:  1}\n\nevent: b\r\ndata\r\n\r\nid: r-3\n\n";
        let want = [("r-1", "a", "{\"x\":\n 1}"), ("r-1", "b", "")];
        for size in 1..text.len() {
            let mut parser = Parser::default();
            text.as_bytes()
                .chunks(size)
                .for_each(|chunk| parser.push(chunk));
            let seen: Vec<_> = parser
                .ready
                .iter()
                .map(|(a, b, c)| (&**a, &**b, &**c))
                .collect();
            assert_eq!(seen, want, "cut at {size}");
        }
    }
}
