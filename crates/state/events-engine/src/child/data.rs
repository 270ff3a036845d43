//! Data that goes with an INSERT.
//!
//! The library ends data that follows a statement at the first empty line, which binary data may
//! well contain. So the data stands in a file that exists in memory only, and the statement reads it
//! from there; for the engine it is the same insert, deduplicated the same way.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use rustix::fs::{MemfdFlags, memfd_create};

/// Data on its way to the engine.
pub(super) struct Data {
    file: File,
}

impl Data {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            file: File::from(memfd_create("insert", MemfdFlags::CLOEXEC)?),
        })
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)
    }

    /// The statement that reads the data, for as long as this lives.
    pub(super) fn reader(&self, statement: &str) -> String {
        let words = ["SETTINGS", "FORMAT"]
            .iter()
            .filter_map(|word| statement.find(word));
        let (into, rest) = statement.split_at(words.min().unwrap_or(statement.len()));
        format!(
            "{into}FROM INFILE '/proc/self/fd/{}' {rest}",
            self.file.as_raw_fd()
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_statement_reads_the_file() {
        let mut data = Data::new().unwrap();
        data.push(b"a\n\n").unwrap();
        data.push(b"b").unwrap();
        let statement = data.reader("INSERT INTO t (a, b) SETTINGS x = 1 FORMAT Native");
        let file = statement.split('\'').nth(1).unwrap();
        assert_eq!(std::fs::read(file).unwrap(), b"a\n\nb");
        assert_eq!(
            statement,
            format!("INSERT INTO t (a, b) FROM INFILE '{file}' SETTINGS x = 1 FORMAT Native")
        );
    }
}
