//! The collector: what stands on a customer's host and forwards its records to a site.
//!
//! What it is: [`Collector`], which keeps what its feeds hand over in a buffer on disk, and forwards it
//! in order, batch by batch, to a site's HTTP listener; [`Enrolment`], the certificate by which the site knows this host; [`Refine`], through which records may be left
//! out or changed on the way, and have events made of them; [`Status`], what it tells about itself. What it is not: a feed or a
//! parser. The node hands it the buffer, which is a bus of its own on `base/log`, and hands its end
//! to the same feeds that a site has.
//!
//! Invariant: a batch leaves the buffer only when the site has made it durable, or when an operator's
//! policy drops it; what is dropped is told to the site, once, so that the ledger has it.
//!
//! Start reading at [`Collector::run`].

mod backoff;
mod buffer;
mod door;
mod endpoint;
mod enrolment;
mod error;
mod forward;
mod link;
mod notes;
mod options;
mod queue;
mod refine;
mod service;
mod status;

pub use enrolment::Enrolment;
pub use error::Error;
pub use options::{Buffer as BufferOptions, Options, Site as SiteOptions, WhenFull};
pub use refine::{Refine, Wanted};
pub use service::{Collector, Stores};
pub use status::{BufferState, LinkState, Normalised, Snapshot, Status};
