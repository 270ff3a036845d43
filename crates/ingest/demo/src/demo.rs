use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SourceName;

use crate::script::{Entry, Script};
use crate::stamp::Stamper;
use crate::tables::Tables;
use crate::{Error, Expected, expected, files};

/// The demonstration.
#[derive(Debug)]
pub struct Demo;

/// One record of the story, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoRecord {
    pub source: SourceName,
    /// Who sends it: the host, or the sensor or account that speaks for others.
    pub host: String,
    /// When it happens, counted from the start of the story.
    pub at: Duration,
    pub body: Vec<u8>,
}

impl Demo {
    /// How long the story takes; no record is later.
    pub const DURATION: Duration = Duration::from_secs(1200);

    /// Every record in the order in which it happens, with the times of a story that begins at
    /// `start`. Records of one Linux audit event follow one another and share their `at`, so that
    /// one batch can hold them.
    ///
    /// The same start gives the same bytes; another start gives other times and ids and nothing
    /// else.
    pub fn records(start: Timestamp) -> Vec<DemoRecord> {
        Self::try_records(start).expect("the tests read every shipped file")
    }

    /// The alerts that the shipped rules give on the story, however it is replayed.
    pub fn expected() -> Vec<Expected> {
        expected::read(files::EXPECTED).expect("the tests read every shipped file")
    }

    fn try_records(start: Timestamp) -> Result<Vec<DemoRecord>, Error> {
        let tables = Tables::read(&files::TABLES)?;
        let mut entries: Vec<Entry> = Vec::new();
        for file in files::SCRIPTS {
            entries.extend(Script::read(file, &tables)?.entries(Self::DURATION));
        }
        // Stable: what happens at one moment stays in the order in which it is written.
        entries.sort_by_key(|entry| entry.at);
        let mut stamper = Stamper::new(start, &tables);
        Ok(entries
            .iter()
            .flat_map(|entry| stamper.records(entry))
            .collect())
    }
}
