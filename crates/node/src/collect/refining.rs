//! What happens to records between the buffer and the site, in this order: the operator's programs, then OCSF.

use aurora_collector::{Refine, Wanted};
use aurora_model::RawBatch;

use super::config::CollectorConfig;
use super::normalise::Normalise;
use super::programs::Programs;
use crate::Error;

#[derive(Debug)]
pub(super) struct Refining {
    programs: Option<Programs>,
    normalise: Option<Normalise>,
}

impl Refining {
    /// `None` when there is nothing to do: then no batch is unpacked.
    pub(super) fn of(config: &CollectorConfig) -> Result<Option<Self>, Error> {
        let refining = Self {
            programs: Programs::compile(&config.programs)?,
            normalise: Normalise::of(&config.normalise)?,
        };
        let idle = refining.programs.is_none() && refining.normalise.is_none();
        Ok(Some(refining).filter(|_| !idle))
    }
}

impl Refine for Refining {
    fn refine(&self, mut batch: RawBatch, wanted: Wanted) -> Vec<RawBatch> {
        if let Some(programs) = &self.programs {
            programs.apply(&mut batch);
        }
        if let (Some(normalise), Wanted::Events) = (&self.normalise, wanted) {
            normalise.add_events(&mut batch);
        }
        vec![batch]
    }

    fn makes_events(&self) -> bool {
        self.normalise.is_some()
    }
}
