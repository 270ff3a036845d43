//! `aurorasoc`: the command line of a site.
//!
//! What it is: arguments in, a call to a running site or to `aurora-node`, text or JSON out. What
//! it is not: a place for behaviour. Start reading at [`args::Cli`], then at a command's file.

mod allocator;
mod app;
mod args;
mod commands;
mod docs;
mod exit;
mod failure;
mod follow;
mod instance;
mod interrupt;
mod lookup;
mod output;
mod permits;
mod settings;
mod settle;
mod time;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = args::Cli::read();
    // The engine confines its whole process, so it must be alone in it: no runtime, no threads.
    if let args::Command::Engine(engine) = &cli.command {
        return commands::engine::run(engine).into();
    }
    if let args::Command::Collect(_) = &cli.command {
        allocator::keep_nothing();
    }
    let mut app = app::App::new(&cli.global);
    let ended = commands::run(cli.command, &mut app);
    failure::conclude(ended, &app).into()
}
