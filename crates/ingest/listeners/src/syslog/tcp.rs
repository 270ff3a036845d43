use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::ready;
use std::time::Duration;

use aurora_formats::syslog::Deframer;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metric;
use ipnet::IpNet;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tracing::warn;

use super::gather::Gather;
use super::{Options, allowed};
use crate::crowd::{Crowd, Seat};
use crate::room::Room;
use crate::{Acceptor, Error};

/// Read at a time.
const READ_BYTES: usize = 32 * 1024;
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// The system is out of something; what frees it takes a moment.
const PAUSE: Duration = Duration::from_millis(50);

/// What serves connections, with TLS or without. Cheap to clone.
#[derive(Clone)]
pub(super) struct Serving {
    acceptor: Acceptor,
    allow: Arc<[IpNet]>,
    crowd: Crowd,
    room: Room,
    group: Tasks,
    shutdown: Shutdown,
}

impl Serving {
    pub(super) fn new(acceptor: Acceptor, options: &Options, group: Tasks) -> Self {
        Self {
            acceptor,
            allow: options.allow.clone().into(),
            crowd: Crowd::new(options.max_connections),
            room: Room::new(options.max_held_bytes),
            shutdown: group.shutdown(),
            group,
        }
    }

    /// Admits connections until shutdown.
    pub(super) async fn accept(&self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let accepted = tokio::select! {
                () = self.shutdown.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer, tls.clone()),
                // Out of file descriptors, or the peer gave up: both pass.
                Err(error) => {
                    warn!(%error, "cannot accept a syslog connection");
                    self.crowd.thin_out();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        if !allowed(&self.allow, peer.ip()) {
            return self.refused("peer not on the allow list");
        }
        let Some(seat) = self.crowd.enter() else {
            return self.refused("too many connections");
        };
        let serving = self.clone();
        self.group.spawn("syslog-tcp", async move {
            let Some(tls) = tls else {
                return serving.serve(stream, peer, seat).await;
            };
            Box::pin(serving.secured(stream, peer, seat, tls)).await
        });
    }

    async fn secured(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        seat: Seat,
        tls: TlsAcceptor,
    ) -> Result<(), Error> {
        let leave = seat.leave();
        let shaken = tokio::select! {
            () = leave.cancelled() => return Ok(()),
            shaken = tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)) => shaken,
        };
        match shaken {
            Ok(Ok(stream)) => self.serve(stream, peer, seat).await,
            _ => {
                self.refused("handshake");
                Ok(())
            }
        }
    }

    fn refused(&self, why: &str) {
        let labels = ["syslog-tcp", why];
        self.acceptor
            .metrics()
            .add(Metric::ListenerRefused, &labels, 1);
    }

    /// Reads one connection to its end. A broken connection ends it; what came whole is kept.
    async fn serve(
        &self,
        mut stream: impl AsyncRead + Unpin,
        peer: SocketAddr,
        mut seat: Seat,
    ) -> Result<(), Error> {
        let mut gather = Gather::new(self.acceptor.clone(), peer.ip().to_string());
        let mut deframer = Deframer::new();
        let (mut held, leave) = (self.room.hold(), seat.leave());
        loop {
            let read = tokio::select! {
                () = self.shutdown.cancelled() => break,
                () = leave.cancelled() => break,
                read = feed(&mut stream, &mut deframer) => read.unwrap_or(0),
            };
            if read == 0 {
                break;
            }
            seat.work();
            for framed in deframer.by_ref() {
                gather.framed(framed);
            }
            gather.flush(&self.shutdown).await?;
            if !held.resize(deframer.pending()) {
                self.refused("unfinished messages fill the memory");
                break;
            }
            seat.rest();
        }
        deframer.finish();
        for framed in deframer {
            gather.framed(framed);
        }
        gather.flush(&Shutdown::new()).await
    }
}

/// Reads what has come. The space for it exists only while something is there: a connection that
/// waits takes none.
async fn feed(stream: &mut (impl AsyncRead + Unpin), deframer: &mut Deframer) -> io::Result<usize> {
    std::future::poll_fn(|context| {
        let mut space = [const { MaybeUninit::uninit() }; READ_BYTES];
        let mut read = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut read))?;
        deframer.feed(read.filled());
        std::task::Poll::Ready(Ok(read.filled().len()))
    })
    .await
}
