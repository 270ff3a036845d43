use std::path::PathBuf;

/// Why the engine does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot find the event engine `libchdb.so`: run `./aurora up`, or name it with AURORASOC__EVENTS__ENGINE_LIBRARY (looked in {})", list(.searched))]
    NoLibrary { searched: Vec<PathBuf> },
    #[error("cannot load the event engine `{}`", path.display())]
    Load {
        path: PathBuf,
        source: libloading::Error,
    },
    #[error("the event engine refused to open `{}`: another process may be using it", path.display())]
    Open { path: PathBuf },
    #[error("cannot listen on `{}`: a socket's path holds at most 107 bytes", path.display())]
    SocketPath { path: PathBuf },
    #[error("cannot {attempt} for the event engine")]
    Io {
        attempt: &'static str,
        source: std::io::Error,
    },
    #[error("cannot confine the event engine: {0}")]
    Confine(String),
    #[error("the event engine did not become ready: {0}")]
    NotReady(String),
}

impl Error {
    pub(crate) fn io(attempt: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { attempt, source }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let texts: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    texts.join(", ")
}
