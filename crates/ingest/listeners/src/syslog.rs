//! Syslog over UDP and TCP on 1514 and over TLS on 6514, RFC 3164 and RFC 5424.
//!
//! A peer is heard only if the allow list names it. Connections are framed by octet counts (RFC
//! 6587, and RFC 5425 for TLS) or by newlines; UDP is a record a datagram. Syslog has no acknowledgement, so the listener reads no
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
use tokio_rustls::TlsAcceptor;

use crate::{Acceptor, Error, Tls};

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
    /// Address and port for TLS.
    #[schemars(with = "String")]
    pub tls_listen: SocketAddr,
    /// The certificate for TLS; without one nobody listens there.
    pub tls: Tls,
    /// Connections at a time, TLS included; beyond it the one that has been quiet the longest
    /// makes place.
    pub max_connections: usize,
    /// Bytes of unfinished messages of all connections together.
    pub max_held_bytes: u64,
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
            tls_listen: SocketAddr::from(([127, 0, 0, 1], 6514)),
            tls: Tls::default(),
            max_connections: 16_384,
            max_held_bytes: 128 << 20,
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
    tls: Option<Secured>,
}

/// The listener for TLS.
struct Secured {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Secured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.listener.fmt(f)
    }
}

impl Service {
    /// # Errors
    /// [`Error::Bind`] when a port is taken, [`Error::Certificate`] when a file cannot be used.
    pub async fn bind(options: Options, acceptor: Acceptor) -> Result<Self, Error> {
        let failed = |source| Error::Bind {
            listener: "syslog",
            address: options.listen.to_string(),
            source,
        };
        let tcp = crate::socket::listen("syslog", options.listen)?;
        let address = tcp.local_addr().map_err(failed)?;
        let udp = UdpSocket::bind(address).await.map_err(failed)?;
        let tls = match options.tls.acceptor("syslog over TLS", &[])? {
            None => None,
            Some(acceptor) => Some(Secured {
                listener: crate::socket::listen("syslog over TLS", options.tls_listen)?,
                acceptor,
            }),
        };
        Ok(Self {
            drops: KernelDrops::default(),
            options,
            acceptor,
            udp,
            tcp,
            tls,
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.tcp.local_addr().ok()
    }

    /// Where it listens for TLS, if it does.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls.as_ref()?.listener.local_addr().ok()
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
        let serving = tcp::Serving::new(self.acceptor, &self.options, group.clone());
        if let Some(Secured { listener, acceptor }) = self.tls {
            let serving = serving.clone();
            group.spawn("syslog-tls", async move {
                serving.accept(listener, Some(acceptor)).await;
                Ok::<_, Error>(())
            });
        }
        serving.accept(tcp, None).await;
        // A listener that has ended must not look as if it listened.
        Ok(group.stop(std::time::Duration::from_secs(5)).await?)
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
