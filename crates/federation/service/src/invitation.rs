//! How a site comes into the mesh: an invitation, a knock on the primary's door, a comparison by two
//! people, and the directory.

use aurora_clock::Timestamp;
use aurora_model::SiteId;
use aurora_secrets::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::directory::{Listed, ListedKey, in_base64};
use crate::{SiteTier, keys};

/// Minutes for which an invitation may be good: two people have to speak within them.
pub const MAX_MINUTES: u64 = 24 * 60;
const PREFIX: &str = "aurora_join_";
const FORMAT: u8 = 1;

/// What the primary's operator hands to the other site's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invitation {
    format: u8,
    /// `host:port` of the primary's direct listener.
    pub address: String,
    pub primary: SiteId,
    /// The primary's key, so that the joining site knows whom it meets.
    #[serde(with = "in_base64")]
    pub key: [u8; 32],
    pub token: String,
}

/// The text is no invitation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no invitation: want the whole text `{PREFIX}…` that the primary's operator was shown"
)]
pub struct BadInvitation;

/// An invitation at the primary: without its token, under the token's hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub label: String,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Who came with it first. Nobody else may.
    pub guest: Option<Guest>,
}

/// Who came with an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub site: SiteId,
    pub label: String,
    pub name: String,
    pub tier: SiteTier,
    pub address: Option<String>,
    #[serde(with = "in_base64")]
    pub key: [u8; 32],
    /// That key and those before it, oldest first: what it signed by them is still to be read.
    pub keys: Vec<ListedKey>,
    /// What is compared.
    pub code: String,
    pub at: Timestamp,
    pub admitted: bool,
}

/// At the site that wants to join.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub invitation: Invitation,
    pub at: Timestamp,
    /// Whether the operator here has compared.
    pub verified: bool,
}

/// What the joining site says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    pub format: u8,
    pub token: String,
    pub site: SiteId,
    pub label: String,
    pub name: String,
    pub address: Option<String>,
    /// All its keys, oldest first.
    #[serde(default)]
    pub keys: Vec<ListedKey>,
}

/// What the primary answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Answer {
    /// The primary's operator has not compared yet.
    Waiting,
    Admitted {
        /// A signed directory, in base64.
        directory: String,
    },
    Refused {
        reason: String,
    },
}

impl Invitation {
    pub fn new(address: String, primary: SiteId, key: [u8; 32], token: String) -> Self {
        Self {
            format: FORMAT,
            address,
            primary,
            key,
            token,
        }
    }

    pub fn code(&self) -> Secret<String> {
        let json = serde_json::to_vec(self).expect("an invitation is plain data");
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json)))
    }

    /// # Errors
    /// [`BadInvitation`].
    pub fn read(code: &str) -> Result<Self, BadInvitation> {
        let text = code.trim().strip_prefix(PREFIX).ok_or(BadInvitation)?;
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadInvitation)?;
        let read: Self = serde_json::from_slice(&json).map_err(|_| BadInvitation)?;
        let fits = read.format == FORMAT && crate::options::is_address(&read.address);
        fits.then_some(read).ok_or(BadInvitation)
    }

    /// What the joining site's operator compares.
    pub fn comparison(&self, joining: &[u8; 32]) -> String {
        keys::comparison(&self.key, joining, &self.token)
    }
}

impl Guest {
    /// As it stands in the directory from then on.
    pub fn listed(&self, now: Timestamp) -> Listed {
        Listed {
            site: self.site,
            label: self.label.clone(),
            name: self.name.clone(),
            tier: self.tier,
            address: self.address.clone(),
            keys: self.keys.clone(),
            joined_at: now,
        }
    }
}

impl Answer {
    pub fn admitted(directory: &[u8]) -> Self {
        Self::Admitted {
            directory: STANDARD.encode(directory),
        }
    }
}

impl Kept {
    pub fn is_good(&self, now: Timestamp) -> bool {
        // A clock that was set back must not bring it to life again.
        self.created_at <= now && now < self.expires_at
    }
}

impl Question {
    pub const FORMAT: u8 = FORMAT;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_ids::Id128;

    use super::*;

    #[test]
    fn an_invitation_is_read_as_it_was_written() {
        let site = SiteId(Id128::from_bytes([3; 16]));
        let made = Invitation::new("soc.example:7423".into(), site, [9; 32], "t0".into());
        let code = made.code();
        let read = Invitation::read(&format!("  {}\n", code.expose())).unwrap();
        assert_eq!((read.address, read.key), (made.address, made.key));
        let cut = &code.expose()[..40];
        for text in ["", "aurora_join_", cut, "aurora_enrol_00"] {
            assert_eq!(Invitation::read(text).unwrap_err(), BadInvitation, "{text}");
        }
    }
}
