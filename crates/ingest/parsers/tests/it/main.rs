// What was counted, and what was skipped, is said on standard error.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod pairs;
mod raw;
mod golden;
mod hostile;
mod identity;
mod selection;
mod support;
