//! Answers in `JSONCompactEachRow`: one JSON array a line.

use aurora_events::Error;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::BadAnswer;

pub(crate) fn rows<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, Error> {
    let rows = serde_json::Deserializer::from_slice(body).into_iter::<T>();
    rows.collect::<Result<_, _>>()
        .map_err(|error| Error::storage(BadAnswer(error)))
}

/// The event as it was stored: its text, and the record that is kept beside it.
pub(crate) fn event(text: &str, raw: String) -> Result<Map<String, Value>, Error> {
    let mut event: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| Error::storage(BadAnswer(error)))?;
    if !raw.is_empty() {
        event.entry("raw_data").or_insert(Value::String(raw));
    }
    Ok(event)
}

/// A number that the engine may write with quotes.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(from = "Either")]
pub(crate) struct Int(pub(crate) i64);

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Text(String),
}

impl From<Either> for Int {
    fn from(either: Either) -> Self {
        Self(match either {
            Either::Number(number) => number,
            Either::Text(text) => text.parse().unwrap_or_default(),
        })
    }
}

impl Int {
    pub(crate) fn count(self) -> u64 {
        u64::try_from(self.0).unwrap_or_default()
    }
}
