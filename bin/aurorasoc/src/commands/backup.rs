use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_node::backup::{self, Keys};
use clap::Args;

use crate::app::App;
use crate::args::Ports;
use crate::exit::Exit;
use crate::output::{bytes, count};

/// Take a backup of the site into a folder, running or not
///
/// Records, events, artifacts, rules and what is on its way are taken as they are at one moment; the
/// site works on. A backup that was cut short is taken up again by the same command. The keys are in it
/// only under a passphrase: without them nobody can restore the site.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc backup /mnt/backups/monday --passphrase-file /root/passphrase\n  \
    aurorasoc backup /mnt/backups/monday")]
pub struct Backup {
    /// A new folder
    #[arg(value_name = "DIR")]
    into: PathBuf,
    /// File with the passphrase for the keys, in one line
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Make the site of a backup anew
///
/// The data directory must be empty or not there, and so must be the records store that the settings
/// choose. Every file is compared with its digest. Restoring that was cut short is taken up again by the
/// same command.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc restore /mnt/backups/monday --passphrase-file /root/passphrase\n  \
    aurorasoc restore /mnt/backups/monday --keys /root/keys-of-the-site")]
pub struct Restore {
    /// The folder of the backup
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// File with the passphrase under which the keys are in the backup
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "keys",
        conflicts_with = "keys"
    )]
    passphrase_file: Option<PathBuf>,
    /// A copy of the site's folder `keys` that was kept elsewhere
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Copy the records of a site that is stopped to another store
///
/// `--to` is what `records.store` will be from then on. Everything is read back and compared; the former
/// store stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc migrate --to postgres://aurora@db.example/aurora\n  \
    aurorasoc migrate --to embedded --set records.store=postgres://aurora@db.example/aurora")]
pub struct Migrate {
    /// `embedded`, or the address of a PostgreSQL database
    #[arg(long, value_name = "STORE")]
    to: String,
    /// File with the database's password, instead of one in the address
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub async fn take(take: Backup, app: &mut App) -> anyhow::Result<Exit> {
    let config = app.settings.site(&Ports::default())?;
    let passphrase = take
        .passphrase_file
        .as_deref()
        .map(passphrase)
        .transpose()?;
    let (root, into) = (&app.settings.data_dir, &take.into);
    let taken = backup::take(&config, root, into, passphrase.as_ref()).await?;
    app.screen.line(format!(
        "{} files, {}, and {} records are in {}.",
        count(taken.files as u64),
        bytes(taken.bytes),
        count(taken.entries),
        into.display()
    ))?;
    if taken.known > 0 {
        let known = count(taken.known as u64);
        app.screen
            .line(format!("{known} files were there from an earlier try."))?;
    }
    for store in &taken.elsewhere {
        app.screen
            .line(format!("Not in it, as it keeps its own: {store}"))?;
    }
    if !taken.keys {
        let keys = app.settings.data_dir.join("keys");
        app.screen.line(format!(
            "The keys are not in it: keep a copy of {} in a safe place. Nobody restores the site without \
             them.",
            keys.display()
        ))?;
    }
    Ok(Exit::Ok)
}

pub async fn restore(restore: Restore, app: &mut App) -> anyhow::Result<Exit> {
    let config = app.settings.site(&Ports::default())?;
    let keys = match (&restore.passphrase_file, restore.keys) {
        (Some(file), _) => Keys::Sealed(passphrase(file)?),
        (None, folder) => Keys::Folder(folder.context("want --passphrase-file or --keys")?),
    };
    let root = &app.settings.data_dir;
    let (files, entries) = backup::restore(&config, root, &restore.from, &keys).await?;
    let up = app.command("up");
    app.screen.line(format!(
        "{} files and {} records are in place. Start the site: {up}",
        count(files as u64),
        count(entries)
    ))?;
    Ok(Exit::Ok)
}

pub async fn migrate(migrate: Migrate, app: &mut App) -> anyhow::Result<Exit> {
    let from = app.settings.site(&Ports::default())?;
    let mut to = from.clone();
    to.records.store = migrate.to.into();
    to.records.password_file = migrate.password_file;
    let copied = backup::migrate(&from, &to, &app.settings.data_dir).await?;
    app.screen.line(format!(
        "{} records are the same in both stores. Set records.store to {} before the next start.",
        count(copied),
        to.records.store
    ))?;
    Ok(Exit::Ok)
}

fn passphrase(file: &Path) -> anyhow::Result<aurora_secrets::Secret<String>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the passphrase in `{}`", file.display()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(
        text.chars().count() >= 12,
        "the passphrase in `{}` is too short: want 12 characters or more",
        file.display()
    );
    Ok(aurora_secrets::Secret::new(text.to_owned()))
}
