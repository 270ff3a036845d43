//! Roles that an administrator made: kept in the records store, put in force when they change.

use std::sync::Arc;

use aurora_model::{Action, Context, Scope};
use aurora_permissions::{CustomRole, Decide, RoleName};
use aurora_records::{Change, Collection, Guard, Query, Records};
use tokio::sync::Mutex;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no role `{0}` of the site's own")]
    NotFound(RoleName),
    #[error("`{0}` is a role that every site has: give yours another name")]
    BuiltIn(RoleName),
    #[error(transparent)]
    Words(#[from] aurora_permissions::Error),
    #[error("cannot read or write roles")]
    Records(#[from] aurora_records::Error),
}

/// The site's own roles.
#[derive(Clone, Debug)]
pub struct Roles {
    records: Arc<dyn Records>,
    decide: Arc<dyn Decide>,
    scope: Scope,
    /// One change at a time, so that what is in force is what was written last.
    turn: Arc<Mutex<()>>,
}

impl Roles {
    pub fn new(records: Arc<dyn Records>, decide: Arc<dyn Decide>, scope: Scope) -> Self {
        Self {
            records,
            decide,
            scope,
            turn: Arc::default(),
        }
    }

    /// Puts what is kept in force.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn load(&self) -> Result<(), Error> {
        let roles = self.list().await?;
        Ok(self.decide.set_roles(&roles)?)
    }

    /// # Errors
    /// When the records store fails.
    pub async fn list(&self) -> Result<Vec<CustomRole>, Error> {
        let all = Query::of(Collection::Roles).limit(Query::MAX_LIMIT);
        let page = self.records.list(&self.scope, &all).await?;
        let read = |body| serde_json::from_value(body).map_err(aurora_records::Error::storage);
        let roles = page
            .documents
            .into_iter()
            .map(|document| read(document.body));
        Ok(roles.collect::<Result<_, _>>()?)
    }

    /// Makes a role or replaces it. It counts with the next request of whoever has it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set(&self, context: &Context, role: &CustomRole) -> Result<(), Error> {
        if role.name.built_in().is_some() {
            return Err(Error::BuiltIn(role.name.clone()));
        }
        let body = serde_json::to_value(role).expect("a role is plain data");
        let action = Action::on("role.change", [role.name.as_str()]);
        let change =
            Change::decided(action).put(Collection::Roles, role.name.as_str(), Guard::Any, body);
        self.change(context, change).await
    }

    /// Who has it has less with the next request.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn remove(&self, context: &Context, name: &RoleName) -> Result<(), Error> {
        let id = name.as_str();
        let kept = self.records.get(&self.scope, Collection::Roles, id).await?;
        let kept = kept.ok_or_else(|| Error::NotFound(name.clone()))?;
        let action = Action::on("role.remove", [id]);
        let guard = Guard::Version(kept.version);
        let change = Change::decided(action).remove(Collection::Roles, id, guard);
        self.change(context, change).await
    }

    async fn change(&self, context: &Context, change: Change) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        self.records.commit(context, change).await?;
        self.load().await
    }
}
