//! The program from outside: a process, its output, its exit code.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod audit;
mod backup;
mod canary;
mod collect;
mod data_dir;
mod enrol;
mod generated;
mod import;
mod mistakes;
mod resume;
mod service;
mod story;
mod support;
