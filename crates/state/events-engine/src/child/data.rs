//! Data that goes with an INSERT.
//!
//! The library ends data that follows a statement at the first empty line, which binary data may
//! well contain. So the data stands in a file that exists in memory only, and the statement reads it
//! from there; for the engine it is the same insert, deduplicated the same way.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use rustix::fs::{MemfdFlags, memfd_create};

/// The data, and the statement that reads it as long as this lives.
pub(super) struct Data {
    _file: File,
    pub(super) statement: String,
}

impl Data {
    pub(super) fn new(statement: &str, data: &[u8]) -> Result<Self, String> {
        let make = || -> std::io::Result<File> {
            let mut file = File::from(memfd_create("insert", MemfdFlags::CLOEXEC)?);
            file.write_all(data)?;
            Ok(file)
        };
        let file = make().map_err(|error| format!("Code: 1001. cannot hand over data: {error}"))?;
        let at = ["SETTINGS", "FORMAT"]
            .iter()
            .filter_map(|word| statement.find(word))
            .min();
        let (into, rest) = statement.split_at(at.ok_or("Code: 62. data without a format")?);
        let statement = format!(
            "{into}FROM INFILE '/proc/self/fd/{}' {rest}",
            file.as_raw_fd()
        );
        Ok(Self {
            _file: file,
            statement,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_statement_reads_the_file() {
        let data = Data::new(
            "INSERT INTO t (a, b) SETTINGS x = 1 FORMAT Native",
            b"a\n\nb",
        )
        .unwrap();
        let file = data.statement.split('\'').nth(1).unwrap();
        assert_eq!(std::fs::read(file).unwrap(), b"a\n\nb");
        assert_eq!(
            data.statement,
            format!("INSERT INTO t (a, b) FROM INFILE '{file}' SETTINGS x = 1 FORMAT Native")
        );
        assert!(Data::new("SELECT 1", b"").is_err());
    }
}
