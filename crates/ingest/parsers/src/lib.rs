//! Parsers: raw records to OCSF 1.3 events.
//!
//! What it is: the list of sources ([`Registry`]), one parser each (a VRL program under `content/parsers/`; Windows events
//! are mapped by tables alone, and those of Zeek, Suricata and CloudTrail by tables first, natively), and
//! [`Registry::process`], the pure heart of the normalise service, which gives every record of a batch its end: valid
//! events or a dead letter with the reason; [`Registry::made`] makes events on a host, for a site to look at. What it is not: a service, a framer or a store; processing reads no file and
//! no clock, and what it keeps between batches is a value that is handed in, [`Joiner`].
//!
//! Start reading at [`Registry::process`], then [`Parser`]. To add a source: write `content/parsers/<source>/` with
//! `source.toml`, `parser.vrl` and golden files, and add its name to the list in `shipped.rs`.

mod auditd;
mod content;
pub mod coverage;
mod decode;
mod description;
mod detect;
mod error;
mod fit;
pub mod golden;
mod joiner;
mod made;
mod mapping;
mod marks;
mod parser;
mod process;
mod registry;
mod shipped;
mod syslog;
mod table;
mod time;
pub mod vrl;
mod windows;

pub use content::ContentParser;
pub use decode::Reads;
pub use description::{Description, Samples};
pub use error::Error;
pub use joiner::{Held, Joiner, Joining, Member, Stand};
pub use parser::{Failure, Input, Parsed, Parser, Sealed, Sealing};
pub use process::{Ended, Opened, Outcome, Processed, feed};
pub use registry::Registry;
