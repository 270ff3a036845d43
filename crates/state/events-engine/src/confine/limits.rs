use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Error;

/// No core file, which would hold events; as many open parts as the machine allows.
pub(super) fn apply() -> Result<(), Error> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(failed)?;
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: files.maximum,
        maximum: files.maximum,
    };
    setrlimit(Resource::Nofile, raised).map_err(failed)?;
    // When memory runs out the engine goes first: it comes back by itself.
    if let Err(error) = std::fs::write("/proc/self/oom_score_adj", "700") {
        tracing::debug!(%error, "cannot offer the engine to the kernel's out-of-memory killer");
    }
    Ok(())
}

fn failed(error: rustix::io::Errno) -> Error {
    Error::Confine(error.to_string())
}
