use std::net::SocketAddr;
use std::sync::Arc;

use aurora_formats::syslog::Deframer;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metric;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tracing::warn;

use super::gather::Gather;
use super::{Options, allowed};
use crate::{Acceptor, Error};

pub(super) async fn serve(
    listener: TcpListener,
    acceptor: Acceptor,
    options: Options,
    group: Tasks,
) -> Result<(), Error> {
    let slots = Arc::new(Semaphore::new(options.max_connections));
    let shutdown = group.shutdown();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // Out of file descriptors, or the peer gave up: both pass.
            Err(error) => {
                warn!(%error, "cannot accept a syslog connection");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let refusal = if allowed(&options.allow, peer.ip()) {
            "too many connections"
        } else {
            "peer not on the allow list"
        };
        let slot = slots.clone().try_acquire_owned();
        let (true, Ok(slot)) = (allowed(&options.allow, peer.ip()), slot) else {
            acceptor
                .metrics()
                .add(Metric::ListenerRefused, &["syslog-tcp", refusal], 1);
            continue;
        };
        let (acceptor, shutdown) = (acceptor.clone(), shutdown.clone());
        group.spawn("syslog-tcp", async move {
            let served = connection(stream, peer, acceptor, shutdown).await;
            drop(slot);
            served
        });
    }
}

/// Reads one connection to its end. A broken connection ends it; what came whole is kept.
async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    acceptor: Acceptor,
    shutdown: Shutdown,
) -> Result<(), Error> {
    let mut gather = Gather::new(acceptor, peer.ip().to_string());
    let mut deframer = Deframer::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = tokio::select! {
            () = shutdown.cancelled() => break,
            read = stream.read(&mut buffer) => read.unwrap_or(0),
        };
        if read == 0 {
            break;
        }
        deframer.feed(&buffer[..read]);
        for framed in deframer.by_ref() {
            gather.framed(framed);
        }
        gather.flush(&shutdown).await?;
    }
    deframer.finish();
    for framed in deframer {
        gather.framed(framed);
    }
    gather.flush(&Shutdown::new()).await
}
