use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::find::{missing, postgres};
use crate::{Ending, Error, Process};

/// Only a part of the socket's name.
const PORT: u16 = 5432;
const USER: &str = "aurora";
/// Odd enough that a test can look for it in what was printed.
const PASSWORD: &str = "canary-9f2c";
const PATIENCE: Duration = Duration::from_secs(30);

/// A PostgreSQL server on a Unix socket of its own, with passwords asked for.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    options: PostgresOptions,
    folder: TempDir,
}

/// What a test wants of its server.
#[derive(Clone, Debug, Default)]
pub struct PostgresOptions {
    /// Whether commits reach the disk; tests that crash processes only do without.
    pub durable: bool,
}

impl Postgres {
    /// `None`, with a word about it, where PostgreSQL is not installed.
    ///
    /// # Errors
    /// When it is there and does not start.
    pub fn start(options: PostgresOptions) -> Result<Option<Self>, Error> {
        let Some(programs) = postgres() else {
            missing("PostgreSQL");
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(Error::io("make", std::env::temp_dir()))?;
        let user = unprivileged()?;
        give(folder.path(), user)?;
        initialise(&programs, folder.path(), user)?;
        let process = launch(&programs, folder.path(), user, &options)?;
        Ok(Some(Self {
            process,
            programs,
            user,
            options,
            folder,
        }))
    }

    /// Makes a database and gives its address, password included.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self, name: &str) -> Result<String, Error> {
        let mut command = Command::new(self.programs.join("createdb"));
        command.arg("-h").arg(self.folder.path());
        command.args(["-p", &PORT.to_string(), "-U", USER, name]);
        command.env("PGPASSWORD", PASSWORD);
        run(command)?;
        Ok(self.url(name))
    }

    /// The address of a database over the socket.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string();
        format!(
            "postgres://{USER}:{PASSWORD}@{}:{}/{database}",
            folder.replace('/', "%2F"),
            PORT
        )
    }

    /// The socket behind which it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(format!(".s.PGSQL.{PORT}"))
    }

    /// The address of a database at `host:port`, where a test put something in front of the socket.
    pub fn url_at(&self, authority: &str, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@{authority}/{database}")
    }

    /// What must never be printed.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Ends it at once, as a crash does.
    pub fn crash(&mut self) {
        self.process.stop();
    }

    /// Starts it again on what it kept.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        let folder = self.folder.path();
        self.process = launch(&self.programs, folder, self.user, &self.options)?;
        Ok(())
    }
}

/// PostgreSQL refuses to run as the superuser; then it is the user that Debian makes for it, or
/// nobody.
fn unprivileged() -> Result<Option<(u32, u32)>, Error> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let path = Path::new("/etc/passwd");
    let users = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    Ok(of("postgres").or_else(|| of("nobody")))
}

fn give(path: &Path, user: Option<(u32, u32)>) -> Result<(), Error> {
    match user {
        Some((uid, gid)) => chown(path, Some(uid), Some(gid)).map_err(Error::io("hand over", path)),
        None => Ok(()),
    }
}

fn private(folder: &Path, name: &str, text: &str, user: Option<(u32, u32)>) -> Result<(), Error> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(Error::io("write", &path))?;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, mode).map_err(Error::io("protect", &path))?;
    give(&path, user)
}

fn initialise(programs: &Path, folder: &Path, user: Option<(u32, u32)>) -> Result<(), Error> {
    private(folder, "password", PASSWORD, user)?;
    let mut command = Command::new(programs.join("initdb"));
    command.arg("-D").arg(folder.join("data"));
    command.arg(format!("--pwfile={}", folder.join("password").display()));
    command.args(["-U", USER, "-A", "scram-sha-256", "-E", "UTF8"]);
    command.args(["--locale=C", "--no-sync", "--no-instructions"]);
    run_as(command, user)
}

fn launch(
    programs: &Path,
    folder: &Path,
    user: Option<(u32, u32)>,
    options: &PostgresOptions,
) -> Result<Process, Error> {
    let place = folder.display();
    let on = |yes: bool| if yes { "on" } else { "off" };
    let mut settings = vec![
        format!("unix_socket_directories={place}"),
        format!("port={PORT}"),
        format!("fsync={}", on(options.durable)),
        format!("full_page_writes={}", on(options.durable)),
        "max_connections=200".to_owned(),
        "shared_buffers=32MB".to_owned(),
    ];
    settings.push("listen_addresses=".to_owned());
    let (program, data) = (programs.join("postgres"), folder.join("data"));
    let (program, data) = (program.display().to_string(), data.display().to_string());
    let mut command = vec![program.as_str(), "-D", data.as_str()];
    for setting in &settings {
        command.extend(["-c", setting.as_str()]);
    }
    let log = folder.join("log");
    let mut process = Process::start(&command, &log, user, Ending::Quit)?;
    let asks = || {
        let mut command = Command::new(programs.join("pg_isready"));
        command.arg("-q").arg("-h").arg(folder);
        command.args(["-p", &PORT.to_string()]);
        command.status().is_ok_and(|status| status.success())
    };
    process.wait_for("postgres", &log, PATIENCE, asks)?;
    Ok(process)
}

fn run_as(mut command: Command, user: Option<(u32, u32)>) -> Result<(), Error> {
    use std::os::unix::process::CommandExt as _;
    if let Some((uid, gid)) = user {
        command.gid(gid).uid(uid).current_dir("/");
    }
    run(command)
}

fn run(mut command: Command) -> Result<(), Error> {
    let program = command.get_program().display().to_string();
    let done = command.output().map_err(Error::io("run", &program))?;
    if done.status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        program,
        said: String::from_utf8_lossy(&done.stderr).trim().to_owned(),
    })
}
