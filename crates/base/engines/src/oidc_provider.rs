use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::find::{cache, missing, program};
use crate::{Ending, Error, Process, free_ports};

/// What node runs.
const SCRIPT: &str = include_str!("oidc_provider.mjs");
const CLIENT: &str = "aurorasoc";
/// Odd enough that a test can look for it in what was printed.
const SECRET: &str = "canary-7b90";
const PATIENCE: Duration = Duration::from_secs(30);

/// An OpenID Connect provider, npm's `oidc-provider`, which lets everybody in whom the address names
/// by `login_hint=NAME:GROUP,GROUP`, and sends them back to `/login/oidc/callback` on any port.
#[derive(Debug)]
pub struct OidcProvider {
    _process: Process,
    port: u16,
    _folder: TempDir,
}

impl OidcProvider {
    /// `None`, with a word about it, where node or the package is not installed.
    ///
    /// # Errors
    /// When they are there and it does not start.
    pub fn start() -> Result<Option<Self>, Error> {
        let (Some(node), Some(module)) = (program("node"), module()) else {
            missing("npm's oidc-provider");
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(Error::io("make", std::env::temp_dir()))?;
        let script = folder.path().join("provider.mjs");
        std::fs::write(&script, SCRIPT).map_err(Error::io("write", &script))?;
        let port = free_ports::<1>()?[0];
        let process = launch(&node, &script, &module, port, folder.path())?;
        Ok(Some(Self {
            _process: process,
            port,
            _folder: folder,
        }))
    }

    pub fn issuer(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub fn client_id(&self) -> &'static str {
        CLIENT
    }

    /// What must never be printed.
    pub fn client_secret(&self) -> &'static str {
        SECRET
    }
}

fn module() -> Option<PathBuf> {
    let module = cache()?.join("oidc-provider/node_modules/oidc-provider/lib/index.js");
    module.is_file().then_some(module)
}

fn launch(
    node: &Path,
    script: &Path,
    module: &Path,
    port: u16,
    folder: &Path,
) -> Result<Process, Error> {
    let words = [node, script, module].map(|path| path.display().to_string());
    let port_text = port.to_string();
    let [node, script, module] = &words;
    let command = [node.as_str(), script, module, &port_text, SECRET];
    let log = folder.join("log");
    let mut process = Process::start(&command, &log, None, Ending::Kill)?;
    process.wait_for("oidc-provider", &log, PATIENCE, || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })?;
    Ok(process)
}
