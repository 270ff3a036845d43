use aurora_clock::Timestamp;
use aurora_events::Document;
use aurora_hunt::{Target, Values, text};
use serde_json::Value;

use crate::store::Kept;

impl Values for Kept {
    fn texts(&self, target: &Target) -> Vec<String> {
        let mut found = Vec::new();
        match target {
            Target::Source => found.push(self.source.as_str().to_owned()),
            Target::Path(path) => path.visit(&self.event, &mut |value| found.push(text(value))),
            Target::Ecs(_) => unreachable!("a store is asked for what is stored"),
        }
        found.retain(|text| !text.is_empty());
        found
    }

    fn record(&self) -> &str {
        let raw = self.event.get("raw_data").and_then(Value::as_str);
        raw.unwrap_or_default()
    }
}

impl Document for Kept {
    fn time(&self) -> Timestamp {
        self.time
    }

    fn uid(&self) -> &str {
        &self.uid
    }

    fn event(&self) -> &Value {
        &self.event
    }
}
