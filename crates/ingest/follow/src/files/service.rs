use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use aurora_tasks::Tasks;
use tracing::{info, warn};

use super::{Options, Tail, matching};
use crate::outlet::{slot, this_host};
use crate::{Error, Outlet};

/// Between two looks at a file that has nothing new.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two looks for files that a pattern fits.
const SEARCH: Duration = Duration::from_secs(5);

/// Follows all files that a path names, until shutdown.
pub(crate) async fn follow(options: Options, outlet: Outlet, tasks: Tasks) -> Result<(), Error> {
    let mut known: HashSet<PathBuf> = HashSet::new();
    loop {
        let path = options.path.clone();
        let found = tokio::task::spawn_blocking(move || matching(&path)).await?;
        for path in found.unwrap_or_else(|error| {
            warn!(path = %options.path.display(), %error, "a folder cannot be read");
            Vec::new()
        }) {
            if known.insert(path.clone()) {
                let (options, outlet) = (options.clone(), outlet.clone());
                tasks.spawn("follow-file", one(path, options, outlet));
            }
        }
        tokio::select! {
            () = outlet.shutdown().cancelled() => return Ok(()),
            () = tokio::time::sleep(SEARCH) => {}
        }
    }
}

/// Follows one file. What cannot be read now is tried again: rights and mounts come and go.
async fn one(path: PathBuf, options: Options, outlet: Outlet) -> Result<(), Error> {
    let slot = slot("file", &path.display().to_string());
    let place = outlet.place(&slot).await?;
    info!(path = %path.display(), "a file is followed");
    let mut tail = Tail::new(path, options.from_start, place);
    let (host, mut settled) = (this_host(), false);
    loop {
        let now = outlet.now();
        let (back, next) = tokio::task::spawn_blocking(move || {
            let next = tail.next(now);
            (tail, next)
        })
        .await?;
        tail = back;
        let waits = match next {
            Ok(Some(round)) => {
                outlet.keep(&slot, &round.announced).await?;
                for cut in &round.cuts {
                    let (origin, records) = (round.announced.origin, cut.records.clone());
                    if !outlet
                        .hand_over(&options.source, origin, &host, records)
                        .await?
                    {
                        return Ok(());
                    }
                }
                tail.done(round);
                settled = false;
                continue;
            }
            Ok(None) => PAUSE,
            Err(error) => {
                warn!(
                    error = aurora_tasks::chain(&error),
                    "a followed file cannot be read"
                );
                SEARCH
            }
        };
        if !settled && let Some(place) = tail.place() {
            outlet.keep(&slot, place).await?;
            settled = true;
        }
        tokio::select! {
            () = outlet.shutdown().cancelled() => return Ok(()),
            () = tokio::time::sleep(waits) => {}
        }
    }
}
