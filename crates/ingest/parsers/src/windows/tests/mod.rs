#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod external;
mod golden;
mod read_back;
mod shapes;
mod vrl_form;

use aurora_clock::Timestamp;
use aurora_model::{OriginId, SourceName};
use serde_json::{Map, Value};

use super::WindowsParser;
use crate::description::Description;
use crate::{Failure, Input, Parsed, Parser};

/// 2026-01-31T09:30:00Z
const RECEIVED_AT: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn description() -> Description {
    let about = include_str!("../../../../../../content/parsers/windows/source.toml");
    Description::read(about).unwrap()
}

fn parser() -> WindowsParser {
    WindowsParser::new("windows", description())
}

fn parse(parser: &WindowsParser, body: &[u8]) -> Result<Parsed, Failure> {
    let source = SourceName::new("windows");
    let origin = OriginId(aurora_ids::Id128::from_bytes([0; 16]));
    let (received_at, host) = (RECEIVED_AT, "test");
    let input = Input {
        body,
        received_at,
        host,
        source: &source,
        origin,
        seq: 0,
    };
    parser.parse(&input).map(|mut events| events.remove(0))
}

/// The event as the normalise service makes it.
fn finished(event: Map<String, Value>) -> Value {
    let mut event = Value::Object(event);
    aurora_ocsf::complete(&mut event).unwrap();
    event
}

fn errors(event: &Value) -> Vec<String> {
    let problems = aurora_ocsf::validate(event);
    problems
        .iter()
        .filter(|problem| problem.code.is_error())
        .map(ToString::to_string)
        .collect()
}
