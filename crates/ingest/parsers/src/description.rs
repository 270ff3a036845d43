//! What `source.toml` says of a source.

use serde::Deserialize;

use crate::decode::Reads;

/// A source as its folder describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The product whose log this is, as its vendor writes it.
    pub title: String,
    #[serde(default)]
    pub vendor: String,
    /// Rises with every change that alters an event.
    #[serde(default = "first_version")]
    pub version: u32,
    /// How a record becomes what the program finds under `.body`.
    #[serde(default)]
    pub reads: Reads,
    /// The member of a record that is a list of records, when the source writes whole files as one.
    pub list: Option<String>,
    /// The member of `.body` that is a list of which each element makes an event of its own, with all the rest.
    pub each: Option<String>,
    /// Whether a site compiles the program when it starts. Others wait for their first record: each takes a noticeable
    /// part of a second.
    #[serde(default)]
    pub prepare: bool,
    /// Sources whose records come inside this one's and are theirs.
    #[serde(default)]
    pub carries: Vec<String>,
    /// A record in which one of these texts stands has an id of the source's own, though not one that is its alone (that
    /// of its connection): what it says, and not where it stood, makes it this record.
    #[serde(default)]
    pub own: Vec<String>,
    pub samples: Samples,
    /// A record is the source's when every text of one of these lists stands in it; `^` before a text means at its start.
    #[serde(default)]
    pub detect: Vec<Vec<String>>,
}

/// Where the golden records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Samples {
    /// Records that a real product wrote were at hand; the golden ones are written after them.
    #[serde(rename = "real records")]
    Records,
    #[serde(rename = "vendor documentation")]
    Documentation,
    /// The format is this project's own.
    #[serde(rename = "our own format")]
    Own,
}

fn first_version() -> u32 {
    1
}

impl Description {
    /// Whether a record is known by what it says, wherever it comes from.
    pub(crate) fn is_own(&self, body: &[u8]) -> bool {
        let has = |text: &String| memchr::memmem::find(body, text.as_bytes()).is_some();
        self.own.iter().any(has)
    }

    /// # Errors
    /// What is wrong in the text, with its line.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

impl std::fmt::Display for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Records => "real records",
            Self::Documentation => "vendor documentation",
            Self::Own => "our own format",
        })
    }
}
