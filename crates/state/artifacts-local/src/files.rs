//! Whole files in and out: linked where the file system can, else copied piece by piece, so that
//! neither the disk nor its cache is taken by one large file.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use aurora_artifacts::{Pace, each_piece};

/// Bytes of a copy that may wait in memory to be written: the sync of another file may have to wait
/// for all of them.
const UNSYNCED: usize = 8 << 20;

/// A file under a second name below `root`, in place of what stands there, durably.
pub(crate) async fn keep(file: &Path, place: &Path, root: &Path, pace: Pace) -> io::Result<()> {
    let (from, to, root) = (file.to_owned(), place.to_owned(), root.to_owned());
    let is_linked = blocking(move || {
        // What is linked is durable already if its writer saw to it; then this costs nothing.
        File::open(&from)?.sync_data()?;
        make_folder(&to, &root)?;
        let is_linked = match std::fs::hard_link(&from, &to) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => link_over(&from, &to),
            linked => Ok(or_not(linked)?),
        };
        sync_folder(&to)?;
        is_linked
    });
    if is_linked.await? {
        return Ok(());
    }
    let (draft, copy) = at_draft(place, |draft| File::create_new(draft))?;
    let copied = copy_to(file, copy, pace).await;
    let (from, to) = (draft.clone(), place.to_owned());
    let renamed = match copied {
        Ok(()) => {
            blocking(move || std::fs::rename(&from, &to).and_then(|()| sync_folder(&to))).await
        }
        failed => failed,
    };
    if renamed.is_err() {
        // It counts for nothing; what can be done about it was tried.
        std::fs::remove_file(draft).ok();
    }
    renamed
}

/// A kept file under another name, which must be free.
pub(crate) async fn give(file: &Path, to: &Path) -> io::Result<()> {
    let (from, link) = (file.to_owned(), to.to_owned());
    if blocking(move || or_not(std::fs::hard_link(from, link))).await? {
        return Ok(());
    }
    copy_to(file, File::create_new(to)?, Pace::FREE).await
}

/// Whether a link could be made; an error that a copy would meet as well stays one.
fn or_not(linked: io::Result<()>) -> io::Result<bool> {
    match linked {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::CrossesDevices
            | ErrorKind::Unsupported
            | ErrorKind::PermissionDenied
            | ErrorKind::TooManyLinks => Ok(false),
            _ => Err(error),
        },
    }
}

/// A link in place of what stands there, which may be damaged.
fn link_over(from: &Path, to: &Path) -> io::Result<bool> {
    let linked = at_draft(to, |draft| or_not(std::fs::hard_link(from, draft)));
    let (draft, is_linked) = linked?;
    if is_linked {
        std::fs::rename(&draft, to)?;
        // Two names of one file are left as they are by a rename (`rename(2)`).
        match std::fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(is_linked)
}

/// Makes something under a name beside `place` that is free.
fn at_draft<T>(place: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let mut number = 0_u32;
    loop {
        let mut name = place.as_os_str().to_owned();
        name.push(format!("#{number}"));
        let draft = PathBuf::from(name);
        match make(&draft) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return Ok((draft, made?)),
        }
    }
}

/// The folder of `place`, with those above it up to `root`.
fn make_folder(place: &Path, root: &Path) -> io::Result<()> {
    let Some(folder) = place.parent().filter(|folder| !folder.is_dir()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)?;
    for made in folder
        .ancestors()
        .take_while(|it| it.starts_with(root) && *it != root)
    {
        sync_folder(made)?;
    }
    Ok(())
}

/// Makes the name of `place` durable.
fn sync_folder(place: &Path) -> io::Result<()> {
    place
        .parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

async fn copy_to(from: &Path, to: File, pace: Pace) -> io::Result<()> {
    let write = |(to, unsynced): &mut (File, usize), piece: &[u8]| {
        to.write_all(piece)?;
        *unsynced += piece.len();
        if *unsynced >= UNSYNCED {
            *unsynced = 0;
            to.sync_data()?;
        }
        Ok(())
    };
    let (to, _) = each_piece(from, pace, (to, 0), write).await?;
    blocking(move || to.sync_all()).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await?
}
