//! A collector's settings. The doc comments are the manual.

use std::path::{Path, PathBuf};

use aurora_collector::{BufferOptions, SiteOptions, WhenFull};
use aurora_model::SourceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A collector on a customer's host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CollectorConfig {
    pub site: SiteOptions,
    pub buffer: BufferOptions,
    pub follow: aurora_follow::Options,
    /// Syslog, heard when the section is there.
    pub syslog: aurora_listeners::syslog::Options,
    /// Programs in VRL that every record passes, in this order, before it leaves the host; each with
    /// `file`, and `sources` and `on_error` if need be.
    pub programs: Vec<Program>,
    pub normalise: Normalise,
}

/// A program that leaves records out, redacts or enriches them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Program {
    #[schemars(with = "String")]
    pub file: PathBuf,
    /// The feeds' sources that it is for; all of them when none is named.
    pub sources: Vec<String>,
    /// What becomes of a record for which it fails.
    pub on_error: OnError,
}

/// OCSF made on this host, after the programs, where the site would make it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Normalise {
    /// Off, the site makes it.
    pub enabled: bool,
    /// The sources that it is for, of feeds or as content tells them; all of them when none is named.
    pub sources: Vec<String>,
}

/// A record that a program did not get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// It stays here and is counted: what was not redacted does not leave the host.
    #[default]
    LeaveOut,
    /// It goes on as it is.
    Forward,
}

impl Default for CollectorConfig {
    fn default() -> Self {
        Self {
            site: SiteOptions::default(),
            buffer: BufferOptions::default(),
            follow: aurora_follow::Options::default(),
            syslog: aurora_listeners::syslog::Options {
                enabled: false,
                ..aurora_listeners::syslog::Options::default()
            },
            programs: Vec::new(),
            normalise: Normalise::default(),
        }
    }
}

impl CollectorConfig {
    /// One more file to follow, from its start.
    pub fn follow_file(&mut self, path: &Path, source: &str) {
        self.follow.files.push(aurora_follow::files::Options {
            path: path.to_owned(),
            source: SourceName::new(source),
            ..aurora_follow::files::Options::default()
        });
    }

    /// One more program that every record passes.
    pub fn pass_program(&mut self, file: &Path) {
        self.programs.push(Program {
            file: file.to_owned(),
            ..Program::default()
        });
    }

    pub fn drop_oldest(&mut self) {
        self.buffer.when_full = WhenFull::DropOldest;
    }
}
