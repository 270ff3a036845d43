use std::sync::Arc;

use aurora_clock::Clock;
use aurora_model::{Action, Context, Incident, IncidentId, IncidentState, Scope};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Records};

use crate::Error;
use crate::document::{self, Kept};
use crate::life::{Command, apply};

/// Merges that are followed from an old id to the incident that has its alerts now.
const HOPS: usize = 64;

/// Where people work on incidents. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
}

impl Desk {
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock }
    }

    /// The incident of this id, or the one that it has become part of.
    ///
    /// # Errors
    /// [`Error::NoSuchIncident`], or when the store fails.
    pub async fn incident(&self, scope: &Scope, id: IncidentId) -> Result<Incident, Error> {
        Ok(self.kept(scope, id).await?.value)
    }

    /// Applies a command to the incident that `id` leads to, again if it changed meanwhile.
    ///
    /// # Errors
    /// [`Error::NotNow`] when the incident's state does not allow it; nothing was changed.
    pub async fn act(
        &self,
        context: &Context,
        id: IncidentId,
        command: &Command,
    ) -> Result<Incident, Error> {
        loop {
            let mut kept = self.kept(&context.scope, id).await?;
            let author = context.actor.name();
            apply(&mut kept.value, command, author, self.clock.now())?;
            let id = kept.value.id.to_string();
            let change = Change::decided(Action::on(command.action(), [&id])).put(
                Collection::Incidents,
                &id,
                Guard::Version(kept.version),
                document::of_incident(&kept.value),
            );
            match self.records.commit(context, change).await {
                Ok(_) => return Ok(kept.value),
                Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn kept(&self, scope: &Scope, id: IncidentId) -> Result<Kept<Incident>, Error> {
        let mut at = id;
        for _ in 0..HOPS {
            let key = at.to_string();
            let found = self.records.get(scope, Collection::Incidents, &key).await?;
            let kept = document::incident(found.ok_or(Error::NoSuchIncident(id))?)?;
            match (kept.value.state, kept.value.merged_into) {
                (IncidentState::Merged, Some(into)) => at = into,
                _ => return Ok(kept),
            }
        }
        Err(Error::NoSuchIncident(id))
    }
}
