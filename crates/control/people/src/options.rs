use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long people are believed, and who else may vouch for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Hours after which a session ends, whatever is done in it.
    pub session_hours: u32,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Minutes for which a one-time link is good.
    pub link_minutes: u32,
    /// Failed logins to one account within 15 minutes after which its password is not looked at.
    pub tries_per_account: u32,
    /// Failed logins from one address within 15 minutes after which nobody there is looked at.
    pub tries_per_peer: u32,
    /// The most days that an API key may live.
    pub key_days: u32,
    /// Another provider that people may come from (OpenID Connect).
    pub oidc: OidcOptions,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OidcOptions {
    /// The provider's issuer, such as `https://id.example`: https, or http on this machine; empty for
    /// none. Its redirect address is `/login/oidc/callback` below the console's own.
    pub issuer: String,
    /// As what the provider knows this site.
    pub client_id: String,
    /// File with the client's secret.
    #[schemars(with = "String")]
    pub client_secret_file: Option<PathBuf>,
    /// File with the authorities of the provider's certificate; those of this machine when absent.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
    /// What the button on the login page says.
    pub label: String,
    /// What is asked for beside `openid`, such as `profile` or `groups`.
    pub scopes: Vec<String>,
    /// The claim with the groups of a person; `groups` when empty.
    pub groups_claim: String,
    /// Which group has which role, such as `soc-analysts=analyst`. Who is in none of them and has no
    /// account here does not come in.
    pub roles: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            session_hours: 12,
            idle_minutes: 60,
            link_minutes: 15,
            tries_per_account: 10,
            tries_per_peer: 50,
            key_days: 365,
            oidc: OidcOptions::default(),
        }
    }
}

impl Options {
    pub fn session_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.session_hours) * 3_600)
    }

    pub fn idle_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.idle_minutes) * 60)
    }

    pub fn link_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.link_minutes) * 60)
    }
}
