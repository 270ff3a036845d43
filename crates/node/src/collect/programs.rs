//! An operator's programs over records that are about to leave the host.

use aurora_model::{Part, RawBatch, RawRecord};
use aurora_parsers::vrl::{Refined, Refinement};
use tracing::warn;

use super::config::{OnError, Program};
use crate::Error;

/// Compiled once, in their order.
#[derive(Debug)]
pub(super) struct Programs(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    refinement: Refinement,
    sources: Vec<String>,
    on_error: OnError,
}

impl Programs {
    /// `None` when there are none: then nothing of VRL is touched.
    pub(super) fn compile(programs: &[Program]) -> Result<Option<Self>, Error> {
        let compiled: Result<Vec<_>, _> = programs.iter().map(Compiled::of).collect();
        Ok(Some(Self(compiled?)).filter(|programs| !programs.0.is_empty()))
    }

    pub(super) fn apply(&self, batch: &mut RawBatch) {
        for record in &mut batch.records {
            match self.pass(record, &batch.host, batch.source.parser()) {
                Some(left) => (record.body, record.envelope) = (left.body, left.envelope),
                // The last piece stands for the record that its pieces were.
                None => {
                    let weight = record.weight();
                    *record = RawRecord::dropped(record.seq, record.received_at, weight);
                }
            }
        }
    }

    /// What a record becomes; `None` when it stays here.
    fn pass(&self, record: &RawRecord, host: &str, source: &str) -> Option<Refined> {
        let mut left = Refined {
            body: record.body.clone(),
            envelope: record.envelope.clone(),
        };
        for program in self.0.iter().filter(|program| program.is_for(source)) {
            // A piece of a record says nothing: a program for the whole cannot judge it.
            let applied = match record.part {
                Part::Whole => program.refinement.apply(&left, host, source),
                _ => Err("the record is too large for a program".to_owned()),
            };
            match (applied, program.on_error) {
                (Ok(applied), _) => left = applied?,
                (Err(_), OnError::Forward) => {}
                (Err(reason), OnError::LeaveOut) => {
                    warn!(source, reason, "a program failed; its record stays here");
                    return None;
                }
            }
        }
        Some(left)
    }
}

impl Compiled {
    fn of(program: &Program) -> Result<Self, Error> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Program {
            path: program.file.clone(),
            source,
        };
        let text = std::fs::read_to_string(&program.file).map_err(|e| failed(e.into()))?;
        let name = program.file.display().to_string();
        Ok(Self {
            refinement: Refinement::compile(&name, &text).map_err(|e| failed(e.into()))?,
            sources: program.sources.clone(),
            on_error: program.on_error,
        })
    }

    fn is_for(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|name| name == source)
    }
}
