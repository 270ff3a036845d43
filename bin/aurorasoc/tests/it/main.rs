//! The program from outside: a process, its output, its exit code.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod audit;
mod backup;
mod bypass;
mod canary;
mod codes;
mod collect;
mod data_dir;
mod enrol;
mod fail_points;
mod federation;
mod generated;
mod http;
mod import;
mod matrix;
mod mistakes;
mod resume;
mod routes;
mod service;
mod spans;
mod story;
mod support;
mod witness;
