//! Feeds that are fetched: files that grow, folders of objects, the systemd journal.
//!
//! What it is: [`files`], which follows files over rotation and truncation; [`folder`], which reads
//! what is put into a folder or bucket; [`journal`], which follows `journalctl`. All of them hand
//! over through the site's [`aurora_listeners::Acceptor`]. What it is not: the import of a file
//! that somebody names once; that stands in `aurora-listeners`.
//!
//! Invariant: what is about to be handed over is announced in the records store first, with its
//! bounds. After a crash exactly the same records go out again in the same batch, which the bus
//! knows if it has it. So a feed is neither lost nor doubled by any crash between two steps.
//!
//! Start reading at [`files::Tail`].

mod error;
pub mod files;
pub mod folder;
pub mod journal;
mod outlet;
mod service;

pub use error::Error;
pub use outlet::{Outlet, this_host};
pub use service::{Options, Service};
