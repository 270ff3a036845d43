//! Listeners: what takes raw records in and acknowledges them when they are durable.
//!
//! What it is: the [`Acceptor`], through which every record enters; the [`http`] push with the
//! protocols of common shippers, [`syslog`], also over TLS, and the file [`import`]. What it is not: a parser; records travel as they came. Start reading
//! at [`Acceptor`].
//!
//! Invariant: a client hears "yes" only after the bus has made its records durable, and hears
//! "wait" when it cannot.

mod acceptor;
mod crowd;
mod error;
pub mod http;
pub mod import;
mod room;
mod socket;
mod sources;
pub mod syslog;
mod tls;

pub use acceptor::{Accepted, Acceptor, Arrived, Detect, record};
pub use error::Error;
pub use sources::{NewToken, SourceBook, SourceToken};
pub use tls::Tls;
