//! What a command shows: lines, tables, JSON.
//!
//! Invariant: text that came from a log reaches the terminal only through [`clean`]. [`Span`] and
//! [`Screen::json`] see to it, and nothing else writes.

mod bars;
mod clean;
mod event;
mod fit;
mod line;
mod numbers;
mod progress;
mod screen;
mod severity;
mod table;

pub use bars::bar;
pub use clean::clean;
pub use event::{Shown, pretty};
pub use line::{Ink, Line, Span};
pub use numbers::{bytes, count, head, of, rate, short};
pub use progress::{Counting, Progress, Waiting};
pub use screen::{Look, Screen, colours};
pub use severity::{health, outcome, severity, status};
pub use table::Table;
