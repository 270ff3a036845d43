use std::path::{Path, PathBuf};
use std::time::Duration;

use aurora_audit::verify::Verdict;
use aurora_audit::{CHECKPOINT, Folder, KEY, Signed, VerifierKey};
use aurora_disk::RealDisk;
use clap::Args;

use super::place::{Found, Outside, Place, Source};
use super::tell;
use crate::app::App;
use crate::exit::Exit;
use crate::interrupt::Interrupt;

/// Watch a log: keep what was seen elsewhere, and notice when it is rolled back or rewritten
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit monitor --state /srv/auditor/site-a\n  \
    aurorasoc audit monitor /mnt/site-a/audit --state /srv/auditor/site-a --every 300\n\n\
    The state folder keeps the log's key and the last checkpoint, from the first look on. Keep it\n\
    where those who run the site cannot write.\n\n\
    Exit codes as those of `aurorasoc audit verify`; with --every it ends when something is wrong.")]
pub struct Monitor {
    #[command(flatten)]
    place: Place,
    /// Where to keep what was seen
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Look again after so many seconds, until Ctrl-C
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    #[command(flatten)]
    outside: Outside,
    /// Print what was found as JSON, a document a look
    #[arg(long)]
    json: bool,
}

pub async fn run(wanted: &Monitor, app: &mut App) -> anyhow::Result<Exit> {
    let mut interrupt = Interrupt::new()?;
    loop {
        let exit = look(wanted, app)?;
        let Some(seconds) = wanted.every.filter(|_| exit == Exit::Ok) else {
            return Ok(exit);
        };
        tokio::select! {
            () = interrupt.came() => return Ok(exit),
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        }
    }
}

fn look(wanted: &Monitor, app: &mut App) -> anyhow::Result<Exit> {
    let state = RealDisk::new(&wanted.state)?;
    let kept = Folder::new(std::sync::Arc::new(state.clone()));
    let mut found = wanted.place.find(app)?;
    let seen = seen(&kept, &mut found, wanted.place.key.is_some())?;
    let policy = wanted.outside.policy(&found, seen.clone(), app)?;
    let report = aurora_audit::verify(&found.folder, &policy)?;
    // The first look has nothing to compare with; from now on there is.
    let first = seen.is_none() && report.problems.is_empty();
    if report.verdict() != Verdict::Tampered {
        keep(&state, &found, report.head.as_ref().map(|head| head.size))?;
    }
    let exit = tell::report(&found, &report, wanted.json, app)?;
    Ok(
        if first && report.witnessed.is_none() && !wanted.outside.asked() {
            Exit::Ok
        } else {
            exit
        },
    )
}

/// What was kept by an earlier look; its key counts, unless one is given.
fn seen(kept: &Folder, found: &mut Found, given: bool) -> anyhow::Result<Option<Signed>> {
    let Some(bytes) = kept.read(CHECKPOINT)? else {
        return Ok(None);
    };
    let pinned: VerifierKey = kept.key()?;
    if !given {
        (found.key, found.source) = (pinned, Source::Given);
    }
    Ok(Some(Signed::open(&bytes, &found.key)?))
}

/// Keeps the checkpoint that was judged; a newer one may stand there by now, and its turn comes.
fn keep(state: &RealDisk, found: &Found, size: Option<u64>) -> anyhow::Result<()> {
    let head = found.folder.head(&found.key)?;
    if size == Some(head.checkpoint.size) {
        let write = |name: &str, text: String| {
            aurora_disk::write_atomic(state, Path::new(name), text.as_bytes())
        };
        write(KEY, format!("{}\n", found.key))?;
        write(CHECKPOINT, head.note.to_string())?;
    }
    Ok(())
}
