#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod equivalence;
mod generate;
mod lines;
mod real;
