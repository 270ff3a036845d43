//! The project's own chores: `cargo xtask codegen` and `cargo xtask check-layers`.
//!
//! It is not part of the product and nothing depends on it. Start reading at [`codegen::LIST`] for what is
//! generated, and at `layers/rooms.rs` for where each crate stands.

mod codegen;
mod layers;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores", version)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the generated files from their sources
    Codegen {
        /// Compare with what is checked in, write nothing, and fail when they differ
        #[arg(long)]
        check: bool,
        /// Only the things with these names, as the list in `codegen/mod.rs` gives them
        names: Vec<String>,
    },
    /// Fail on an upward or sideways dependency, a stray driver, or a crate without the shared lints
    CheckLayers,
}

fn main() -> anyhow::Result<()> {
    let root = repository_root();
    match Args::parse().task {
        Task::Codegen { check, names } => codegen::run(&root, check, &names),
        Task::CheckLayers => layers::run(&root),
    }
}

/// The folder that holds the workspace's manifest: xtask's own folder is beside `crates/`.
fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("xtask lies in the repository's root")
        .to_owned()
}

/// One line for the person at the terminal.
#[allow(
    clippy::print_stdout,
    reason = "xtask is a command; this is its only way of speaking"
)]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
