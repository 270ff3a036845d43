use std::ffi::OsString;
use std::io::Write as _;

use aurora_events_engine::{ChildOptions, serve};
use clap::Args;

use crate::exit::Exit;

/// The event engine's child, started by the site itself
#[derive(Debug, Args)]
#[command(hide = true, disable_help_flag = true, disable_version_flag = true)]
pub struct Engine {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Serves until the parent ends. Standard error is the supervisor's to read.
pub fn run(engine: &Engine) -> Exit {
    let say = |text: String| drop(writeln!(std::io::stderr(), "{text}"));
    let Some(options) = ChildOptions::from_arguments(engine.arguments.iter().cloned()) else {
        say("this command is the site's own: start a site with `aurorasoc up`".to_owned());
        return Exit::Usage;
    };
    match serve(&options) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            say(aurora_tasks::chain(&error));
            Exit::Failed
        }
    }
}
