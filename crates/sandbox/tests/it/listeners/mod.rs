//! Records over the network, with the whole site behind the socket.

mod http;
mod relayed;
mod repeats;
mod syslog;
