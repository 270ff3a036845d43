use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Book;

/// Reads the book. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Handle {
    book: Arc<Mutex<Book>>,
}

impl Handle {
    /// The book as it stands.
    pub fn book(&self) -> Book {
        self.lock().clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
