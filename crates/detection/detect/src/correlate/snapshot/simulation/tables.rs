//! A window store as RocksDB is one: tables with numbers, written once; a checkpoint that is made beside
//! its final name; numbers that go on from those of a checkpoint, in every store that took it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use aurora_model::Shard;
use aurora_window_state::{Batch, Error, Head, Outgoing, Stats, WindowStore};
use serde::{Deserialize, Serialize};

/// Sessions of all stores: no two of them write the same table.
static SESSIONS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[derive(Debug, Default)]
pub(super) struct Tables(Mutex<State>);

#[derive(Clone, Debug, Default)]
struct State {
    tables: BTreeMap<u64, String>,
    /// The number of the next table.
    next: u64,
    session: u64,
    /// The last write, of a part that is had.
    last: Option<u64>,
    /// The process dies after so many files of the next checkpoint.
    dies_after: Option<usize>,
}

/// As it stands in a checkpoint.
#[derive(Serialize, Deserialize)]
struct Listed {
    tables: Vec<u64>,
    next: u64,
    last: Option<u64>,
}

impl Tables {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// As when a process opens the store.
    pub(super) fn reopen(&self) {
        let mut state = self.state();
        state.session = SESSIONS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        state.dies_after = None;
    }

    pub(super) fn write(&self, number: u64) {
        let mut state = self.state();
        state.last = Some(number);
        let text = format!("session {} wrote {number}", state.session);
        state.add(text);
    }

    /// All tables become one.
    pub(super) fn merge(&self) {
        let mut state = self.state();
        let all: Vec<String> = std::mem::take(&mut state.tables).into_values().collect();
        let text = format!("session {} merged {}", state.session, all.join(", "));
        state.add(text);
    }

    pub(super) fn die_after(&self, files: usize) {
        self.state().dies_after = Some(files);
    }

    pub(super) fn last(&self) -> Option<u64> {
        self.state().last
    }
}

impl State {
    fn add(&mut self, text: String) {
        self.next += 1;
        self.tables.insert(self.next, text);
    }
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Damaged(error.to_string())
}

fn name(number: u64) -> String {
    format!("{number:06}.sst")
}

impl WindowStore for Tables {
    fn head(&self, _: Shard) -> Result<Option<Head>, Error> {
        let head = |offset| Head {
            offset,
            ..Head::default()
        };
        Ok(self.state().last.map(head))
    }

    fn checkpoint(&self, to: &Path) -> Result<(), Error> {
        let mut state = self.state();
        let dies_after = state.dies_after.take().unwrap_or(usize::MAX);
        let staged = to.join("db.tmp");
        std::fs::create_dir(to).map_err(Error::storage)?;
        std::fs::create_dir(&staged).map_err(Error::storage)?;
        let listed = Listed {
            tables: state.tables.keys().copied().collect(),
            next: state.next,
            last: state.last,
        };
        let listed = serde_json::to_string(&listed).unwrap();
        let tables = state.tables.iter();
        let tables = tables.map(|(number, text)| (name(*number), text.clone()));
        let files = tables.chain([("MANIFEST".to_owned(), listed)]);
        for (written, (name, text)) in files.enumerate() {
            if written == dies_after {
                return Err(damaged("it dies"));
            }
            std::fs::write(staged.join(name), text).map_err(Error::storage)?;
        }
        std::fs::rename(staged, to.join("db")).map_err(Error::storage)
    }

    fn adopt(&self, from: &Path, _: &[Shard]) -> Result<(), Error> {
        let text = std::fs::read(from.join("db/MANIFEST")).map_err(damaged)?;
        let listed: Listed = serde_json::from_slice(&text).map_err(damaged)?;
        let read = |number: &u64| {
            let text = std::fs::read_to_string(from.join("db").join(name(*number)));
            text.map(|text| (*number, text))
        };
        let tables: Result<_, _> = listed.tables.iter().map(read).collect();
        let mut state = self.state();
        state.tables = tables.map_err(damaged)?;
        (state.next, state.last) = (listed.next, listed.last);
        Ok(())
    }

    fn forget(&self, _: &[Shard]) -> Result<(), Error> {
        // What is gone is still in tables, under a mark that says so.
        let mut state = self.state();
        state.last = None;
        let text = format!("session {} forgot", state.session);
        state.add(text);
        Ok(())
    }

    fn open(&self, shard: Shard, _: u64) -> Result<Head, Error> {
        Ok(self.head(shard)?.unwrap_or_default())
    }

    fn load(&self, _: Shard, _: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error> {
        Ok(())
    }

    fn commit(&self, _: &[Batch]) -> Result<(), Error> {
        Ok(())
    }

    fn outbox(&self, _: Shard, _: u64, _: usize) -> Result<Vec<Outgoing>, Error> {
        Ok(Vec::new())
    }

    fn stats(&self) -> Result<Stats, Error> {
        Ok(Stats::default())
    }
}
