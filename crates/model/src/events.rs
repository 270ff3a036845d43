use std::borrow::Cow;

use aurora_clock::Timestamp;
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::EventUid;
use crate::envelope::{self, Format, Header};
use crate::wire::{self, Error, Reader};

/// Normalised events of one OCSF class, in a form from which single attributes can be read.
///
/// Body, per event, zstd over all: `uid [16], time i64, class u32, records u32, json block,
/// index block`. The index lists the top-level attributes as `key start u32, value start u32,
/// value end u32` into the JSON, so that a consumer parses only what it needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventBatch {
    pub items: Vec<EventItem>,
}

/// One event as JSON text with its index.
#[derive(Clone, Debug, PartialEq)]
pub struct EventItem {
    pub uid: EventUid,
    pub time: Timestamp,
    pub class_uid: u32,
    /// Raw records whose last event this is: 0 inside a fan-out, more than 1 for a group.
    pub records: u32,
    /// The OCSF event. Items of one batch share its memory.
    pub json: Bytes,
    /// Spans, as the body has them.
    index: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    key: u32,
    value: u32,
    end: u32,
}

impl Span {
    const BYTES: usize = 12;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (parts, _) = bytes.as_chunks_mut::<4>();
        for (part, value) in parts.iter_mut().zip([self.key, self.value, self.end]) {
            *part = value.to_le_bytes();
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let (parts, _) = bytes.as_chunks::<4>();
        let [key, value, end] = [0, 1, 2].map(|part: usize| u32::from_le_bytes(parts[part]));
        Self { key, value, end }
    }
}

impl EventItem {
    /// Serialises `event`, which must hold `time` and `class_uid` as the validator demands.
    pub fn new(uid: EventUid, records: u32, event: &Map<String, Value>) -> Self {
        let (json, index) = write_indexed(event);
        let time = event
            .get("time")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        let class = event
            .get("class_uid")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        Self {
            uid,
            time: Timestamp::from_millis(time),
            class_uid: u32::try_from(class).unwrap_or_default(),
            records,
            json,
            index,
        }
    }

    /// An event that is text already; `spans` are where the name (behind its quote), the value and the end of each
    /// top-level attribute stand in it.
    pub fn written(
        uid: EventUid,
        records: u32,
        (time, class_uid): (Timestamp, u32),
        json: Bytes,
        spans: &[[u32; 3]],
    ) -> Self {
        let mut index = Vec::with_capacity(spans.len() * Span::BYTES);
        for [key, value, end] in spans {
            let span = Span {
                key: *key,
                value: *value,
                end: *end,
            };
            index.extend_from_slice(&span.to_bytes());
        }
        Self {
            uid,
            time,
            class_uid,
            records,
            json,
            index: index.into(),
        }
    }

    /// The JSON text of a top-level attribute.
    pub fn attribute(&self, name: &str) -> Option<&[u8]> {
        let span = self.span(name)?;
        self.json.get(span.value as usize..span.end as usize)
    }

    fn span(&self, name: &str) -> Option<Span> {
        let (spans, _) = self.index.as_chunks();
        let mut spans = spans.iter().map(Span::from_bytes);
        spans.find(|span| {
            let key = self
                .json
                .get(span.key as usize..)
                .and_then(|rest| rest.get(..=name.len()));
            key.is_some_and(|key| key.starts_with(name.as_bytes()) && key[name.len()] == b'"')
        })
    }

    /// The JSON text without a top-level attribute, in two pieces that read as one object. `None`
    /// where the event does not have it.
    pub fn without(&self, name: &str) -> Option<[&[u8]; 2]> {
        let span = self.span(name)?;
        let mut before = self.json.get(..(span.key as usize).checked_sub(1)?)?;
        let mut after = self.json.get(span.end as usize..)?;
        if let Some(shorter) = before.strip_suffix(b",") {
            before = shorter;
        } else if let Some(shorter) = after.strip_prefix(b",") {
            after = shorter;
        }
        Some([before, after])
    }

    /// The whole event.
    ///
    /// # Errors
    /// When the text is no JSON object, which only damage can bring about.
    pub fn event(&self) -> Result<Map<String, Value>, Error> {
        serde_json::from_slice(&self.json).map_err(Error::Header)
    }

