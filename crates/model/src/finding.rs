use serde_json::{Map, Value};

use crate::envelope::Format;
use crate::wire::Error;
use crate::{AlertId, Header, MatchId};

/// An immutable OCSF Detection Finding (class 2004) on its way to the event store and to watchers.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    pub match_id: MatchId,
    /// The alert in whose group it was counted.
    pub alert_id: AlertId,
    pub event: Map<String, Value>,
}

impl Finding {
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a finding is plain data")
    }

    /// # Errors
    /// When the body is no finding.
    pub fn decode(header: &Header, body: &[u8]) -> Result<Self, Error> {
        if header.format != Format::Finding {
            return Err(Error::Malformed("a finding was expected"));
        }
        serde_json::from_slice(body).map_err(Error::Header)
    }
}
