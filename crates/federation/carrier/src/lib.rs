//! The port of what carries frames between sites, and [`Hall`], which carries them in memory.
//!
//! What it is: the [`Carrier`] trait, a way by which any two sites may reach each other. What it is
//! not: reliable. A carrier may lose, repeat and reorder frames, and never makes its caller wait:
//! what finds no room is lost and counted, and the mesh pulls it later. Start reading at [`Carrier`].

mod counts;
mod door;
mod memory;
mod port;
mod queue;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use counts::{Counts, Figures};
pub use door::{Door, Knock, MAX_ANSWER_BYTES, MAX_QUESTION_BYTES};
pub use memory::{Hall, InMemory};
pub use port::{Carrier, Event, Listening, MAX_FRAME_BYTES, Peer, Sent};
pub use queue::{Events, Inbox, events};
