//! The child alone, as `aurorasoc engine` runs it; for this crate's tests and measurements.

use std::process::ExitCode;

use aurora_events_engine::{ChildOptions, serve};

#[allow(clippy::print_stderr)]
fn main() -> ExitCode {
    let Some(options) = ChildOptions::from_arguments(std::env::args_os().skip(1)) else {
        eprintln!("want --socket PATH --path DIR --library FILE [--memory-bytes N] [--readers N]");
        return ExitCode::from(2);
    };
    match serve(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", aurora_tasks::chain(&error));
            ExitCode::FAILURE
        }
    }
}
