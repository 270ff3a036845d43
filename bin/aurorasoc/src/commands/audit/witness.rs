use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use aurora_audit::note::Signature;
use aurora_audit::witness::{AddCheckpoint, Refusal};
use aurora_audit::{Signed, VerifierKey};
use aurora_audit_sequencer::keep_cosignature;
use aurora_audit_witness::{Cosigned, Error, Witness as Cosigner, routes};
use aurora_clock::SystemClock;
use aurora_disk::RealDisk;
use aurora_tasks::Shutdown;
use clap::Args;
use tokio::net::TcpListener;

use super::place::{self, Found, Place};
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{Ink, Line};

/// Connections at a time; the others wait.
const CONNECTIONS: usize = 64;

/// Cosign other sites' logs when they continue what was seen of them, or keep such a cosignature
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit witness --listen 0.0.0.0:9444 --log site-a.vkey --state /srv/witness --name peer.example/w\n  \
    aurorasoc audit witness /mnt/site-a --key site-a.vkey --state /srv/witness --name peer.example/w\n  \
    aurorasoc audit witness --add cosigned --by peer.vkey\n\n\
    The first form answers sites over HTTP (C2SP tlog-witness) until it is ended; a site asks it with the\n\
    setting `audit.witnesses`. The second one looks at a folder and prints the checkpoint with the\n\
    cosignature, and the witness's verifier key on standard error. The state folder keeps the witness's own\n\
    key and what it has seen of each log. The third one, at the site, keeps a cosignature beside the log.\n\n\
    Exit code 2 when the log was rolled back or forked: nothing is signed.")]
pub struct Witness {
    #[command(flatten)]
    place: Place,
    /// The witness's own folder
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "add",
        requires = "name"
    )]
    state: Option<PathBuf>,
    /// The witness's name, such as a host and a path; one key has one name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Answer sites at this address and port, over HTTP
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["dir", "key", "add"], requires_all = ["state", "log"])]
    listen: Option<SocketAddr>,
    /// A log's verifier key, or a file with it, that is cosigned with --listen; may be repeated
    #[arg(long, value_name = "VKEY", requires = "listen")]
    log: Vec<String>,
    /// A cosigned checkpoint of this log, to be kept beside it
    #[arg(long, value_name = "FILE", conflicts_with = "state", requires = "by")]
    add: Option<PathBuf>,
    /// The verifier key of the witness who cosigned it, or a file with it
    #[arg(long, value_name = "VKEY")]
    by: Option<String>,
}

pub async fn run(wanted: &Witness, app: &mut App) -> anyhow::Result<Exit> {
    let name = wanted.name.as_deref().unwrap_or_default();
    match (&wanted.state, &wanted.add) {
        (Some(state), _) => match wanted.listen {
            Some(address) => serve(address, state, name, &wanted.log, app).await,
            None => cosign(&wanted.place.find(app)?, state, name, app),
        },
        (None, Some(file)) => {
            let by = place::key(wanted.by.as_deref().unwrap_or_default())?;
            keep(&wanted.place.find(app)?, file, &by, app)
        }
        (None, None) => Err(Failure::usage("give --state and --name, or --add and --by").into()),
    }
}

async fn serve(
    address: SocketAddr,
    state: &Path,
    name: &str,
    logs: &[String],
    app: &mut App,
) -> anyhow::Result<Exit> {
    let logs = logs.iter().map(|text| place::key(text));
    let witness = Arc::new(Cosigner::open(
        state,
        name,
        &logs.collect::<Result<Vec<_>, _>>()?,
    )?);
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    let mut interrupt = Interrupt::new()?;
    app.screen
        .line(format!("witness  {}", witness.key()).as_str())?;
    app.screen
        .line(format!("at       http://{}", listener.local_addr()?).as_str())?;
    let (router, ending) = (
        routes(witness, Arc::new(SystemClock::new())),
        Shutdown::new(),
    );
    let serving = aurora_api::serve(listener, router, CONNECTIONS, ending.clone());
    let ended = async {
        interrupt.came().await;
        ending.cancel();
    };
    tokio::join!(serving, ended);
    Ok(Exit::Ok)
}

fn cosign(found: &Found, state: &Path, name: &str, app: &mut App) -> anyhow::Result<Exit> {
    let witness = Cosigner::open(state, name, std::slice::from_ref(&found.key))?;
    let head = found.folder.head(&found.key)?;
    let old = witness.seen(&found.key).map_or(0, |seen| seen.size);
    let size = head.checkpoint.size;
    let proof = match old <= size {
        true => aurora_audit::proof::consistency(&found.folder.tree(size), old, size)?,
        false => Vec::new(),
    };
    let request = AddCheckpoint {
        old,
        proof,
        checkpoint: head.note.to_string(),
    };
    match witness.add(&request, app.now()) {
        Ok(Cosigned { note, .. }) => app.screen.verbatim(&note.to_string())?,
        Err(Error::Refused(refusal)) => return refuse(&refusal, old, size, app),
        Err(error) => return Err(error.into()),
    }
    tell_key(witness.key())?;
    Ok(Exit::Ok)
}

/// The verifier key, beside the result.
fn tell_key(own: &VerifierKey) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stderr().lock(), "{own}")
}

fn refuse(refusal: &Refusal, old: u64, size: u64, app: &mut App) -> anyhow::Result<Exit> {
    let why = match refusal {
        Refusal::Backwards => {
            format!("it had {old} entries and now has {size}: it was rolled back")
        }
        refusal => refusal.to_string(),
    };
    let line = Line::new()
        .ink(Ink::BoldRed, "tampered")
        .plain(format!("  {why}; nothing is signed"));
    app.screen.line(line)?;
    Ok(Exit::Tampered)
}

fn keep(found: &Found, file: &Path, by: &VerifierKey, app: &mut App) -> anyhow::Result<Exit> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let cosigned = Signed::open(&bytes, &found.key)?;
    let head = found.folder.head(&found.key)?;
    found
        .folder
        .continues(&cosigned.checkpoint, &head.checkpoint)?;
    let mine = |line: &&Signature| line.name == by.name() && line.id == by.id();
    let signature = cosigned.note.signatures.iter().find(mine).cloned();
    let signature = signature.ok_or_else(|| {
        Failure::not_found(format!(
            "`{}` has no cosignature of {}",
            file.display(),
            by.name()
        ))
    })?;
    let disk = RealDisk::new(&found.path)?;
    keep_cosignature(&disk, &found.folder, &found.key, &cosigned, signature, by)?;
    let size = cosigned.checkpoint.size;
    app.screen
        .line(format!("{} vouches for the first {size} entries.", by.name()).as_str())?;
    Ok(Exit::Ok)
}
