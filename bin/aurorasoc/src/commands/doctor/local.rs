//! What can be examined from outside the site.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aurora_codes::Code;
use aurora_events_engine::find_library;
use aurora_messages::{CheckOutcome, DoctorCheck};
use aurora_node::SiteConfig;
use aurora_tasks::chain;

use crate::instance;
use crate::output::bytes;

pub fn config(settings: &Result<SiteConfig, aurora_config::Error>) -> DoctorCheck {
    match settings {
        Ok(_) => good("configuration", "it can be read"),
        Err(error) => bad("configuration", chain(error), Code::ConfigInvalid),
    }
}

/// A site listens, but not to us.
pub fn unreachable(error: &aurora_client::Error) -> DoctorCheck {
    let code = match error {
        aurora_client::Error::NotAllowed { .. } => Some(Code::SocketRefused),
        _ => None,
    };
    check("site", CheckOutcome::Failure, chain(error), code)
}

/// Everything that a start would meet.
pub fn without_site(data_dir: &Path, config: &SiteConfig) -> Vec<DoctorCheck> {
    let mut checks = vec![site(data_dir), folder(data_dir), format(data_dir)];
    checks.extend(keys(data_dir));
    checks.push(disk(data_dir, config));
    checks.push(engine(config));
    checks.push(port("console port", config.console.listen));
    if config.ingest.http.enabled {
        checks.push(port("http ingest port", config.ingest.http.listen));
    }
    if config.edge.enabled {
        checks.push(port("edge port", config.edge.listen));
    }
    if config.syslog.enabled {
        checks.push(port("syslog port", config.syslog.listen));
        if config.syslog.tls.certificate.is_some() {
            checks.push(port("syslog TLS port", config.syslog.tls_listen));
        }
    }
    checks
}

fn site(data_dir: &Path) -> DoctorCheck {
    match instance::owner(data_dir) {
        Some(owner) => {
            let detail = format!("process {owner} owns the data directory but does not answer");
            bad("site", detail, Code::DataDirectoryLocked)
        }
        None => check(
            "site",
            CheckOutcome::Warning,
            "none runs here".to_owned(),
            Some(Code::NoSiteRunning),
        ),
    }
}

fn folder(data_dir: &Path) -> DoctorCheck {
    let shown = data_dir.display();
    if !instance::has_room_for_sockets(data_dir) {
        let detail = format!("`{shown}` is too long a path for a socket");
        return DoctorCheck {
            fix: Some("choose a shorter --data-dir".to_owned()),
            ..check("data directory", CheckOutcome::Failure, detail, None)
        };
    }
    match fs::metadata(data_dir) {
        Ok(about) if !about.is_dir() => check(
            "data directory",
            CheckOutcome::Failure,
            format!("`{shown}` is no directory"),
            None,
        ),
        Ok(_) => match rustix::fs::access(data_dir, rustix::fs::Access::WRITE_OK) {
            Ok(()) => good("data directory", format!("`{shown}` is writable")),
            Err(error) => {
                let detail = format!("`{shown}` is not writable: {error}");
                DoctorCheck {
                    fix: Some("run this as the user who runs the site".to_owned()),
                    ..check("data directory", CheckOutcome::Failure, detail, None)
                }
            }
        },
        Err(_) => good(
            "data directory",
            format!("`{shown}` will be made at the first start"),
        ),
    }
}

/// As the node reads it: a number, none in a directory that is new.
fn format(data_dir: &Path) -> DoctorCheck {
    match fs::read_to_string(data_dir.join("VERSION")) {
        Ok(text) if text.trim() == "1" => good("data format", "1, as this release writes it"),
        Ok(text) => {
            let detail = format!("`{}`, this release writes 1", text.trim());
            bad("data format", detail, Code::DataDirectoryNewer)
        }
        Err(_) => good("data format", "not written yet"),
    }
}

/// Files under `keys/` that others can read.
fn keys(data_dir: &Path) -> Vec<DoctorCheck> {
    let Ok(entries) = fs::read_dir(data_dir.join("keys")) else {
        return Vec::new();
    };
    let open = |entry: &fs::DirEntry| {
        entry
            .metadata()
            .is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o077 != 0)
    };
    entries
        .flatten()
        .filter(open)
        .map(|entry| {
            let detail = format!("`{}` can be read by others", entry.path().display());
            bad("keys", detail, Code::KeyPermissions)
        })
        .collect()
}

fn disk(data_dir: &Path, config: &SiteConfig) -> DoctorCheck {
    let there = data_dir
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"));
    let Ok(about) = rustix::fs::statvfs(there) else {
        return check(
            "disk",
            CheckOutcome::Warning,
            "free space is not known".to_owned(),
            None,
        );
    };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let detail = format!("{} free", bytes(free));
    if free > config.storage.reserve_bytes {
        return good("disk", detail);
    }
    bad("disk", detail, Code::DiskFull)
}

fn engine(config: &SiteConfig) -> DoctorCheck {
    if config.events.store != "embedded" {
        return good(
            "event engine",
            format!("not needed: events go to {}", config.events.store),
        );
    }
    match find_library(config.events.engine_library.as_deref()) {
        Ok(path) => good("event engine", path.display().to_string()),
        Err(error) => bad("event engine", chain(&error), Code::EngineMissing),
    }
}

fn port(name: &str, address: SocketAddr) -> DoctorCheck {
    match TcpListener::bind(address) {
        Ok(_) => good(name, format!("{address} is free")),
        Err(error) => bad(name, format!("{address}: {error}"), Code::PortInUse),
    }
}

fn good(name: &str, detail: impl Into<String>) -> DoctorCheck {
    check(name, CheckOutcome::Ok, detail.into(), None)
}

fn bad(name: &str, detail: String, code: Code) -> DoctorCheck {
    check(name, CheckOutcome::Failure, detail, Some(code))
}

fn check(name: &str, outcome: CheckOutcome, detail: String, code: Option<Code>) -> DoctorCheck {
    DoctorCheck {
        name: name.to_owned(),
        outcome,
        detail,
        fix: code.map(|code| code.fix().to_owned()),
        code: code.map(|code| code.to_string()),
    }
}
