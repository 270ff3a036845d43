//! Between documents of the records store and what they hold.

use aurora_model::{Alert, Asset, Incident};
use aurora_records::Document;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;

/// A document's content with its version; 0 is one that is new.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept<T> {
    pub value: T,
    pub version: u64,
}

pub(crate) fn incident(document: Document) -> Result<Kept<Incident>, Error> {
    read(document)
}

pub(crate) fn asset(document: Document) -> Result<Kept<Asset>, Error> {
    read(document)
}

pub(crate) fn alert(document: Document) -> Result<Kept<Alert>, Error> {
    read(document)
}

fn read<T: DeserializeOwned>(document: Document) -> Result<Kept<T>, Error> {
    let (id, version) = (document.id, document.version);
    let value = serde_json::from_value(document.body);
    let value = value.map_err(|source| Error::Damaged { id, source })?;
    Ok(Kept { value, version })
}

/// The incident as it is stored: itself, and its severity as a number to order by.
pub(crate) fn of_incident(incident: &Incident) -> Value {
    let mut body = plain(incident);
    body["rank"] = Value::from(incident.story.severity.id());
    body
}

pub(crate) fn plain(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("incidents and assets are plain data")
}
