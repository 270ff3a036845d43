//! A web server and a mail server, as small as a test allows.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> String {
        let found = self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }
}

/// Answers every request with the status that is set.
#[derive(Clone)]
pub struct Web {
    pub address: SocketAddr,
    status: Arc<Mutex<u16>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Web {
    pub async fn start(status: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let web = Self {
            address: listener.local_addr().unwrap(),
            status: Arc::new(Mutex::new(status)),
            requests: Arc::default(),
        };
        let serving = web.clone();
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.answer(stream).await;
            }
        });
        web
    }

    pub fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    async fn answer(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.unwrap() == 0 {
                return;
            }
        }
        let mut request = Request {
            head: head.clone(),
            body: String::new(),
        };
        let length: usize = request.header("content-length").parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        request.body = String::from_utf8(body).unwrap();
        self.requests.lock().unwrap().push(request);
        let status = *self.status.lock().unwrap();
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

/// Receivers, and the mail itself.
pub type Kept = (Vec<String>, String);

/// Takes every mail and keeps it.
#[derive(Clone)]
pub struct Mail {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<Kept>>>,
}

impl Mail {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mail = Self {
            address: listener.local_addr().unwrap(),
            mails: Arc::default(),
        };
        let serving = mail.clone();
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A sender that goes away ends its conversation and no other.
                drop(serving.converse(stream).await);
            }
        });
        mail
    }

    pub fn mails(&self) -> Vec<Kept> {
        self.mails.lock().unwrap().clone()
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sink ESMTP\r\n").await?;
        let mut to = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer = match line.trim_end() {
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let mut text = String::new();
                    while !text.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut text).await?;
                    }
                    self.mails
                        .lock()
                        .unwrap()
                        .push((std::mem::take(&mut to), text));
                    "250 kept"
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                other => {
                    if let Some(receiver) = other.strip_prefix("RCPT TO:") {
                        to.push(receiver.to_owned());
                    }
                    "250 ok"
                }
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}
