//! Framing from end to end.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod external;
mod framing;
mod syslog;
