//! OCSF of records that are about to leave the host, by the site's own parsers.

use aurora_model::RawBatch;
use aurora_parsers::Registry;

use super::config;
use crate::Error;

/// Events of one batch take no more; the site makes those of its other records.
const EVENT_BYTES: usize = 6 << 20;

/// Parsers, compiled when the first record of theirs comes.
#[derive(Debug)]
pub(super) struct Normalise {
    registry: Registry,
    sources: Vec<String>,
}

impl Normalise {
    /// `None` where it is off: then there are no parsers.
    pub(super) fn of(options: &config::Normalise) -> Result<Option<Self>, Error> {
        if !options.enabled {
            return Ok(None);
        }
        let registry = Registry::new()?;
        for name in &options.sources {
            registry.check_name(name)?;
        }
        Ok(Some(Self {
            registry,
            sources: options.sources.clone(),
        }))
    }

    /// Puts an event beside every record of which the site need not make it.
    pub(super) fn add_events(&self, batch: &mut RawBatch) {
        let of_feed = self.is_for(batch.source.parser());
        let wanted = |source: &str| of_feed || self.is_for(source);
        let mut room = EVENT_BYTES;
        for at in 0..batch.records.len() {
            let made = self.registry.made(batch, &batch.records[at], &wanted);
            if let Some(event) = made.filter(|event| event.len() <= room) {
                room -= event.len();
                batch.records[at].event = event;
            }
        }
    }

    fn is_for(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|name| name == source)
    }
}
