//! Syslog: messages out of a TCP stream, and the header of a message.

mod deframer;
mod header;
mod message;
mod structured;

pub use deframer::Deframer;
pub use message::{Element, SyslogMessage, parse};
