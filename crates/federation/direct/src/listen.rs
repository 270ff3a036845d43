//! Who dials us: sites of the directory, and strangers who ask at the door.

use std::io::Error;
use std::sync::Arc;
use std::time::Duration;

use aurora_federation_carrier::{Door, MAX_QUESTION_BYTES};
use aurora_tasks::{Shutdown, Tasks};
use bytes::Bytes;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{debug, warn};

use crate::dial::shown;
use crate::links::Links;
use crate::sites::Sites;
use crate::{ATTEMPT, DOOR, LINK, connection};

/// Ends whose name is not known yet.
const UNKNOWN: usize = 64;
/// A question must be asked and answered by then.
const ANSWER: Duration = Duration::from_secs(5);

/// What a listener needs.
#[derive(Clone)]
pub struct Listener {
    pub links: Arc<Links>,
    pub sites: Arc<Sites>,
    pub tls: Arc<ServerConfig>,
    pub door: Option<Arc<dyn Door>>,
    pub tasks: Tasks,
    pub stop: Shutdown,
}

impl Listener {
    pub async fn run(self, socket: TcpListener) {
        let unknown = Arc::new(Semaphore::new(UNKNOWN));
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = socket.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    warn!(%error, "another site's connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&unknown).try_acquire_owned() else {
                debug!(%from, "too many ends say not who they are");
                continue;
            };
            let listener = self.clone();
            self.tasks.spawn("federation-link", async move {
                let shaken = listener.shake(stream).await;
                match shaken {
                    Ok(stream) => listener.meet(stream, permit).await,
                    Err(error) => debug!(%from, %error, "an end did not say who it is"),
                }
                Ok::<_, std::io::Error>(())
            });
        }
    }

    async fn shake(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, Error> {
        stream.set_nodelay(true)?;
        let tls = TlsAcceptor::from(Arc::clone(&self.tls));
        let shaken = timeout(ATTEMPT, tls.accept(stream)).await;
        shaken.map_err(|_| Error::from(std::io::ErrorKind::TimedOut))?
    }

    async fn meet(&self, stream: TlsStream<TcpStream>, permit: tokio::sync::OwnedSemaphorePermit) {
        let (_, session) = stream.get_ref();
        let Some(key) = shown(session.peer_certificates()) else {
            return;
        };
        match session.alpn_protocol() {
            Some(protocol) if protocol == LINK => {
                let Some(site) = self.sites.of(&key) else {
                    return debug!("a stranger wants a link");
                };
                drop(permit);
                let stop = self.stop.child_token();
                if let Some(line) = self.links.begin(site, site, stop).await {
                    connection::serve(stream, line, &self.links).await;
                }
            }
            Some(protocol) if protocol == DOOR => {
                let answered = timeout(ANSWER, self.answer(stream, key)).await;
                if let Ok(Err(error)) = answered {
                    debug!(%error, "a question at the door was not answered");
                }
            }
            _ => {}
        }
    }

    async fn answer(&self, mut stream: TlsStream<TcpStream>, key: [u8; 32]) -> Result<(), Error> {
        let Some(door) = &self.door else {
            return Ok(());
        };
        let question = take(&mut stream, MAX_QUESTION_BYTES).await?;
        let Some(answer) = door.knocked(key, question).await else {
            return Ok(());
        };
        give(&mut stream, &answer).await?;
        stream.shutdown().await
    }
}

/// Reads a length and so many bytes.
pub async fn take(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    most: usize,
) -> Result<Bytes, Error> {
    let length = usize::try_from(stream.read_u32_le().await?).unwrap_or(usize::MAX);
    if length > most {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes.into())
}

pub async fn give(
    stream: &mut (impl tokio::io::AsyncWrite + Unpin),
    bytes: &[u8],
) -> Result<(), Error> {
    let length = u32::try_from(bytes.len()).expect("it is at most a frame");
    stream.write_u32_le(length).await?;
    stream.write_all(bytes).await?;
    stream.flush().await
}
