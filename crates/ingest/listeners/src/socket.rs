use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::Error;

/// Connections that wait to be accepted; the kernel may allow fewer. A short queue makes peers of a
/// burst wait for a second and more.
const BACKLOG: u32 = 4096;

/// A listening socket, for the listener of this name.
pub(crate) fn listen(listener: &'static str, address: SocketAddr) -> Result<TcpListener, Error> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let bound = socket.and_then(|socket| {
        // A restart must not wait for connections of the last run to be forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    });
    bound.map_err(|source| Error::Bind {
        listener,
        address: address.to_string(),
        source,
    })
}
