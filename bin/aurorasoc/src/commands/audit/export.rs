use std::path::{Path, PathBuf};

use aurora_audit::{Folder, KEY, Kept, Kind, Record, Signed, bundle};
use aurora_disk::{Disk as _, Open, RealDisk};
use clap::Args;

use super::place::{Found, Place};
use super::tell;
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Copy the log as it is at its newest checkpoint, or print its records
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit export --to /mnt/usb/site-a\n  \
    aurorasoc audit export --jsonl | jq 'select(.action.name == \"alert.close\")'\n\n\
    The site may run meanwhile. The copy is verified; exit codes as those of `aurorasoc audit verify`.")]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// The folder to copy to; it must be empty or missing
    #[arg(long, value_name = "DIR", required_unless_present = "jsonl")]
    to: Option<PathBuf>,
    /// Print the records instead, a JSON document a line
    #[arg(long, conflicts_with = "to")]
    jsonl: bool,
}

pub fn run(wanted: &Export, app: &mut App) -> anyhow::Result<Exit> {
    let found = wanted.place.find(app)?;
    let head = found.folder.head(&found.key)?;
    let Some(to) = &wanted.to else {
        print(&found.folder, head.checkpoint.size, app)?;
        return Ok(Exit::Ok);
    };
    if to.exists() && std::fs::read_dir(to)?.next().is_some() {
        let text = format!("`{}` is not empty", to.display());
        return Err(Failure::usage(text)
            .fix("give a folder that does not exist")
            .into());
    }
    let copy = RealDisk::new(to)?;
    copy_all(&found, &head, &copy)?;
    let found = Found {
        path: to.clone(),
        folder: Folder::new(std::sync::Arc::new(copy)),
        ..found
    };
    let policy = aurora_audit::Policy::of(found.key.clone());
    let report = aurora_audit::verify(&found.folder, &policy)?;
    tell::report(&found, &report, false, app)
}

/// The checkpoint last, as the log itself is written.
fn copy_all(found: &Found, head: &Signed, copy: &RealDisk) -> anyhow::Result<()> {
    let size = head.checkpoint.size;
    for tile in Kind::of(size).flat_map(|kind| kind.tiles(size)) {
        write(copy, &tile.to_string(), &found.folder.exact(tile)?)?;
    }
    for (path, bytes) in found.folder.cosigned()? {
        if Signed::open(&bytes, &found.key)?.checkpoint.size <= size {
            write(copy, &path, &bytes)?;
        }
    }
    write(copy, KEY, format!("{}\n", found.key).as_bytes())?;
    write(
        copy,
        aurora_audit::CHECKPOINT,
        head.note.to_string().as_bytes(),
    )
}

fn write(copy: &RealDisk, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = Path::new(path);
    if let Some(folder) = path.parent() {
        copy.create_dir_all(folder)?;
    }
    let file = copy.open(path, Open::CreateNew)?;
    file.write_at(bytes, 0)?;
    Ok(file.sync()?)
}

fn print(folder: &Folder, size: u64, app: &mut App) -> anyhow::Result<()> {
    for tile in Kind::Records.tiles(size) {
        let bytes = folder.exact(tile)?;
        for kept in bundle::decode_records(&bytes, tile.width)? {
            if let Kept::Whole { record, .. } = kept {
                app.screen.json(&Record::decode(record)?.decision)?;
            }
        }
    }
    Ok(())
}
