//! Two tasks, so that reading does not wait for the disk: one empties the socket, the other makes
//! durable what has come.

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metric;
use ipnet::IpNet;
use rustix::net::sockopt;
use tokio::net::UdpSocket;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::gather::Gather;
use super::{KernelDrops, allowed, drops};
use crate::{Acceptor, Error};

/// The largest datagram there is.
const DATAGRAM: usize = 65_535;
/// Asked of the kernel; without the privilege it gives `net.core.rmem_max`.
const SOCKET_BYTES: usize = 8 << 20;
/// Bytes read and not durable yet. Beyond it the socket's buffer fills up, and what the kernel then
/// throws away it counts.
const AHEAD_BYTES: usize = 8 << 20;
/// What a datagram takes besides its bytes.
const OVERHEAD: usize = 128;
/// Datagrams read and not looked at yet.
const AHEAD: usize = 32 * 1024;
/// Peers gathered for at a time; beyond it everything is flushed and forgotten.
const PEERS: usize = 1024;

struct Datagram {
    peer: IpAddr,
    body: Vec<u8>,
    room: OwnedSemaphorePermit,
}

pub(super) fn start(
    group: &Tasks,
    socket: UdpSocket,
    acceptor: Acceptor,
    allow: Vec<IpNet>,
    known: KernelDrops,
) {
    let (sender, datagrams) = mpsc::channel(AHEAD);
    let reader = Reader {
        drops: drops::Watch::of(&socket),
        socket,
        acceptor: acceptor.clone(),
        allow,
        known,
        room: Arc::new(Semaphore::new(AHEAD_BYTES)),
        sender,
    };
    group.spawn("syslog-udp", reader.run(group.shutdown()));
    group.spawn(
        "syslog-udp-keep",
        keep(datagrams, acceptor, group.shutdown()),
    );
}

struct Reader {
    socket: UdpSocket,
    acceptor: Acceptor,
    allow: Vec<IpNet>,
    drops: drops::Watch,
    known: KernelDrops,
    room: Arc<Semaphore>,
    sender: mpsc::Sender<Datagram>,
}

impl Reader {
    async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        self.enlarge();
        tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            read = self.read() => read,
        }
    }

    /// A kernel that gives less is no failure: it drops earlier, and counts what it drops.
    fn enlarge(&self) {
        let socket = self.socket.as_fd();
        let enlarged = sockopt::set_socket_recv_buffer_size_force(socket, SOCKET_BYTES)
            .or_else(|_| sockopt::set_socket_recv_buffer_size(socket, SOCKET_BYTES));
        if let Err(error) = enlarged {
            tracing::debug!(%error, "the syslog socket keeps its buffer");
        }
    }

    async fn read(&self) -> Result<(), Error> {
        let mut buffer = vec![0; DATAGRAM];
        loop {
            self.socket.readable().await.map_err(failed)?;
            while let Ok((len, peer)) = self.socket.try_recv_from(&mut buffer) {
                if !allowed(&self.allow, peer.ip()) {
                    let labels = ["syslog-udp", "peer not on the allow list"];
                    self.acceptor
                        .metrics()
                        .add(Metric::ListenerRefused, &labels, 1);
                    continue;
                }
                let body = buffer[..len].trim_ascii_end();
                if !body.is_empty() && !self.hand_over(peer.ip(), body).await {
                    return Ok(());
                }
            }
            self.count_drops();
        }
    }

    /// `false` when nobody takes it any more.
    async fn hand_over(&self, peer: IpAddr, body: &[u8]) -> bool {
        let bytes = u32::try_from(body.len() + OVERHEAD).expect("a datagram is below 64 KiB");
        let room = self.room.clone().acquire_many_owned(bytes).await;
        let Ok(room) = room else { return false };
        let body = body.to_vec();
        self.sender
            .send(Datagram { peer, body, room })
            .await
            .is_ok()
    }

    fn count_drops(&self) {
        if let Some(dropped) = self.drops.read() {
            self.known
                .0
                .store(dropped.unsigned_abs(), Ordering::Relaxed);
            self.acceptor
                .metrics()
                .set(Metric::KernelDrops, &["syslog-udp"], dropped);
        }
    }
}

/// Makes datagrams durable, those that are there together, until the reader has ended.
async fn keep(
    mut datagrams: mpsc::Receiver<Datagram>,
    acceptor: Acceptor,
    shutdown: Shutdown,
) -> Result<(), Error> {
    let mut peers: HashMap<IpAddr, Gather> = HashMap::new();
    let mut here = Vec::new();
    while datagrams.recv_many(&mut here, AHEAD).await > 0 {
        // Let go when everything is durable.
        let mut rooms = Vec::with_capacity(here.len());
        for Datagram { peer, body, room } in here.drain(..) {
            let gather = peers
                .entry(peer)
                .or_insert_with(|| Gather::new(acceptor.clone(), peer.to_string()));
            gather.datagram(body);
            rooms.push(room);
            if gather.full() {
                gather.flush(&shutdown).await?;
            }
        }
        for gather in peers.values_mut() {
            gather.flush(&shutdown).await?;
        }
        if peers.len() > PEERS {
            peers.clear();
        }
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
