//! The plainest HTTP client that shows everything that came back; a connection for each request.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::support::Place;

/// Longer than the site takes for any answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who calls, and where.
#[derive(Clone, Debug)]
pub struct Caller {
    to: To,
    headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum To {
    Console(String),
    /// Of the site's machine.
    Socket(PathBuf),
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Caller {
    /// A browser in which nobody is signed in.
    pub fn nobody(place: &Place) -> Self {
        Self {
            to: To::Console(place.address("console")),
            headers: vec![("sec-fetch-site", "same-origin".to_owned())],
        }
    }

    /// The kernel vouches for them.
    pub fn operator(place: &Place) -> Self {
        Self {
            to: To::Socket(place.data_dir().join("run/site.sock")),
            headers: Vec::new(),
        }
    }

    /// A program with somebody's key.
    pub fn with_key(place: &Place, token: &str) -> Self {
        Self::nobody(place).and("authorization", format!("Bearer {token}"))
    }

    /// A browser that opened a one-time link.
    pub fn of_link(place: &Place, url: &str) -> Self {
        Self::nobody(place).open_link(url)
    }

    #[must_use]
    pub fn open_link(&self, url: &str) -> Self {
        let (_, query) = url.split_once("/login").unwrap();
        let opens = self.and("sec-fetch-site", "none");
        let opened = opens.ask("GET", &format!("/login{query}"), None);
        assert_eq!(opened.status, 200, "{opened:?}");
        self.and("cookie", opened.cookie())
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    #[must_use]
    pub fn and(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut with = self.clone();
        with.headers.retain(|(known, _)| *known != name);
        with.headers.push((name, value.into()));
        with
    }

    /// The same one after the site was started again, elsewhere perhaps.
    #[must_use]
    pub fn again(&self, place: &Place) -> Self {
        let mut again = self.clone();
        if let To::Console(address) = &mut again.to {
            *address = place.address("console");
        }
        again
    }

    pub fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Reply {
        let reply = self.try_to(method, path, body);
        reply.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Asks of a site that may end meanwhile.
    pub fn try_to(&self, method: &str, path: &str, body: Option<&str>) -> io::Result<Reply> {
        match &self.to {
            To::Console(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                self.exchange(stream, method, path, body)
            }
            To::Socket(socket) => {
                let stream = UnixStream::connect(socket)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                self.exchange(stream, method, path, body)
            }
        }
    }

    fn exchange(
        &self,
        mut stream: impl Read + Write,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> io::Result<Reply> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if self.header("host").is_empty() {
            head.push_str("host: localhost\r\n");
        }
        for (name, value) in self.headers.iter().filter(|(_, value)| !value.is_empty()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            let length = body.len();
            head.push_str(&format!(
                "content-type: application/json\r\ncontent-length: {length}\r\n"
            ));
        }
        let whole = format!("{head}\r\n{}", body.unwrap_or_default());
        stream.write_all(whole.as_bytes())?;
        Reply::read(stream)
    }
}

impl Reply {
    /// Of a stream of events only the head, since it does not end.
    fn read(mut stream: impl Read) -> io::Result<Self> {
        let (mut bytes, mut some) = (Vec::new(), [0; 8 * 1024]);
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break String::from_utf8(bytes.drain(..end + 4).collect()).unwrap();
            }
            let length = stream.read(&mut some)?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(&some[..length]);
        };
        if !head.contains("text/event-stream") {
            stream.read_to_end(&mut bytes)?;
        }
        Ok(Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Of an answer that is no success: its code and what it says.
    pub fn refusal(&self) -> (String, String) {
        let said = self.json();
        let text = |name: &str| said["error"][name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("message"))
    }

    /// The approval that was asked for.
    pub fn approval(&self) -> String {
        assert_eq!(self.status, 428, "{self:?}");
        self.json()["error"]["approval"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// `name=value` of the cookie that was set.
    pub fn cookie(&self) -> String {
        let set = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        set.unwrap().split(';').next().unwrap().to_owned()
    }
}
