use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::envelope::Format;
use crate::wire::Error;
use crate::{Header, OriginId, SourceName};

/// Why a record could not become a valid event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterReason {
    /// No parser recognised it.
    UnknownFormat,
    /// The parser gave up.
    Unparsable,
    /// The parser's result does not validate against OCSF 1.3.0.
    Invalid,
    /// Larger than the limit; the record travels in pieces.
    TooLarge,
    /// Nested deeper than the limit.
    TooDeep,
    /// The message around it could not be read.
    Damaged,
}

/// A record that was given up, whole, with everything needed to try it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub reason: DeadLetterReason,
    /// In plain words, for the operator.
    pub detail: String,
    pub source: SourceName,
    pub origin: OriginId,
    pub seq: u64,
    pub host: String,
    pub received_at: Timestamp,
    /// `name@version` of the parser that was tried, empty when none was.
    pub parser: String,
    /// The bytes as they came.
    #[serde(with = "bytes_as_text")]
    pub raw: Vec<u8>,
}

impl DeadLetter {
    pub fn encode(letters: &[Self]) -> Vec<u8> {
        crate::envelope::pack(&serde_json::to_vec(letters).expect("dead letters are plain data"))
    }

    /// # Errors
    /// When the body holds no dead letters.
    pub fn decode(header: &Header, body: &[u8]) -> Result<Vec<Self>, Error> {
        if header.format != Format::DeadLetter {
            return Err(Error::Malformed("dead letters were expected"));
        }
        serde_json::from_slice(&crate::envelope::unpack(body)?).map_err(Error::Header)
    }
}

impl DeadLetterReason {
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnknownFormat => "unknown_format",
            Self::Unparsable => "unparsable",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::Damaged => "damaged",
        }
    }
}

/// Text stays readable; what is not UTF-8 becomes `{"hex": "…"}`, so that nothing is lost.
mod bytes_as_text {
    use std::fmt::Write as _;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Text(String),
        Bytes { hex: String },
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return to.serialize_str(text);
        }
        let mut hex = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            write!(hex, "{byte:02x}").expect("writing to memory does not fail");
        }
        Raw::Bytes { hex }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        match Raw::deserialize(from)? {
            Raw::Text(text) => Ok(text.into_bytes()),
            Raw::Bytes { hex } => unhex(&hex).ok_or_else(|| de::Error::custom("bad hexadecimal")),
        }
    }

    fn unhex(hex: &str) -> Option<Vec<u8>> {
        let digits = hex.as_bytes();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        if digits.len() % 2 == 1 {
            return None;
        }
        digits.chunks_exact(2).map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_ids::Id128;

    #[test]
    fn every_byte_survives() {
        for raw in [b"plain".to_vec(), (0..=255).collect()] {
            let letter = DeadLetter {
                reason: DeadLetterReason::Unparsable,
                detail: "d".into(),
                source: SourceName::new("syslog"),
                origin: Id128::random().into(),
                seq: 1,
                host: "h".into(),
                received_at: Timestamp::from_millis(1),
                parser: String::new(),
                raw,
            };
            let text = serde_json::to_string(&letter).unwrap();
            assert_eq!(serde_json::from_str::<DeadLetter>(&text).unwrap(), letter);
        }
    }
}
