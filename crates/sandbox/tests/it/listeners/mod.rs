//! Records over the network, with the whole site behind the socket.

mod http;
mod repeats;
mod syslog;
