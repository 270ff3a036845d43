//! A Windows event in any shape: parsed to a valid OCSF event or refused.

use std::sync::LazyLock;

use aurora_clock::Timestamp;
use aurora_model::{OriginId, SourceName};
use aurora_parsers::{Input, Registry};

static PARSERS: LazyLock<Registry> =
    LazyLock::new(|| Registry::new().expect("the shipped parsers compile"));

pub fn run(body: &[u8]) {
    let source = SourceName::new("windows");
    let parser = PARSERS.parser_for(source.as_str(), body).expect("named");
    let origin = OriginId(aurora_ids::Id128::from_bytes([0; 16]));
    let input = Input {
        body,
        received_at: Timestamp::from_millis(0),
        host: "",
        source: &source,
        origin,
        seq: 0,
    };
    for parsed in parser.parse(&input).into_iter().flatten() {
        let mut event = serde_json::Value::Object(parsed.event);
        aurora_ocsf::complete(&mut event).expect("the class is one of the table's");
        assert_eq!(aurora_ocsf::first_error(&event), None);
    }
}
