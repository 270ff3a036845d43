//! Accounts, sessions and API keys.

use aurora_messages::{
    ApiKeyCreated, ApiKeyList, ChangePerson, CreateApiKey, CreatePerson, Done, LinkCreated,
    PeopleList, PersonInfo, RecoverPerson, SessionList, SetAdministrator, SetRoles,
};
use hyper::Method;

use crate::path::path;
use crate::{Client, Error};

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn people(&self) -> Result<PeopleList> {
        self.get(&path(&["people"])).await
    }

    pub async fn create_person(&self, request: &CreatePerson) -> Result<PersonInfo> {
        self.post(&path(&["people"]), request).await
    }

    pub async fn change_person(&self, name: &str, request: &ChangePerson) -> Result<PersonInfo> {
        self.post(&path(&["people", name, "change"]), request).await
    }

    pub async fn set_roles(&self, name: &str, request: &SetRoles) -> Result<PersonInfo> {
        self.post(&path(&["people", name, "roles"]), request).await
    }

    pub async fn set_administrator(
        &self,
        name: &str,
        request: &SetAdministrator,
    ) -> Result<PersonInfo> {
        self.post(&path(&["people", name, "administrator"]), request)
            .await
    }

    pub async fn recover_person(&self, name: &str, request: &RecoverPerson) -> Result<LinkCreated> {
        self.post(&path(&["people", name, "recover"]), request)
            .await
    }

    /// Everybody's.
    pub async fn sessions(&self) -> Result<SessionList> {
        self.get(&path(&["sessions", "everybody"])).await
    }

    pub async fn revoke_session(&self, id: &str) -> Result<()> {
        let target = path(&["sessions", "everybody", id]);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }

    /// Everybody's.
    pub async fn api_keys(&self) -> Result<ApiKeyList> {
        self.get(&path(&["keys", "everybody"])).await
    }

    /// For somebody, on the site's machine.
    pub async fn issue_key(&self, name: &str, request: &CreateApiKey) -> Result<ApiKeyCreated> {
        self.post(&path(&["people", name, "keys"]), request).await
    }

    pub async fn revoke_key(&self, id: &str) -> Result<()> {
        let target = path(&["keys", "everybody", id]);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }
}
