use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::find::{missing, program};
use crate::{Ending, Error, Process, free_ports};

const ACCESS_KEY: &str = "aurora";
/// Odd enough that a test can look for it in what was printed.
const SECRET_KEY: &str = "canary-c83e";
const PATIENCE: Duration = Duration::from_secs(60);

/// A SeaweedFS server that speaks S3 on a port of its own.
#[derive(Debug)]
pub struct Seaweed {
    _process: Process,
    port: u16,
    _folder: TempDir,
}

impl Seaweed {
    /// `None`, with a word about it, where SeaweedFS is not installed.
    ///
    /// # Errors
    /// When it is there and does not start.
    pub fn start() -> Result<Option<Self>, Error> {
        let Some(weed) = program("weed") else {
            missing("SeaweedFS");
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(Error::io("make", std::env::temp_dir()))?;
        let rights = folder.path().join("s3.json");
        let text = format!(
            r#"{{"identities":[{{"name":"aurora","credentials":[{{"accessKey":"{ACCESS_KEY}","secretKey":"{SECRET_KEY}"}}],"actions":["Admin","Read","Write","List","Tagging"]}}]}}"#
        );
        std::fs::write(&rights, text).map_err(Error::io("write", &rights))?;
        let (process, port) = launch(&weed, folder.path(), &rights)?;
        Ok(Some(Self {
            _process: process,
            port,
            _folder: folder,
        }))
    }

    /// Where S3 is spoken, without TLS.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn access_key(&self) -> &'static str {
        ACCESS_KEY
    }

    /// What must never be printed.
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }
}

fn launch(weed: &Path, folder: &Path, rights: &Path) -> Result<(Process, u16), Error> {
    let ports = free_ports::<9>()?;
    let names = [
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "s3.port",
        "s3.port.grpc",
        "volume.port.public",
    ];
    let mut arguments: Vec<String> = names
        .iter()
        .zip(ports)
        .map(|(name, port)| format!("-{name}={port}"))
        .collect();
    arguments.push(format!("-dir={}", folder.display()));
    arguments.push(format!("-s3.config={}", rights.display()));
    let weed = weed.display().to_string();
    let mut command = vec![
        weed.as_str(),
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
    ];
    command.extend([
        "-s3",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=20",
        "-master.volumeSizeLimitMB=64",
    ]);
    command.extend(arguments.iter().map(String::as_str));
    let log = folder.join("log");
    let mut process = Process::start(&command, &log, None, Ending::Kill)?;
    let port = ports[6];
    process.wait_for("weed", &log, PATIENCE, || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })?;
    Ok((process, port))
}
