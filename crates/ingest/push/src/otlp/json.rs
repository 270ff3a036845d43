use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Origin, PROTOCOL};
use crate::{Entry, Error, Sink};

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, rename = "resourceLogs")]
    resources: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ResourceLogs<'a> {
    #[serde(default)]
    resource: Value,
    #[serde(default, rename = "schemaUrl")]
    schema: Value,
    #[serde(borrow, default, rename = "scopeLogs")]
    scopes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ScopeLogs<'a> {
    #[serde(default)]
    scope: Value,
    #[serde(default, rename = "schemaUrl")]
    schema: Value,
    #[serde(borrow, default, rename = "logRecords")]
    records: Vec<&'a RawValue>,
}

/// A request in the protocol's JSON form.
///
/// # Errors
/// [`Error::Malformed`].
pub fn json(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let malformed = |error| Error::malformed(PROTOCOL, error);
    // Serde would take an array for the object's members.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::malformed(PROTOCOL, "a request is an object"));
    }
    let request: Request<'_> = serde_json::from_slice(body).map_err(malformed)?;
    for resource in request.resources {
        let resource: ResourceLogs<'_> = serde_json::from_str(resource.get()).map_err(malformed)?;
        let origin = Origin::of(resource.resource, resource.schema);
        for scope in resource.scopes {
            let scope: ScopeLogs<'_> = serde_json::from_str(scope.get()).map_err(malformed)?;
            let origin = Rc::new(origin.in_scope(scope.scope, scope.schema));
            for record in scope.records {
                let record: Value = serde_json::from_str(record.get()).map_err(malformed)?;
                if !record.is_object() {
                    return Err(Error::malformed(PROTOCOL, "a log record is an object"));
                }
                sink(Entry::otlp(origin.clone(), record))?;
            }
        }
    }
    Ok(())
}
