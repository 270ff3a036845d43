use std::fmt;
use std::str::FromStr;

use aurora_ids::Id128;
use serde::{Deserialize, Serialize};

/// W3C trace context, carried from the record to the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceContext {
    pub trace_id: Id128,
    pub span_id: [u8; 8],
    pub sampled: bool,
}

/// The text is not a `traceparent` of version 00.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a traceparent: want 00-<32 hex>-<16 hex>-<2 hex>")]
pub struct BadTraceParent(String);

impl TraceContext {
    /// A new trace with a new span.
    pub fn new() -> Self {
        Self {
            trace_id: Id128::random(),
            span_id: random_span(),
            sampled: true,
        }
    }

    /// The same trace, a new span.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span_id: random_span(),
            ..self
        }
    }
}

fn random_span() -> [u8; 8] {
    let mut span = [0; 8];
    span.copy_from_slice(&Id128::random().as_bytes()[..8]);
    span
}

impl Default for TraceContext {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = u64::from_be_bytes(self.span_id);
        write!(
            f,
            "00-{}-{span:016x}-{:02x}",
            self.trace_id,
            u8::from(self.sampled)
        )
    }
}

impl FromStr for TraceContext {
    type Err = BadTraceParent;

    fn from_str(text: &str) -> Result<Self, BadTraceParent> {
        let fail = || BadTraceParent(text.chars().take(80).collect());
        let parts: Vec<&str> = text.split('-').collect();
        let &["00", trace, span, flags] = parts.as_slice() else {
            return Err(fail());
        };
        if span.len() != 16 || flags.len() != 2 {
            return Err(fail());
        }
        let flags = u8::from_str_radix(flags, 16).map_err(|_| fail())?;
        Ok(Self {
            trace_id: trace.parse().map_err(|_| fail())?,
            span_id: u64::from_str_radix(span, 16)
                .map_err(|_| fail())?
                .to_be_bytes(),
            sampled: flags & 1 == 1,
        })
    }
}

impl TryFrom<String> for TraceContext {
    type Error = BadTraceParent;

    fn try_from(text: String) -> Result<Self, BadTraceParent> {
        text.parse()
    }
}

impl From<TraceContext> for String {
    fn from(trace: TraceContext) -> Self {
        trace.to_string()
    }
}
