//! Rules over stored events: what they would have found, and what people said of the like.
//!
//! The range is cut into pages that fit into memory, by counting first ([`aurora_events::pages`]); each page is read,
//! put in order of time and given to the rules. Everything that is kept is bounded ([`tally`]).

mod days;
mod overlap;
mod precision;
mod rules;
mod run;
mod tally;

pub use overlap::PastAlerts;
pub use precision::wilson;
pub use rules::Rules;
pub use run::{EntityOf, Evaluator, Given, Input, MAX_PAGE, Progress, Watch, run};
pub use tally::{Hit, Tally};
