use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::find::{missing, program};
use crate::{Ending, Error, Process, free_ports};

/// Odd enough that a test can look for it in what was printed.
const PASSWORD: &str = "canary-41d7";
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis server on a Unix socket of its own, with a password and without files.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    options: RedisOptions,
    port: u16,
    folder: TempDir,
}

/// What a test wants of its server.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Listens on 127.0.0.1 too, with TLS.
    pub tls: Option<Certificate>,
}

/// A certificate and its key as PEM.
#[derive(Clone)]
pub struct Certificate {
    pub chain: String,
    pub key: String,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

impl Redis {
    /// `None`, with a word about it, where Redis is not installed.
    ///
    /// # Errors
    /// When it is there and does not start.
    pub fn start(options: RedisOptions) -> Result<Option<Self>, Error> {
        if program("redis-server").is_none() {
            missing("Redis");
            return Ok(None);
        }
        let folder = tempfile::tempdir().map_err(Error::io("make", std::env::temp_dir()))?;
        let port = match options.tls {
            Some(_) => free_ports::<1>()?[0],
            None => 0,
        };
        if let Some(tls) = &options.tls {
            for (name, text) in [("server.crt", &tls.chain), ("server.key", &tls.key)] {
                let path = folder.path().join(name);
                std::fs::write(&path, text).map_err(Error::io("write", &path))?;
            }
        }
        let process = launch(folder.path(), &options, port)?;
        Ok(Some(Self {
            process,
            options,
            port,
            folder,
        }))
    }

    /// The address over the socket, password included.
    pub fn url(&self) -> String {
        let socket = self.folder.path().join("redis.sock");
        format!("redis+unix://{}?pass={PASSWORD}", socket.display())
    }

    /// The address over TLS, of a server that was given a certificate.
    pub fn tls_url(&self, host: &str) -> String {
        format!("rediss://:{PASSWORD}@{host}:{}", self.port)
    }

    /// What must never be printed.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Ends it at once; it keeps nothing.
    pub fn crash(&mut self) {
        self.process.stop();
    }

    /// Starts it again, empty.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.process = launch(self.folder.path(), &self.options, self.port)?;
        Ok(())
    }
}

fn launch(folder: &Path, options: &RedisOptions, port: u16) -> Result<Process, Error> {
    let found = program("redis-server").unwrap_or_else(|| "redis-server".into());
    let (server, place) = (found.display().to_string(), folder.display().to_string());
    let (socket, tls_port) = (format!("{place}/redis.sock"), port.to_string());
    let (chain, key) = (format!("{place}/server.crt"), format!("{place}/server.key"));
    let mut command = vec![server.as_str(), "--port", "0", "--unixsocket", &socket];
    command.extend(["--requirepass", PASSWORD, "--dir", &place]);
    command.extend(["--save", "", "--appendonly", "no"]);
    if options.tls.is_some() {
        command.extend(["--bind", "127.0.0.1", "--tls-port", &tls_port]);
        command.extend(["--tls-cert-file", &chain, "--tls-key-file", &key]);
        command.extend(["--tls-auth-clients", "no"]);
    }
    let log = folder.join("log");
    let mut process = Process::start(&command, &log, None, Ending::Kill)?;
    process.wait_for("redis-server", &log, PATIENCE, || answers(&socket))?;
    Ok(process)
}

/// Even the refusal of a caller without a password says that it is there.
fn answers(socket: &str) -> bool {
    let Ok(mut stream) = UnixStream::connect(socket) else {
        return false;
    };
    let mut first = [0];
    stream.write_all(b"PING\r\n").is_ok() && stream.read_exact(&mut first).is_ok()
}
