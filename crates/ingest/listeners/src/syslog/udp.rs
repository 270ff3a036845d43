use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;

use aurora_tasks::Shutdown;
use aurora_telemetry::Metric;
use ipnet::IpNet;
use tokio::net::UdpSocket;

use super::gather::Gather;
use super::{KernelDrops, allowed, drops};
use crate::{Acceptor, Error};

/// The largest datagram there is.
const DATAGRAM: usize = 65_535;
/// Peers gathered for at a time; beyond it everything is flushed and forgotten.
const PEERS: usize = 1024;

pub(super) async fn serve(
    socket: UdpSocket,
    acceptor: Acceptor,
    allow: Vec<IpNet>,
    known: KernelDrops,
    shutdown: Shutdown,
) -> Result<(), Error> {
    let mut buffer = vec![0; DATAGRAM];
    let mut peers: HashMap<IpAddr, Gather> = HashMap::new();
    let drops = drops::Watch::of(&socket);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            ready = socket.readable() => ready.map_err(failed)?,
        }
        // Everything that the kernel holds now, then one flush.
        while let Ok((len, peer)) = socket.try_recv_from(&mut buffer) {
            if !allowed(&allow, peer.ip()) {
                let labels = ["syslog-udp", "peer not on the allow list"];
                acceptor.metrics().add(Metric::ListenerRefused, &labels, 1);
                continue;
            }
            let gather = peers
                .entry(peer.ip())
                .or_insert_with(|| Gather::new(acceptor.clone(), peer.ip().to_string()));
            gather.datagram(buffer[..len].trim_ascii_end());
            if gather.full() {
                break;
            }
        }
        flush(&mut peers, &shutdown).await?;
        if let Some(dropped) = drops.read() {
            known.0.store(dropped.unsigned_abs(), Ordering::Relaxed);
            acceptor
                .metrics()
                .set(Metric::KernelDrops, &["syslog-udp"], dropped);
        }
    }
    flush(&mut peers, &Shutdown::new()).await
}

async fn flush(peers: &mut HashMap<IpAddr, Gather>, shutdown: &Shutdown) -> Result<(), Error> {
    for gather in peers.values_mut() {
        gather.flush(shutdown).await?;
    }
    if peers.len() > PEERS {
        peers.clear();
    }
    Ok(())
}

fn failed(source: std::io::Error) -> Error {
    Error::Bind {
        listener: "syslog-udp",
        address: "its socket".to_owned(),
        source,
    }
}
