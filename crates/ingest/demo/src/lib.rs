//! The demonstration: an intrusion at a company that does not exist, in the formats of real sources.
//!
//! What it is: the story under `content/demo/` inside the binary, and [`Demo::records`], which
//! stamps it so that it happens from a given moment on. Everything about a record but its times and
//! ids is the same for every start, so the same rules fire as often each time ([`Demo::expected`]).
//! What it is not: it sends nothing, keeps nothing and reads no clock; whoever replays it decides
//! how fast.
//!
//! Start reading at [`Demo::records`], then `script.rs` for the format of the files, `template.rs`
//! for what stands between braces, and `content/demo/README.md` for the story.

mod demo;
mod error;
mod expected;
mod files;
mod ids;
mod script;
mod stamp;
mod tables;
mod template;
mod time;

pub use demo::{Demo, DemoRecord};
pub use error::Error;
pub use expected::Expected;
