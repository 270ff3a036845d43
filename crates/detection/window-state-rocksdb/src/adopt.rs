//! Taking shards over from a checkpoint.

use std::sync::Arc;

use aurora_model::{SHARDS, Shard};
use aurora_window_state::Error;
use rocksdb::{DB, WriteBatch};

use crate::store::{Options, durable, range, tuned};
use crate::{RocksWindows, files, layout};

/// Keys and values written at a time.
const PIECE_BYTES: usize = 8 << 20;

impl RocksWindows {
    /// An empty store becomes the checkpoint, without copying its tables.
    pub(crate) fn replace_with(
        &self,
        from: &std::path::Path,
        shards: &[Shard],
    ) -> Result<Arc<DB>, Error> {
        let (current, draft) = (files::database(self.root()), files::draft(self.root()));
        let db = self.replace(|| {
            files::copy(&files::database(from), &draft).map_err(Error::storage)?;
            std::fs::remove_dir_all(&current).map_err(Error::storage)?;
            std::fs::rename(&draft, &current).map_err(Error::storage)
        })?;
        let others = (0..SHARDS).map(Shard::numbered);
        for shard in others.filter(|shard| !shards.contains(shard)) {
            clear(&db, shard)?;
        }
        Ok(db)
    }

    /// Copies shards, each without a head until all of it is there.
    pub(crate) fn copy_from(
        &self,
        from: &std::path::Path,
        shards: &[Shard],
    ) -> Result<Arc<DB>, Error> {
        let db = self.db()?;
        let mut options = tuned(Options::default());
        options.create_if_missing(false);
        let source = DB::open_for_read_only(&options, files::database(from), false);
        let source = source.map_err(|error| Error::Damaged(error.to_string()))?;
        for shard in shards {
            clear(&db, *shard)?;
            copy(&source, &db, *shard)?;
        }
        Ok(db)
    }
}

fn clear(db: &DB, shard: Shard) -> Result<(), Error> {
    let mut batch = WriteBatch::default();
    let (from, until) = layout::all(shard);
    batch.delete_range(from, until);
    db.write_opt(batch, &durable()).map_err(Error::storage)
}

fn copy(source: &DB, to: &DB, shard: Shard) -> Result<(), Error> {
    let name = layout::head(shard);
    let Some(head) = source.get(&name).map_err(Error::storage)? else {
        return Ok(());
    };
    let mut piece = WriteBatch::default();
    let mut found = range(source, layout::all(shard));
    while let Some((key, value)) = found.item() {
        if key != name {
            piece.put(key, value);
        }
        found.next();
        if piece.size_in_bytes() > PIECE_BYTES {
            to.write(std::mem::take(&mut piece))
                .map_err(Error::storage)?;
        }
    }
    found.status().map_err(Error::storage)?;
    piece.put(name, head);
    to.write_opt(piece, &durable()).map_err(Error::storage)
}
