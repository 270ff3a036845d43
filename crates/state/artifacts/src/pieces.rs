//! Files that are worked through piece by piece, so that neither memory nor the disk is taken by one.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use tokio::time::Instant;

use crate::{Digest, Digester, Pace};

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// Folds a file's pieces, on threads that may block; between them the pace is kept.
///
/// # Errors
/// When the file cannot be read, or the step's own.
pub async fn each_piece<T: Send + 'static>(
    file: &Path,
    pace: Pace,
    mut state: T,
    step: fn(&mut T, &[u8]) -> io::Result<()>,
) -> io::Result<T> {
    let file = file.to_owned();
    let mut file = blocking(move || File::open(file)).await?;
    let (started, mut done) = (Instant::now(), 0);
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        (file, piece, state) = blocking(move || {
            piece.clear();
            (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
            step(&mut state, &piece)?;
            Ok((file, piece, state))
        })
        .await?;
        if piece.is_empty() {
            return Ok(state);
        }
        done += piece.len() as u64;
        tokio::time::sleep_until(started + pace.time(done)).await;
    }
}

/// The digest of a file, worked out no faster than `pace` says.
///
/// # Errors
/// When the file cannot be read.
pub async fn digest_of(file: &Path, pace: Pace) -> io::Result<Digest> {
    let add = |digester: &mut Digester, piece: &[u8]| {
        digester.add(piece);
        Ok(())
    };
    let digester = each_piece(file, pace, Digester::default(), add).await?;
    Ok(digester.finish())
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await?
}
