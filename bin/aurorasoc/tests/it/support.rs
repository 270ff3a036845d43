//! Running the program on a data directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A look is a process of its own, which takes a core from what is waited for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A data directory, and the settings with which its site is started. Whatever runs in it at the
/// end is stopped.
pub struct Place {
    dir: TempDir,
    settings: Vec<String>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// Every port is the kernel's choice; events are kept in memory.
    pub fn new() -> Self {
        Self::with(&["events.store=memory"])
    }

    pub fn with(settings: &[&str]) -> Self {
        let ports = [
            "console.listen",
            "edge.listen",
            "ingest.http.listen",
            "syslog.listen",
        ];
        let ports = ports.map(|key| format!("{key}=127.0.0.1:0"));
        let settings = settings.iter().map(|setting| (*setting).to_owned());
        Self {
            dir: tempfile::tempdir().unwrap(),
            // What is given comes later, and so holds.
            settings: ports.into_iter().chain(settings).collect(),
        }
    }

    /// One setting more from now on.
    pub fn set(&mut self, setting: &str) {
        self.settings.push(setting.to_owned());
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The program with this place's settings; nothing of the caller's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aurorasoc"));
        command
            .env_clear()
            .env("HOME", std::env::var_os("HOME").unwrap_or_default());
        command.arg("--data-dir").arg(self.data_dir());
        for setting in &self.settings {
            command.arg("--set").arg(setting);
        }
        command.args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs it and expects it to do what it is told.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        ran.out
    }

    /// The same with `--json`, read.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.ok(&arguments)).unwrap()
    }

    /// Asks until the answer is right.
    pub fn until(&self, arguments: &[&str], right: impl Fn(&Value) -> bool) -> Value {
        wait_for(|| {
            let mut all = arguments.to_vec();
            all.push("--json");
            let ran = self.run(&all);
            serde_json::from_str(&ran.out).ok().filter(&right)
        })
    }

    /// Where a listener of the site that runs here takes connections.
    pub fn address(&self, name: &str) -> String {
        let status = self.json(&["status"]);
        let listeners = status["listeners"].as_array().unwrap();
        let found = listeners.iter().find(|it| it["name"] == name);
        let found = found.unwrap_or_else(|| panic!("nothing listens as {name}: {status}"));
        found["address"].as_str().unwrap().to_owned()
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A test that failed may have left its site; one that did not has none.
        drop(self.command(&["down"]).output());
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Asks until there is an answer, or fails.
pub fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited too long");
        // A pause between two looks at a condition; what is waited for is the condition.
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// A file that comes with the product.
pub fn content(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../content")
        .join(path);
    path.canonicalize().unwrap().display().to_string()
}

pub fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}
