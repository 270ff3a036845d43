use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an operator may say about the embedded engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EngineOptions {
    /// Path of `libchdb.so`. Unset: the user's cache, then `/usr/lib/aurorasoc`.
    pub library: Option<PathBuf>,
    /// Memory that the engine's queries and merges may use together, in MiB.
    pub memory_mb: u64,
    /// Hunts that run at the same time; more wait.
    pub readers: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            library: None,
            memory_mb: 2048,
            readers: 3,
        }
    }
}

/// What the child needs to know; it arrives as arguments.
#[derive(Clone, Debug)]
pub struct ChildOptions {
    /// Where to listen.
    pub socket: PathBuf,
    /// The engine's own directory; nothing else is written.
    pub path: PathBuf,
    pub library: PathBuf,
    pub memory_bytes: u64,
    pub readers: usize,
    /// End when standard input ends, as it does with the parent.
    pub lifeline: bool,
    /// Functions that statements may call beyond those that the adapter writes; for tests.
    pub more_functions: Vec<String>,
}

impl ChildOptions {
    pub fn new(
        socket: impl Into<PathBuf>,
        path: impl Into<PathBuf>,
        library: impl Into<PathBuf>,
    ) -> Self {
        let defaults = EngineOptions::default();
        Self {
            socket: socket.into(),
            path: path.into(),
            library: library.into(),
            memory_bytes: defaults.memory_mb << 20,
            readers: defaults.readers,
            lifeline: true,
            more_functions: Vec::new(),
        }
    }

    /// Reads what [`ChildOptions::arguments`] writes, for the hidden subcommand.
    pub fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut options = Self::new("", "", "");
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            let number = || value.to_str().and_then(|text| text.parse::<u64>().ok());
            match name.to_str()? {
                "--socket" => options.socket = value.into(),
                "--path" => options.path = value.into(),
                "--library" => options.library = value.into(),
                "--memory-bytes" => options.memory_bytes = number()?,
                "--readers" => options.readers = usize::try_from(number()?).ok()?,
                "--allow-function" => options.more_functions.push(value.into_string().ok()?),
                _ => return None,
            }
        }
        let complete = [&options.socket, &options.path, &options.library];
        complete
            .iter()
            .all(|path| !path.as_os_str().is_empty())
            .then_some(options)
    }

    /// `--socket … --path … --library …` and the rest.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![
            "--socket".into(),
            self.socket.clone().into(),
            "--path".into(),
            self.path.clone().into(),
            "--library".into(),
            self.library.clone().into(),
            "--memory-bytes".into(),
            self.memory_bytes.to_string().into(),
            "--readers".into(),
            self.readers.to_string().into(),
        ];
        for function in &self.more_functions {
            arguments.extend(["--allow-function".into(), function.into()]);
        }
        arguments
    }
}

/// How to start the child and when to give it up.
#[derive(Clone, Debug)]
pub struct SupervisorOptions {
    /// The program that calls [`crate::serve`]; `aurorasoc` itself in a site.
    pub program: PathBuf,
    /// What stands before the child's own arguments: `["engine"]` in a site.
    pub leading: Vec<OsString>,
    pub child: ChildOptions,
    /// From start to the first answer. Opening a large store reads its parts.
    pub start_timeout: Duration,
    pub ping_every: Duration,
    /// A child that is silent for longer is killed.
    pub ping_timeout: Duration,
    /// For finishing queries and closing; then it is killed, which loses nothing acknowledged.
    pub stop_timeout: Duration,
    /// Wait before the second start in a row; doubles up to `backoff_limit`.
    pub backoff: Duration,
    pub backoff_limit: Duration,
}

impl SupervisorOptions {
    pub fn new(program: impl Into<PathBuf>, child: ChildOptions) -> Self {
        Self {
            program: program.into(),
            leading: Vec::new(),
            child,
            start_timeout: Duration::from_secs(60),
            ping_every: Duration::from_secs(2),
            ping_timeout: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(15),
            backoff: Duration::from_millis(200),
            backoff_limit: Duration::from_secs(20),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn arguments_are_read_back() {
        let mut options = ChildOptions::new("/run/s", "/var/d", "/lib/l.so");
        options.more_functions.push("sleep".into());
        let read = ChildOptions::from_arguments(options.arguments()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{options:?}"));
        assert!(ChildOptions::from_arguments([OsString::from("--socket")]).is_none());
        assert!(ChildOptions::from_arguments([]).is_none());
    }
}
