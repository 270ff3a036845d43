//! The events port: immutable OCSF events kept, hunted and, when they are old enough, let go.
//!
//! What it is: the [`Events`] trait, its rows, its answers and its error. What it is not: a query
//! language; that is `aurora-hunt`, whose tree every adapter compiles or walks. Start at [`Events`].

mod answer;
mod error;
mod pages;
mod port;
mod projecting;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use answer::{Document, answer, columns, resolved};
pub use error::Error;
pub use pages::{Page, pages};
pub use port::{Answer, Column, Events, HuntOptions, Inserted, Row, StoreInfo, TimeRange, Window};
pub use projecting::{Projecting, only_stored};
