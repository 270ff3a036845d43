use aurora_tasks::{Shutdown, Tasks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, Outlet, files, folder, journal};

/// The feeds that are fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Files that are followed, each with `path`, and `source` and `from_start` if need be.
    pub files: Vec<files::Options>,
    /// Folders whose objects are read, each with `url`, and `source`, `every_seconds` and
    /// `settled_seconds` if need be.
    pub folders: Vec<folder::Options>,
    /// The systemd journal.
    pub journal: journal::Options,
}

/// Follows every feed.
#[derive(Debug)]
pub struct Service {
    options: Options,
    outlet: Outlet,
}

impl Service {
    pub fn new(options: Options, outlet: Outlet) -> Self {
        Self { options, outlet }
    }

    /// Works until shutdown. A folder that is none is said and left out; the others go on.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let tasks = Tasks::under(shutdown.child_token());
        let Self { options, outlet } = self;
        for file in options.files {
            let following = files::follow(file, outlet.clone(), tasks.clone());
            tasks.spawn("follow-files", following);
        }
        for folder in options.folders {
            tasks.spawn("follow-folder", watch(folder, outlet.clone()));
        }
        if options.journal.enabled {
            let following = journal::follow(options.journal, outlet);
            tasks.spawn("follow-journal", following);
        }
        tasks.shutdown().cancelled().await;
        let stopped = tasks.stop(std::time::Duration::from_secs(5)).await;
        stopped.map_err(|failed| aurora_listeners::Error::Part(failed).into())
    }
}

async fn watch(options: folder::Options, outlet: Outlet) -> Result<(), Error> {
    match folder::follow(options, outlet).await {
        Err(error @ Error::Place { .. }) => {
            tracing::error!(
                error = aurora_tasks::chain(&error),
                "a folder is not watched"
            );
            Ok(())
        }
        ended => ended,
    }
}
