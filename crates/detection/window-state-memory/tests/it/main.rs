//! The port's suite, over memory.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use aurora_window_state::testkit::Stand;
use aurora_window_state::{WindowStore, conformance};
use aurora_window_state_memory::MemoryWindows;

struct Memory {
    store: MemoryWindows,
    folder: tempfile::TempDir,
}

impl Memory {
    fn new() -> Self {
        Self {
            store: MemoryWindows::new(),
            folder: tempfile::tempdir().unwrap(),
        }
    }
}

impl Stand for Memory {
    fn open(&self) -> Arc<dyn WindowStore> {
        Arc::new(self.store.clone())
    }

    fn elsewhere(&self) -> Arc<dyn WindowStore> {
        Arc::new(MemoryWindows::new())
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

conformance!(Memory::new());
