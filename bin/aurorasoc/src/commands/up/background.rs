//! The site as a process of its own: this program again, as `serve`, in a session of its own.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use aurora_messages::{Health, SiteStatus};

use crate::app::App;
use crate::args::Ports;
use crate::exit::Exit;
use crate::failure::{Failure, Told};
use crate::output::{Waiting, clean};

/// Where a log that has grown is put aside.
const LARGE: u64 = 32 << 20;

/// Starts the site and waits until every role of it serves.
pub async fn start(ports: &Ports, wait: Duration, app: &App) -> anyhow::Result<SiteStatus> {
    let path = app.settings.log();
    let log = open_log(&path).map_err(|error| {
        let text = format!("cannot write `{}`: {error}", path.display());
        Failure::new(Exit::Failed, text)
            .fix("name a directory that you can write to with --data-dir")
    })?;
    let from = log.metadata()?.len();
    let mut child = spawn(ports, app, log)?;
    let waiting = Waiting::new(false);
    let deadline = tokio::time::Instant::now() + wait;
    let mut pause = Duration::from_millis(20);
    loop {
        if let Some(status) = child.try_wait()? {
            drop(waiting);
            return Err(ended(status.code(), &path, from));
        }
        let late = tokio::time::Instant::now() >= deadline;
        match app.client.status().await {
            Ok(status) if ready(&status) || late => return Ok(status),
            Ok(status) => waiting.says(&format!("starting: {}", missing(&status))),
            Err(error) if late => {
                let text = format!(
                    "the site, process {}, is not ready after {} s",
                    child.id(),
                    wait.as_secs()
                );
                let failure = Failure::new(Exit::Failed, text)
                    .fix("look at `aurorasoc logs`, or give it longer with `--wait`");
                return Err(anyhow::Error::new(error).context(failure));
            }
            Err(_) => waiting.says("starting"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

fn ready(status: &SiteStatus) -> bool {
    status.ready() && status.engine.health != Health::Starting
}

/// The roles that are waited for.
fn missing(status: &SiteStatus) -> String {
    let roles = status.roles.iter().filter(|role| !role.health.serves());
    let mut names: Vec<&str> = roles.map(|role| role.role.as_str()).collect();
    if status.engine.health == Health::Starting && !names.contains(&"engine") {
        names.push("engine");
    }
    names.join(", ")
}

fn spawn(ports: &Ports, app: &App, log: File) -> anyhow::Result<Child> {
    let program = std::env::current_exe().context("cannot find this program to start it again")?;
    Command::new(&program)
        .arg("serve")
        .arg("--detached")
        .args(app.settings.arguments(ports))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start `{}`", program.display()))
}

/// Opens the log at its end, for its owner's eyes: it quotes what logs say.
fn open_log(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|known| known.len() > LARGE) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// The process ended: what it said last is the reason, and its exit code is ours.
fn ended(code: Option<i32>, log: &Path, from: u64) -> anyhow::Error {
    let said = last_words(log, from).unwrap_or_default();
    if said.is_empty() {
        let text = "the site ended while it started";
        return Failure::new(Exit::Failed, text)
            .fix("look at `aurorasoc logs`")
            .into();
    }
    let shown: String = said
        .lines()
        .map(|line| format!("{}\n", clean(line)))
        .collect();
    // There is nobody left to tell when even this fails.
    drop(std::io::stderr().lock().write_all(shown.as_bytes()));
    Told(Exit::of(code)).into()
}

/// From the last line that begins as errors do, to the end.
fn last_words(log: &Path, from: u64) -> std::io::Result<String> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().rposition(|line| line.starts_with("error: "));
    Ok(first
        .map(|first| lines[first..].join("\n"))
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_words_are_found_behind_the_logs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/site.log");
        writeln!(open_log(&path).unwrap(), "error: old").unwrap();
        let mut log = open_log(&path).unwrap();
        let from = log.metadata().unwrap().len();
        assert_eq!(from, 11);
        write!(log, "INFO x\nerror: new\nfix: mend it\n").unwrap();
        assert_eq!(last_words(&path, from).unwrap(), "error: new\nfix: mend it");
    }
}
