use std::sync::Arc;

use aurora_clock::Clock;
use aurora_model::{Action, Asset, Context, Criticality, Entity, EntityId, Scope};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Records};

use super::is_asset;
use crate::document::{self, Kept};
use crate::{Error, life};

/// Where people say what they know of entities. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AssetDesk {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
}

/// What somebody says of an entity; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    /// An empty one takes the owner away.
    pub owner: Option<String>,
    pub criticality: Option<Criticality>,
    pub note: Option<String>,
}

impl AssetDesk {
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock }
    }

    /// What is known of an entity, if anything is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn asset(&self, scope: &Scope, entity: &Entity) -> Result<Option<Asset>, Error> {
        let kept = self.kept(scope, entity).await?;
        Ok(kept.map(|kept| kept.value))
    }

    /// Keeps what somebody says of an entity, seen or not.
    ///
    /// # Errors
    /// [`Error::Incomplete`] when nothing is said, or of a kind of which nothing is kept.
    pub async fn set(&self, context: &Context, entity: &Entity, set: &Set) -> Result<Asset, Error> {
        check(entity, set)?;
        let id = EntityId::of(entity.kind, &entity.key()).to_string();
        loop {
            let now = self.clock.now();
            let kept = self.kept(&context.scope, entity).await?;
            let guard = match &kept {
                Some(kept) => Guard::Version(kept.version),
                None => Guard::New,
            };
            let mut asset = match kept {
                Some(kept) => kept.value,
                None => Asset::new(entity, now, now),
            };
            if let Some(owner) = &set.owner {
                let owner = owner.trim();
                asset.owner = (!owner.is_empty()).then(|| owner.to_owned());
            }
            if let Some(criticality) = set.criticality {
                (asset.criticality, asset.rated_at) = (criticality, Some(now));
            }
            if let Some(note) = &set.note {
                life::write(&mut asset.notes, context.actor.name(), note, now);
            }
            asset.updated_at = now;
            let action = Action::on("entity.set", [&id, &asset.value]);
            let body = document::plain(&asset);
            let change = Change::decided(action).put(Collection::Entities, &id, guard, body);
            match self.records.commit(context, change).await {
                Ok(_) => return Ok(asset),
                Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn kept(&self, scope: &Scope, entity: &Entity) -> Result<Option<Kept<Asset>>, Error> {
        let id = EntityId::of(entity.kind, &entity.key()).to_string();
        let found = self.records.get(scope, Collection::Entities, &id).await?;
        found.map(document::asset).transpose()
    }
}

fn check(entity: &Entity, set: &Set) -> Result<(), Error> {
    let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let reason = if !is_asset(entity.kind) {
        format!(
            "nothing is kept of a {}: want a host, user, address, device or account",
            entity.kind.word()
        )
    } else if entity.value.trim().is_empty() {
        "it has no name".to_owned()
    } else if set.note.is_some() && !said(&set.note) {
        "the note says nothing".to_owned()
    } else if set.owner.is_none() && set.criticality.is_none() && set.note.is_none() {
        "say an owner, a criticality or a note".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Incomplete {
        command: "set the entity",
        reason,
    })
}