    /// The text for display.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.json)
    }
}

fn write_indexed(event: &Map<String, Value>) -> (Bytes, Bytes) {
    let mut json = Vec::with_capacity(1024);
    let mut index = Vec::with_capacity(event.len() * Span::BYTES);
    json.push(b'{');
    for (name, value) in event {
        if json.len() > 1 {
            json.push(b',');
        }
        let key = position(&json) + 1;
        serde_json::to_writer(&mut json, name).expect("writing to memory does not fail");
        json.push(b':');
        let start = position(&json);
        serde_json::to_writer(&mut json, value).expect("writing to memory does not fail");
        let span = Span {
            key,
            value: start,
            end: position(&json),
        };
        index.extend_from_slice(&span.to_bytes());
    }
    json.push(b'}');
    (json.into(), index.into())
}

fn position(json: &[u8]) -> u32 {
    u32::try_from(json.len()).expect("events are capped far below 4 GiB")
}

impl EventBatch {
    /// Raw records that these events settle.
    pub fn records(&self) -> u32 {
        self.items.iter().map(|item| item.records).sum()
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.items.iter().map(|i| i.json.len() + 160).sum());
        for item in &self.items {
            out.extend_from_slice(item.uid.0.as_bytes());
            out.extend_from_slice(&item.time.as_millis().to_le_bytes());
            out.extend_from_slice(&item.class_uid.to_le_bytes());
            out.extend_from_slice(&item.records.to_le_bytes());
            wire::put_block(&mut out, &item.json);
            wire::put_block(&mut out, &item.index);
        }
        envelope::pack(&out)
    }

    /// # Errors
    /// When the body is not what [`EventBatch::encode`] writes.
    pub fn decode(header: &Header, body: &[u8]) -> Result<Self, Error> {
        if header.format != Format::EventBatch {
            return Err(Error::Malformed("an event batch was expected"));
        }
        let body = Bytes::from(envelope::unpack(body)?);
        let mut reader = Reader::new(&body);
        let mut items = Vec::with_capacity(header.count.min(65_536) as usize);
        while !reader.is_empty() {
            items.push(read_item(&mut reader, &body)?);
        }
        if items.len() != header.count as usize {
            return Err(Error::Malformed(
                "the header counts other events than the body holds",
            ));
        }
        Ok(Self { items })
    }
}

/// `body` is what the reader reads: items keep slices of it.
fn read_item(reader: &mut Reader<'_>, body: &Bytes) -> Result<EventItem, Error> {
    let uid = EventUid(aurora_ids::Id128::from_bytes(reader.array()?));
    let time = Timestamp::from_millis(reader.i64()?);
    let class_uid = reader.u32()?;
    let records = reader.u32()?;
    let json = body.slice_ref(reader.block()?);
    let index = body.slice_ref(reader.block()?);
    if !index.len().is_multiple_of(Span::BYTES) {
        return Err(Error::Malformed("the index of an event is cut off"));
    }
    Ok(EventItem {
        uid,
        time,
        class_uid,
        records,
        json,
        index,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_ids::Id128;

    #[test]
    fn an_attribute_is_read_without_parsing_the_rest() {
        let event = serde_json::json!({
            "time": 7, "class_uid": 1007, "process": {"name": "a"}, "process_x": 1, "we\"ird": [1]
        });
        let uid = EventUid(Id128::random());
        let item = EventItem::new(uid, 1, event.as_object().unwrap());
        assert_eq!(item.attribute("process").unwrap(), br#"{"name":"a"}"#);
        assert_eq!(item.attribute("process_x").unwrap(), b"1");
        assert_eq!(item.attribute("proces"), None);
        assert_eq!(item.time.as_millis(), 7);
        assert_eq!(Value::Object(item.event().unwrap()), event);
        for name in ["time", "process", "we\"ird", "process_x"] {
            let Some(pieces) = item.without(name) else {
                assert_eq!(name, "we\"ird");
                continue;
            };
            let rest: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            let mut wanted = event.clone();
            wanted.as_object_mut().unwrap().remove(name);
            assert_eq!(rest, wanted);
        }
    }
}
