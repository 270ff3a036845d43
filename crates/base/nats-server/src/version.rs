use std::fmt;
use std::path::Path;
use std::str::FromStr;

use tokio::process::Command;

use crate::Error;

/// A release of nats-server. What stands behind the third number is not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The text is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("want numbers such as 2.14.0")]
pub struct NoVersion;

impl FromStr for Version {
    type Err = NoVersion;

    /// Reads `2.14.0`, `v2.14.0-RC.1` or `nats-server: v2.14.0`.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let last = text.split_whitespace().last().ok_or(NoVersion)?;
        let bare = last.strip_prefix('v').unwrap_or(last);
        let bare = bare.split(['-', '+']).next().unwrap_or_default();
        let numbers: Result<Vec<u32>, _> = bare.split('.').map(str::parse).collect();
        match numbers.map_err(|_| NoVersion)?.as_slice() {
            [major, minor, patch] => Ok(Self(*major, *minor, *patch)),
            _ => Err(NoVersion),
        }
    }
}

/// What the program says of itself.
///
/// # Errors
/// When it cannot be run or says no version.
pub async fn version(program: &Path) -> Result<Version, Error> {
    let run = Command::new(program).arg("--version").output().await;
    let run = run.map_err(Error::file(program))?;
    let said = String::from_utf8_lossy(&run.stdout).trim().to_owned();
    said.parse().map_err(|NoVersion| Error::Unknown {
        path: program.to_owned(),
        said,
    })
}

impl Version {
    /// Refuses a program that is older.
    ///
    /// # Errors
    /// [`Error::TooOld`], and as [`version`].
    pub async fn or_newer(self, program: &Path) -> Result<Self, Error> {
        let found = version(program).await?;
        if found < self {
            let floor = self;
            return Err(Error::TooOld { found, floor });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        for (text, version) in [
            ("nats-server: v2.15.1", Ok(Version(2, 15, 1))),
            ("v2.14.0-RC.1", Ok(Version(2, 14, 0))),
            ("2.9.25+dirty", Ok(Version(2, 9, 25))),
            ("nats-server: unknown", Err(NoVersion)),
            ("2.14", Err(NoVersion)),
            ("", Err(NoVersion)),
        ] {
            assert_eq!(text.parse(), version, "{text}");
        }
        assert!(Version(2, 9, 25) < Version(2, 14, 0));
        assert!(Version(10, 0, 0) > Version(2, 14, 0));
    }
}
