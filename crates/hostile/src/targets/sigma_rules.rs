//! Rule text, and an event behind the first NUL: neither may panic, hang or grow without bound.

use aurora_sigma::{Document, FlatJson, Options, parse};

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (rules, event) = text.split_once('\0').unwrap_or((&text, "{\"f\":\"a\"}"));
    let event: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(event).unwrap_or_default();
    for document in parse("fuzz.yml", rules, &Options::default()) {
        match document {
            Ok(Document::Rule(rule)) => drop(rule.matches(&FlatJson::new(&event))),
            Ok(_) => {}
            Err(error) => drop(error.to_string()),
        }
    }
}
