use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Fault, Wanted};

/// What the browser says of the ceremony (section 5.8.1); members that are not named here may come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    r#type: String,
    challenge: String,
    pub(super) origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

/// More is not client data.
const MOST_BYTES: usize = 16 * 1024;

impl ClientData {
    pub(super) fn read(text: &[u8]) -> Result<Self, Fault> {
        if text.len() > MOST_BYTES {
            return Err(Fault::ClientData);
        }
        serde_json::from_slice(text).map_err(|_| Fault::ClientData)
    }

    pub(super) fn challenge(&self) -> Result<Vec<u8>, Fault> {
        BASE64
            .decode(&self.challenge)
            .map_err(|_| Fault::ClientData)
    }

    pub(super) fn check(&self, ceremony: &str, wanted: Wanted<'_>) -> Result<(), Fault> {
        if self.r#type != ceremony {
            return Err(Fault::Ceremony);
        }
        if !bool::from(self.challenge()?.ct_eq(wanted.challenge)) {
            return Err(Fault::Challenge);
        }
        if self.origin != wanted.origin {
            return Err(Fault::Origin);
        }
        if self.cross_origin || self.top_origin.is_some() {
            return Err(Fault::Framed);
        }
        Ok(())
    }
}
