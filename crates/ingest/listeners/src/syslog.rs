//! Syslog over UDP and TCP on 1514, RFC 3164 and RFC 5424.
//!
//! A peer is heard only if the allow list names it. TCP is framed by octet counts (RFC 6587) or by
//! newlines; UDP is a record a datagram. Syslog has no acknowledgement, so the listener reads no
//! further while the site is full: TCP then pushes back, and the kernel counts what UDP loses.

mod drops;
mod gather;
mod tcp;
mod udp;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aurora_tasks::{Shutdown, Tasks};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, UdpSocket};

use crate::{Acceptor, Error};

/// The syslog listener's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Whether to listen at all.
    pub enabled: bool,
    /// Address and port, for UDP and TCP alike.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Peers that are heard, as networks in CIDR form.
    #[schemars(with = "Vec<String>")]
    pub allow: Vec<IpNet>,
    /// Connections at a time over TCP.
    pub max_connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 1514)),
            allow: ["127.0.0.0/8", "::1/128"]
                .iter()
                .map(|net| net.parse().expect("the literals are networks"))
                .collect(),
            max_connections: 1024,
        }
    }
}

/// Datagrams that the kernel threw away at the UDP socket since it was bound. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct KernelDrops(Arc<AtomicU64>);

impl KernelDrops {
    pub fn datagrams(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sockets that are bound but not served yet.
#[derive(Debug)]
pub struct Service {
    drops: KernelDrops,
    options: Options,
    acceptor: Acceptor,
    udp: UdpSocket,
    tcp: TcpListener,
}

impl Service {
    /// # Errors
    /// [`Error::Bind`] when the port is taken.
    pub async fn bind(options: Options, acceptor: Acceptor) -> Result<Self, Error> {
        let failed = |source| Error::Bind {
            listener: "syslog",
            address: options.listen.to_string(),
            source,
        };
        let tcp = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        let udp = UdpSocket::bind(address).await.map_err(failed)?;
        Ok(Self {
            drops: KernelDrops::default(),
            options,
            acceptor,
            udp,
            tcp,
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.tcp.local_addr().ok()
    }

    /// Known from the first datagram on; 0 where the kernel does not tell.
    pub fn kernel_drops(&self) -> KernelDrops {
        self.drops.clone()
    }

    /// Serves until shutdown.
    ///
    /// # Errors
    /// When a socket or the bus fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let group = Tasks::under(shutdown.child_token());
        let (udp, tcp) = (self.udp, self.tcp);
        let (acceptor, allow) = (self.acceptor.clone(), self.options.allow.clone());
        udp::start(&group, udp, acceptor, allow, self.drops);
        let served = tcp::serve(tcp, self.acceptor, self.options, group.clone()).await;
        let stopped = group.stop(std::time::Duration::from_secs(5)).await;
        served?;
        // A listener that has ended must not look as if it listened.
        Ok(stopped?)
    }
}

fn allowed(allow: &[IpNet], peer: std::net::IpAddr) -> bool {
    let peer = peer.to_canonical();
    allow.iter().any(|net| net.contains(&peer))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_named_networks_are_heard() {
        let allow = vec!["10.1.0.0/16".parse().unwrap()];
        for (peer, heard) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.0.9", true),
        ] {
            assert_eq!(allowed(&allow, peer.parse().unwrap()), heard, "{peer}");
        }
    }
}
