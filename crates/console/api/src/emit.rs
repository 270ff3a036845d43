//! Events leave in the vocabulary that the caller asked for. What is stored, and what the site hands over, is OCSF 1.3.

use aurora_messages::{AlertDetail, EventSchema, HuntAnswer};
use aurora_ocsf::version::Version;
use aurora_ocsf::{ecs, version};
use serde_json::Value;

pub(crate) fn alert(detail: &mut AlertDetail, schema: EventSchema) {
    for evidence in &mut detail.evidence {
        if let Some(found) = evidence.event.take() {
            evidence.event = match event(&Value::Object(found), schema) {
                Value::Object(emitted) => Some(emitted),
                _ => None,
            };
        }
    }
}

/// The events of an answer that holds events; columns of fields and counts are named by the query.
pub(crate) fn hunt(answer: &mut HuntAnswer, schema: EventSchema) {
    let mut columns = answer.columns.iter();
    let Some(place) = columns.position(|column| column.name == "event") else {
        return;
    };
    for cell in answer.rows.iter_mut().filter_map(|row| row.get_mut(place)) {
        *cell = event(cell, schema);
    }
}

fn event(stored: &Value, schema: EventSchema) -> Value {
    match schema {
        EventSchema::Ocsf13 => stored.clone(),
        EventSchema::Ocsf11 => version::emit(Version::V1_1, stored),
        EventSchema::Ocsf15 => version::emit(Version::V1_5, stored),
        EventSchema::Ecs => ecs::project(stored),
    }
}
