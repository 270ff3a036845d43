// What was counted, and what was skipped, is said on standard error.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod coverage;
mod golden;
mod hostile;
mod identity;
mod joining;
mod made;
mod odd;
mod pairs;
mod raw;
mod selection;
mod support;
