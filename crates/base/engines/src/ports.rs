use std::net::TcpListener;

use crate::Error;

/// Ports of loopback that were free a moment ago, each once. For servers that cannot say which port
/// they were given; whoever can takes port 0 or a socket in a folder instead.
///
/// # Errors
/// When no socket can be bound.
pub fn free_ports<const N: usize>() -> Result<[u16; N], Error> {
    // All are held until all are known, so that none comes twice.
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).map_err(Error::io("listen on", "127.0.0.1"))?;
        let address = listener
            .local_addr()
            .map_err(Error::io("listen on", "127.0.0.1"))?;
        *port = address.port();
        held.push(listener);
    }
    Ok(ports)
}
