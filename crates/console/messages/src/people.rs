use std::fmt;

use aurora_clock::Timestamp;
use aurora_model::AuthStrength;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonInfo {
    pub name: String,
    pub display_name: String,
    /// Given here.
    pub roles: Vec<String>,
    /// Of the other provider's groups, as they were at the last login.
    pub group_roles: Vec<String>,
    /// The account of the same human that counts for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    /// Users of the site's machine that are this person.
    pub host_users: Vec<String>,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub disabled_at: Option<Timestamp>,
    /// What opens it: a password with codes, so many passkeys, so many accounts elsewhere.
    pub password: bool,
    pub passkeys: u64,
    pub identities: u64,
    /// The last request of a session that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub seen_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeopleList {
    pub people: Vec<PersonInfo>,
}

/// Makes an account. A one-time link, made on the site's machine, opens it for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePerson {
    /// 2 to 40 of a-z, 0-9, `.`, `_` and `-`. It never changes and is never given again.
    pub name: String,
    #[serde(default)]
    pub display_name: String,
    /// Any but `admin`, which takes more.
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub reason: String,
}

/// Gives exactly these roles, beside `admin`, which this leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRoles {
    pub roles: Vec<String>,
    #[serde(default)]
    pub reason: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAdministrator {
    pub administrator: bool,
    #[serde(default)]
    pub reason: String,
}

/// What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePerson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Another account of the same human; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_users: Option<Vec<String>>,
    #[serde(default)]
    pub reason: String,
}

/// Ends everything that opens an account, and makes a one-time link into it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverPerson {
    #[serde(default)]
    pub reason: String,
}

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenSession {
    /// Says nothing about the session's token.
    pub id: String,
    pub person: String,
    pub auth: AuthStrength,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub seen_at: Timestamp,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// What the browser says it is. Hostile.
    pub agent: String,
    /// The caller's own.
    pub current: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    pub sessions: Vec<OpenSession>,
}

/// An API key, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyInfo {
    pub id: String,
    pub person: String,
    pub label: String,
    /// What it is narrowed to; absent for everything that its owner may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyList {
    pub keys: Vec<ApiKeyInfo>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What it is for.
    pub label: String,
    /// How long it lives.
    #[schema(minimum = 1)]
    pub days: u32,
    /// Narrows it to these; absent for everything that its owner may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    #[serde(default)]
    pub reason: String,
}

/// A key that was just made; its token is not shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyCreated {
    pub key: ApiKeyInfo,
    /// For `Authorization: Bearer`.
    pub token: String,
}

impl fmt::Debug for ApiKeyCreated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeyCreated({:?})", self.key)
    }
}

/// What opens the caller's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CredentialsInfo {
    /// A password with codes.
    pub password: bool,
    pub passkeys: Vec<PasskeyInfo>,
    pub identities: Vec<IdentityInfo>,
    /// What the other provider is called, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyInfo {
    /// The credential's id, in base 64 for URLs.
    pub id: String,
    pub label: String,
    pub relying_party: String,
    /// Its holder's other devices have it too.
    pub backed_up: bool,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityInfo {
    pub id: String,
    pub issuer: String,
    pub subject: String,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
}

/// What a browser is asked for, in WebAuthn's own JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyOptions {
    #[schema(value_type = Object)]
    pub public_key: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    /// What its holder calls it.
    pub label: String,
    /// What the browser made, in WebAuthn's own JSON.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What an authenticator app is set up with; not shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GeneratorCreated {
    /// Names it when its first code comes with a password.
    pub id: String,
    /// In base 32, to be typed.
    pub secret: String,
    /// As a link that apps understand.
    pub link: String,
}

impl fmt::Debug for GeneratorCreated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GeneratorCreated({})", self.id)
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// At least 12 characters.
    pub password: String,
    pub code: String,
    /// The generator that the code is of; absent for the one that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<String>,
}

impl fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetPassword")
    }
}

/// Where to go to prove an account elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderDeparture {
    pub url: String,
}

/// How one can come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginOptions {
    /// Nobody has an account yet: a one-time link makes the first.
    pub first: bool,
    /// What the button of the other provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub name: String,
    pub password: String,
    pub code: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}
