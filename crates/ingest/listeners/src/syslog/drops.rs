use std::net::SocketAddr;

use tokio::net::UdpSocket;

/// Reads how many datagrams the kernel dropped at a socket, from `/proc/net/udp` and `udp6`.
pub(super) struct Watch {
    port: Option<u16>,
    v6: bool,
}

impl Watch {
    pub(super) fn of(socket: &UdpSocket) -> Self {
        let address = socket.local_addr().ok();
        Self {
            port: address.map(|address| address.port()),
            v6: matches!(address, Some(SocketAddr::V6(_))),
        }
    }

    /// `None` where the kernel does not tell.
    pub(super) fn read(&self) -> Option<i64> {
        let table = if self.v6 {
            "/proc/net/udp6"
        } else {
            "/proc/net/udp"
        };
        dropped(&std::fs::read_to_string(table).ok()?, self.port?)
    }
}

/// The last column of the sockets bound to `port`, summed; see proc_net_udp(5).
fn dropped(table: &str, port: u16) -> Option<i64> {
    let suffix = format!(":{port:04X}");
    let drops = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns
            .get(1)?
            .ends_with(&suffix)
            .then(|| columns.last()?.parse::<i64>().ok())?
    });
    drops.reduce(|a, b| a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_of_our_port_counts() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode ref pointer drops\n\
            1: 0100007F:05EA 00000000:0000 07 0:0 00:0 0 0 0 1 2 0 17\n\
            2: 0100007F:0035 00000000:0000 07 0:0 00:0 0 0 0 1 2 0 3\n";
        assert_eq!(dropped(table, 1514), Some(17));
        assert_eq!(dropped(table, 9), None);
    }
}
