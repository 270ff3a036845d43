//! API keys: a person's word, given to a program.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{Action, AuthStrength, Context};
use aurora_permissions::Permissions;
use aurora_records::{Change, Collection, Guard};
use aurora_secrets::Secret;
use serde::{Deserialize, Serialize};

use crate::account::Name;
use crate::passkeys::readable;
use crate::people::People;
use crate::sessions::{Identified, SEEN, principal};
use crate::store::{Stored, body};
use crate::{Error, Result};

/// A key as it is kept, under its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    #[serde(skip)]
    pub id: String,
    /// Whose word it is. Their roles count as they are when the key is used.
    pub person: Name,
    pub label: String,
    hash: String,
    /// What it is narrowed to; absent for everything that its owner may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Permissions>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    #[serde(skip)]
    pub used_at: Option<Timestamp>,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub label: String,
    pub days: u32,
    pub only: Option<Permissions>,
}

/// A key that was just made. Its token is never shown again.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    pub token: Secret<String>,
    pub key: ApiKey,
}

/// What tokens begin with: `aurorakey_<id>_<secret>`.
const WORD: &str = "aurorakey_";
const NOTED_EVERY: Duration = Duration::from_secs(60);
const MOST: usize = 50;

impl People {
    /// Makes a key of a person; the caller has seen to it that this is theirs to decide.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a life that is too long, [`Error::Conflict`] for too many keys.
    pub async fn create_key(
        &self,
        context: &Context,
        of: &Name,
        new: NewKey,
    ) -> Result<CreatedKey> {
        let person = self.person(of).await?;
        if !person.is_enabled() {
            return Err(Error::conflict(format!("`{of}` is disabled")));
        }
        let most = self.options.key_days;
        if !(1..=most).contains(&new.days) {
            return Err(Error::invalid(format!("a key lives 1 to {most} days")));
        }
        if self
            .every::<ApiKey>(Collection::ApiKeys, Some(of))
            .await?
            .len()
            >= MOST
        {
            return Err(Error::conflict(format!("`{of}` has {MOST} keys already"))
                .fix("revoke one that is not used"));
        }
        let id = Id128::random().to_string();
        let issued = self.keys.keys.issue(&format!("{WORD}{id}"));
        let now = self.now();
        let key = ApiKey {
            id: id.clone(),
            person: of.clone(),
            label: readable(&new.label)?,
            hash: issued.hash,
            only: new.only,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(u64::from(new.days) * 86_400)),
            used_at: None,
        };
        let change = Change::decided(Action::on("key.create", [id.as_str(), of.as_str()])).put(
            Collection::ApiKeys,
            &id,
            Guard::New,
            body(&key),
        );
        self.commit(context, change).await?;
        Ok(CreatedKey {
            token: issued.token,
            key,
        })
    }

    /// The caller of a key's token, narrowed to what the key may do.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn by_key(&self, token: &str) -> Result<Option<Identified>> {
        let id = token
            .strip_prefix(WORD)
            .and_then(|rest| rest.split_once('_'));
        let Some((id, _)) = id else { return Ok(None) };
        let Some(found) = self.read::<ApiKey>(Collection::ApiKeys, id).await? else {
            return Ok(None);
        };
        let key = found.body;
        if !self.keys.keys.fits(token, &key.hash) || key.expires_at <= self.now() {
            return Ok(None);
        }
        let owner = self.find_person(&key.person).await?;
        let Some(owner) = owner.filter(|owner| owner.body.is_enabled()) else {
            return Ok(None);
        };
        let seen = self.seen(id).await?;
        if seen.is_none_or(|seen| self.now().since(seen) >= NOTED_EVERY) {
            self.note(id).await?;
        }
        // Nobody has signed in: what takes a recent login is not for keys.
        let never = Timestamp::from_millis(0);
        let mut principal = principal(&owner.body, AuthStrength::ApiKey, never);
        principal.only = key.only;
        Ok(Some(Identified {
            principal,
            session: None,
            expires_at: Some(key.expires_at),
        }))
    }

    /// Those that have not expired, of everybody or one person, the newest first.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn api_keys(&self, of: Option<&Name>) -> Result<Vec<ApiKey>> {
        let all = self.every::<ApiKey>(Collection::ApiKeys, of).await?;
        let mut keys = Vec::with_capacity(all.len());
        for Stored { id, body: key, .. } in all {
            if key.expires_at <= self.now() {
                continue;
            }
            let used_at = self.seen(&id).await?;
            keys.push(ApiKey { id, used_at, ..key });
        }
        keys.sort_by_key(|key| std::cmp::Reverse((key.created_at, key.id.clone())));
        Ok(keys)
    }

    /// Ends a key; `of` is whose it must be.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for somebody else's.
    pub async fn revoke_key(&self, context: &Context, id: &str, of: Option<&Name>) -> Result<()> {
        let found = self.read::<ApiKey>(Collection::ApiKeys, id).await?;
        let found = found.filter(|found| of.is_none_or(|name| *name == found.body.person));
        let Some(found) = found else {
            return Err(Error::not_found("key", id));
        };
        let objects = [id, found.body.person.as_str()];
        let change = Change::decided(Action::on("key.revoke", objects))
            .remove(Collection::ApiKeys, id, Guard::Any)
            .remove_slot(&format!("{SEEN}{id}"));
        self.commit(context, change).await
    }
}
