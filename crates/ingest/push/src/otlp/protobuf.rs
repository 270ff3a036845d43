use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::{Message, Oneof};
use serde_json::{Map, Value, json};

use super::{Origin, PROTOCOL};
use crate::wire::Fields;
use crate::{Entry, Error, Sink};

// Messages of opentelemetry/proto/{common,resource,logs}/v1, as far as they repeat no records.

#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    value: Option<Any>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Any {
    #[prost(string, tag = "1")]
    String(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    List(KeyValueList),
    #[prost(bytes, tag = "7")]
    Bytes(Vec<u8>),
}

#[derive(Clone, PartialEq, Message)]
struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyValueList {
    #[prost(message, repeated, tag = "1")]
    values: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "2")]
    dropped: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "4")]
    dropped: u32,
}

#[derive(Clone, PartialEq, Message)]
struct LogRecord {
    #[prost(fixed64, tag = "1")]
    time: u64,
    #[prost(int32, tag = "2")]
    severity_number: i32,
    #[prost(string, tag = "3")]
    severity_text: String,
    #[prost(message, optional, tag = "5")]
    body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "7")]
    dropped: u32,
    #[prost(fixed32, tag = "8")]
    flags: u32,
    #[prost(bytes, tag = "9")]
    trace_id: Vec<u8>,
    #[prost(bytes, tag = "10")]
    span_id: Vec<u8>,
    #[prost(fixed64, tag = "11")]
    observed: u64,
    #[prost(string, tag = "12")]
    event_name: String,
}

/// `google.rpc.Status`, with which refusals are told.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// A refusal as protocol buffers; `code` is one of gRPC's.
pub fn status(code: i32, message: &str) -> Vec<u8> {
    let message = message.to_owned();
    Status { code, message }.encode_to_vec()
}

/// A request as protocol buffers.
///
/// # Errors
/// [`Error::Malformed`].
pub fn protobuf(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    for field in Fields::of(PROTOCOL, body) {
        if let (1, Some(resource_logs)) = field? {
            read_resource(resource_logs, sink)?;
        }
    }
    Ok(())
}

fn read_resource(message: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let (mut resource, mut schema) = (Value::Null, Value::Null);
    for field in Fields::of(PROTOCOL, message) {
        match field? {
            (1, Some(bytes)) => resource = decode::<Resource>(bytes)?.json(),
            (3, Some(bytes)) => schema = text(bytes)?,
            _ => {}
        }
    }
    let origin = Origin::of(resource, schema);
    for field in Fields::of(PROTOCOL, message) {
        if let (2, Some(scope_logs)) = field? {
            read_scope(scope_logs, &origin, sink)?;
        }
    }
    Ok(())
}

fn read_scope(message: &[u8], origin: &Origin, sink: &mut Sink<'_>) -> Result<(), Error> {
    let (mut scope, mut schema) = (Value::Null, Value::Null);
    for field in Fields::of(PROTOCOL, message) {
        match field? {
            (1, Some(bytes)) => scope = decode::<Scope>(bytes)?.json(),
            (3, Some(bytes)) => schema = text(bytes)?,
            _ => {}
        }
    }
    let origin = Rc::new(origin.in_scope(scope, schema));
    for field in Fields::of(PROTOCOL, message) {
        if let (2, Some(record)) = field? {
            sink(Entry::otlp(
                origin.clone(),
                decode::<LogRecord>(record)?.json(),
            ))?;
        }
    }
    Ok(())
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, Error> {
    M::decode(bytes).map_err(|error| Error::malformed(PROTOCOL, error))
}

fn text(bytes: &[u8]) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| Error::malformed(PROTOCOL, error))?;
    Ok(text.into())
}

/// A JSON object of the members that are there: the protocol leaves defaults out.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let there = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Number(number) => number.as_u64() != Some(0),
        _ => true,
    };
    let members = members.into_iter().filter(|(_, value)| there(value));
    let members: Map<_, _> = members
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Value::Object(members)
}

fn list(attributes: Vec<KeyValue>) -> Value {
    attributes.into_iter().map(KeyValue::json).collect()
}

/// Times are text in the JSON form, as every 64-bit number is.
fn nanos(time: u64) -> Value {
    if time == 0 {
        Value::Null
    } else {
        time.to_string().into()
    }
}

fn hex(bytes: &[u8]) -> Value {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to memory does not fail");
    }
    text.into()
}

impl KeyValue {
    fn json(self) -> Value {
        json!({ "key": self.key, "value": self.value.unwrap_or_default().json() })
    }
}

impl AnyValue {
    fn json(self) -> Value {
        match self.value {
            None => json!({}),
            Some(Any::String(text)) => json!({ "stringValue": text }),
            Some(Any::Bool(bool)) => json!({ "boolValue": bool }),
            Some(Any::Int(number)) => json!({ "intValue": number.to_string() }),
            Some(Any::Double(number)) if number.is_finite() => json!({ "doubleValue": number }),
            // The JSON form of protocol buffers writes them as text.
            Some(Any::Double(number)) if number.is_nan() => json!({ "doubleValue": "NaN" }),
            Some(Any::Double(number)) if number > 0.0 => json!({ "doubleValue": "Infinity" }),
            Some(Any::Double(_)) => json!({ "doubleValue": "-Infinity" }),
            Some(Any::Bytes(bytes)) => json!({ "bytesValue": STANDARD.encode(bytes) }),
            Some(Any::Array(array)) => {
                let values: Vec<_> = array.values.into_iter().map(Self::json).collect();
                json!({ "arrayValue": { "values": values } })
            }
            Some(Any::List(list)) => {
                let values: Vec<_> = list.values.into_iter().map(KeyValue::json).collect();
                json!({ "kvlistValue": { "values": values } })
            }
        }
    }
}

impl Resource {
    fn json(self) -> Value {
        object([
            ("attributes", list(self.attributes)),
            ("droppedAttributesCount", self.dropped.into()),
        ])
    }
}

impl Scope {
    fn json(self) -> Value {
        object([
            ("name", self.name.into()),
            ("version", self.version.into()),
            ("attributes", list(self.attributes)),
            ("droppedAttributesCount", self.dropped.into()),
        ])
    }
}

impl LogRecord {
    fn json(self) -> Value {
        object([
            ("timeUnixNano", nanos(self.time)),
            ("observedTimeUnixNano", nanos(self.observed)),
            ("severityNumber", self.severity_number.into()),
            ("severityText", self.severity_text.into()),
            ("eventName", self.event_name.into()),
            ("body", self.body.map_or(Value::Null, AnyValue::json)),
            ("attributes", list(self.attributes)),
            ("droppedAttributesCount", self.dropped.into()),
            ("flags", self.flags.into()),
            ("traceId", hex(&self.trace_id)),
            ("spanId", hex(&self.span_id)),
        ])
    }
}
