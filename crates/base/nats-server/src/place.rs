use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What every server of ours needs, whatever it is for.
#[derive(Clone, Debug)]
pub struct Launch {
    pub program: PathBuf,
    /// Everything of it: configuration, log, store.
    pub dir: PathBuf,
    /// Where clients connect. Port 0 takes any that is free.
    pub listen: SocketAddr,
}

/// Text in quotes, as the configuration's grammar wants it.
pub fn quoted(text: impl ToString) -> String {
    serde_json::Value::from(text.to_string()).to_string()
}

impl Launch {
    /// The whole configuration: where it stands and listens, and then `body`.
    pub fn config(&self, body: &str) -> String {
        let port = match self.listen.port() {
            0 => -1,
            port => i32::from(port),
        };
        let path = |path: &Path| quoted(path.display());
        let mut text = "# Written by aurorasoc at each start; changes are lost.\n".to_owned();
        let written = write!(
            text,
            "host: \"{}\"\nport: {port}\nports_file_dir: {}\npid_file: {}\nlog_file: {}\n{body}",
            self.listen.ip(),
            path(&self.dir),
            path(&self.pid()),
            path(&self.log()),
        );
        written.expect("a string takes everything");
        text
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.join("nats-server.conf")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("nats-server.log")
    }

    pub(crate) fn pid(&self) -> PathBuf {
        self.dir.join("nats-server.pid")
    }
}
