//! Time as a value that is handed in.
//!
//! What it is: [`Timestamp`] (wall time in epoch milliseconds, the unit of OCSF `timestamp_t`) and
//! the [`Clock`] that every component receives. What it is not: a scheduler; waiting is tokio's
//! job, and tests pause tokio's clock. Start reading at [`Clock`].

mod clock;
mod timestamp;

pub use clock::{Clock, ManualClock, SystemClock};
pub use timestamp::{ParseError, Timestamp};
