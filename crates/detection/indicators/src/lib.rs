//! Indicator sets: addresses, domains, URLs, hashes and mailboxes that others have seen in
//! attacks, looked for in every event.
//!
//! What it is: readers of what feeds publish ([`read`]), one way of writing a value that is used
//! at load and at match ([`Value`]), the compiled set of one source ([`Builder`], [`Set`]) and the
//! sets in force ([`IndicatorHandle`]), which [`IndicatorHandle::matches`] puts to an event. What
//! it is not: it keeps no records, makes no alerts and decides no suppression; that is the
//! detection service.
//!
//! Start reading at [`Set`], which says how ten million values fit in a tenth of a gigabyte.
//!
//! Invariant: nothing is reported that was not compared byte by byte with the indicator's value.

mod clean;
mod error;
mod handle;
mod indicator;
mod kind;
mod normal;
mod observe;
pub mod read;
mod set;
mod value;

pub use error::Error;
pub use handle::{IndicatorHandle, IndicatorMatch, Indicators};
pub use indicator::{About, Indicator, Validity};
pub use kind::{Counts, Kind, UnknownKind};
pub use observe::{Paths, Table};
pub use set::{Builder, Built, Found, Info, MAX_SET_BYTES, ReadAt, Set};
pub use value::{NotAValue, Value};
