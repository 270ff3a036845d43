use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use aurora_audit::note::Signature;
use aurora_audit::witness::{AddCheckpoint, Refusal, judge};
use aurora_audit::{CHECKPOINT, Folder, KEY, KeyKind, Signed, VerifierKey};
use aurora_audit_sequencer::keep_cosignature;
use aurora_disk::RealDisk;
use aurora_ids::Derive;
use aurora_secrets::{Keyring, Purpose};
use clap::Args;

use super::place::{self, Found, Place};
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Ink, Line};

/// Cosign another site's log when it continues what was seen of it, or keep such a cosignature
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit witness /mnt/site-a --key site-a.vkey --state /srv/witness --name peer.example/w\n  \
    aurorasoc audit witness --add cosigned --by peer.vkey\n\n\
    The first form prints the checkpoint with the cosignature, and the witness's verifier key on\n\
    standard error; its state folder keeps its own key and what it has seen of each log. The second\n\
    one, at the site, keeps it beside the log.\n\n\
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
    /// A cosigned checkpoint of this log, to be kept beside it
    #[arg(long, value_name = "FILE", conflicts_with = "state", requires = "by")]
    add: Option<PathBuf>,
    /// The verifier key of the witness who cosigned it, or a file with it
    #[arg(long, value_name = "VKEY")]
    by: Option<String>,
}

pub fn run(wanted: &Witness, app: &mut App) -> anyhow::Result<Exit> {
    let found = wanted.place.find(app)?;
    match (&wanted.state, &wanted.add) {
        (Some(state), _) => {
            let name = wanted.name.as_deref().unwrap_or_default();
            cosign(&found, state, name, app)
        }
        (None, Some(file)) => {
            let by = place::key(wanted.by.as_deref().unwrap_or_default())?;
            keep(&found, file, &by, app)
        }
        (None, None) => Err(Failure::usage("give --state and --name, or --add and --by").into()),
    }
}

/// What this witness has of a log.
struct Seen {
    disk: RealDisk,
    head: Option<Signed>,
}

impl Seen {
    fn of(state: &Path, log: &VerifierKey) -> anyhow::Result<Self> {
        let name = Derive::new("aurora.audit.witness.v1")
            .part(log.to_string())
            .finish();
        let disk = RealDisk::new(state.join("logs").join(name.to_string()))?;
        let bytes = Folder::new(Arc::new(disk.clone())).read(CHECKPOINT)?;
        let head = bytes.map(|bytes| Signed::open(&bytes, log)).transpose()?;
        Ok(Self { disk, head })
    }

    fn keep(&self, log: &VerifierKey, head: &Signed) -> anyhow::Result<()> {
        let write = |name: &str, text: String| {
            aurora_disk::write_atomic(&self.disk, Path::new(name), text.as_bytes())
        };
        write(KEY, format!("{log}\n"))?;
        Ok(write(CHECKPOINT, head.note.to_string())?)
    }
}

fn cosign(found: &Found, state: &Path, name: &str, app: &mut App) -> anyhow::Result<Exit> {
    // Made with its parents; the keys in it are for its owner only.
    RealDisk::new(state)?;
    let signer = Keyring::open(&state.join("keys"))?.signer_of(Purpose::AuditWitness);
    let own = VerifierKey::new(name, KeyKind::Cosignature, signer.public_key())?;
    let seen = Seen::of(state, &found.key)?;
    let head = found.folder.head(&found.key)?;
    let before = seen.head.as_ref().map(|head| &head.checkpoint);
    let old = before.map_or(0, |head| head.size);
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
    let signed = match judge(&request, &found.key, before) {
        Ok(signed) => signed,
        Err(refusal) => return refuse(&refusal, old, size, app),
    };
    seen.keep(&found.key, &signed)?;
    let mut note = signed.note;
    note.cosign(name, &signer, u64::try_from(app.now().as_millis() / 1000)?)?;
    app.screen.verbatim(&note.to_string())?;
    tell_key(&own)?;
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
