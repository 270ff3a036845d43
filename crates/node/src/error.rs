use std::path::PathBuf;

use aurora_codes::Code;

/// Why a site did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot use the data directory `{}`", path.display())]
    DataDir {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot use the data directory `{}`: process {owner} owns it", path.display())]
    Locked { path: PathBuf, owner: String },
    #[error("cannot use the data directory `{}`: its format is {found}, this release knows up to {known}", path.display())]
    NewerData {
        path: PathBuf,
        found: String,
        known: u32,
    },
    #[error("there is no site in `{}`, hence nothing to copy; name the data directory of one with --data-dir", path.display())]
    NoSite { path: PathBuf },
    #[error("cannot work beside the site in `{}`: there is none; start it with `aurorasoc up --bus nats`", path.display())]
    NothingBeside { path: PathBuf },
    #[error("cannot take a backup into `{}`: it holds one already; name another folder", path.display())]
    BackupThere { path: PathBuf },
    #[error("cannot restore into `{}`: it is not empty; move the site away first, with its data", path.display())]
    SiteThere { path: PathBuf },
    #[error("cannot use the data directory `{}`: restoring it was cut short; run the same `aurorasoc restore` again", path.display())]
    HalfRestored { path: PathBuf },
    #[error(
        "these are the keys of site {found}, and the backup is of site {wanted}; name the folder with its keys"
    )]
    OtherKeys { found: String, wanted: String },
    #[error(
        "the records that were read back are not those that were copied; the former store is as it was"
    )]
    NotTheSame,
    #[error("cannot go on with the backup")]
    Backup(#[from] aurora_backup::Error),
    #[error("cannot keep the audit log")]
    Audit(#[source] aurora_disk::Error),
    #[error("cannot ask the witnesses of the audit log")]
    Witness(#[from] aurora_audit_witness::Error),
    #[error("cannot use the site's keys")]
    Keys(#[from] aurora_secrets::Error),
    #[error("cannot open the site's authority")]
    Authority(#[from] aurora_site_ca::Error),
    #[error("cannot tell a collector of OpenTelemetry anything")]
    Otlp(#[from] aurora_otlp::Error),
    #[error("cannot open the bus")]
    Bus(#[from] aurora_bus::Error),
    #[error("cannot open the records store")]
    Records(#[from] aurora_records::Error),
    #[error("cannot open the artifact store")]
    Artifacts(#[from] aurora_artifacts::Error),
    #[error("cannot set up notifications")]
    Notify(#[from] aurora_notify::Error),
    #[error("cannot open the indicator sets")]
    Indicators(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot open the window state")]
    WindowState(#[from] aurora_window_state::Error),
    #[error("cannot open the event store")]
    Events(#[from] aurora_events::Error),
    #[error("cannot start the event engine")]
    Engine(#[from] aurora_events_engine::Error),
    #[error("cannot prepare the parsers")]
    Parsers(#[from] aurora_parsers::Error),
    #[error("cannot load rules from `{}`", path.display())]
    Rules {
        path: PathBuf,
        source: aurora_rules::Error,
    },
    #[error("cannot open the ledger")]
    Ledger(#[from] aurora_ledger::Error),
    #[error("cannot start a listener")]
    Listener(#[from] aurora_listeners::Error),
    #[error("cannot serve the console")]
    Console(#[from] aurora_api::Error),
    #[error("cannot read the policies that decide who may do what")]
    Permissions(#[from] aurora_permissions_cedar::Error),
    #[error("cannot open accounts")]
    People(#[from] aurora_people::Error),
    #[error("cannot ask the provider of identities")]
    Oidc(#[from] aurora_people_oidc::Error),
    #[error("cannot open the store of short-lived values")]
    Ephemeral(#[from] aurora_ephemeral::Error),
    #[error("cannot use `{value}` as `{key}`: {reason}")]
    Config {
        key: &'static str,
        value: String,
        reason: String,
    },
    #[error("cannot federate with other sites")]
    Federation(#[from] aurora_federation_service::Error),
    #[error("cannot have direct links with other sites")]
    DirectLinks(#[from] aurora_federation_direct::Error),
    #[error("cannot reach other sites over NATS leafnodes")]
    Leafnodes(#[from] aurora_federation_leafnodes::Error),
    #[error("cannot collect")]
    Collector(#[from] aurora_collector::Error),
    #[error("cannot use the program `{}`", path.display())]
    Program {
        path: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("a process beside a site takes some of its work: name other roles than `api`")]
    NoRole,
    #[error("a part of the site failed")]
    Task(#[from] aurora_tasks::Failed),
}

impl Error {
    /// The page that tells an operator what to do.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Locked { .. } => Some(Code::DataDirectoryLocked),
            Self::NewerData { .. }
            | Self::Records(aurora_records::Error::NewerFormat { .. })
            | Self::WindowState(aurora_window_state::Error::NewerFormat { .. }) => {
                Some(Code::DataDirectoryNewer)
            }
            Self::Listener(aurora_listeners::Error::Bind { .. })
            | Self::Console(aurora_api::Error::Listen { .. }) => Some(Code::PortInUse),
            Self::Console(aurora_api::Error::NoAdministrator { .. }) => Some(Code::NoAdministrator),
            Self::Engine(_) => Some(Code::EngineMissing),
            Self::Keys(aurora_secrets::Error::Permissions { .. }) => Some(Code::KeyPermissions),
            Self::Config { .. } | Self::Notify(_) | Self::Oidc(_) => Some(Code::ConfigInvalid),
            _ => None,
        }
    }
}
