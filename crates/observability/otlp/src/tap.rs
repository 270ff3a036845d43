//! Hears what the process logs, and the spans that it does it in.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aurora_clock::Clock;
use aurora_ids::Id128;
use aurora_spans::{AFTER, LINKS, OWN};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::wire::{Any, AnyValue, KeyValue, Link, LogRecord, Span};

/// Lines and spans that wait to be sent.
const QUEUE: usize = 8192;
/// Characters of a value, and values of a line or span.
const LONGEST: usize = 4096;
const MOST: usize = 48;
/// Of these our own sending would make more of the same.
const UNHEARD: [&str; 5] = ["aurora_otlp", "hyper", "h2", "rustls", "tokio"];
#[derive(Debug)]
pub(crate) enum Item {
    Log(LogRecord),
    Span(Span),
}

/// A layer for the process's logs.
#[derive(Debug)]
pub struct Tap {
    sender: mpsc::Sender<Item>,
    left_out: Arc<AtomicU64>,
    clock: Arc<dyn Clock>,
}

/// What a [`Tap`] heard, for an [`crate::Exporter`].
#[derive(Debug)]
pub struct Source {
    pub(crate) items: mpsc::Receiver<Item>,
    pub(crate) left_out: Arc<AtomicU64>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A layer and what it hears.
pub fn tap(clock: Arc<dyn Clock>) -> (Tap, Source) {
    let (sender, items) = mpsc::channel(QUEUE);
    let left_out = Arc::new(AtomicU64::new(0));
    let tap = Tap {
        sender,
        left_out: left_out.clone(),
        clock: clock.clone(),
    };
    let source = Source {
        items,
        left_out,
        clock,
    };
    (tap, source)
}

/// A span that is open.
struct Open {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    parent: Vec<u8>,
    start: u64,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
}

/// Ids of a trace and of a span in it.
type Place = ([u8; 16], [u8; 8]);

/// Which trace a span is of, which span it is, and what it follows: it says so itself, or it follows the span
/// that it is opened in, or the one whose trace it names.
fn placed(fields: &Fields, above: Option<Place>) -> (Place, Vec<u8>) {
    if let Some(own) = fields.own {
        let after = fields.trace.filter(|after| *after != own);
        return (own, after.map_or(Vec::new(), |(_, span)| span.to_vec()));
    }
    let mut span_id = [0; 8];
    span_id.copy_from_slice(&Id128::random().as_bytes()[..8]);
    match above.or(fields.trace) {
        Some((trace_id, parent)) => ((trace_id, span_id), parent.to_vec()),
        None => ((*Id128::random().as_bytes(), span_id), Vec::new()),
    }
}

impl Tap {
    fn now(&self) -> u64 {
        nanos(self.clock.as_ref())
    }

    fn put(&self, item: Item) {
        if self.sender.try_send(item).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub(crate) fn nanos(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.now().as_millis())
        .unwrap_or(0)
        .saturating_mul(1_000_000)
}

fn heard(target: &str) -> bool {
    let root = target.split("::").next().unwrap_or(target);
    !UNHEARD.contains(&root)
}

impl<S> Layer<S> for Tap
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let above = span.parent();
        let above = above.as_ref().and_then(|above| {
            let extensions = above.extensions();
            let open = extensions.get::<Open>()?;
            Some((open.trace_id, open.span_id))
        });
        let ((trace_id, span_id), parent) = placed(&fields, above);
        let open = Open {
            trace_id,
            span_id,
            parent,
            start: self.now(),
            attributes: fields.attributes,
            links: fields.links,
        };
        span.extensions_mut().insert(open);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            open.attributes.extend(fields.attributes);
            open.attributes.truncate(MOST);
            open.links.extend(fields.links);
            open.links.truncate(MOST);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if !heard(metadata.target()) {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut attributes = fields.attributes;
        attributes.push(KeyValue::text("target", metadata.target()));
        let now = self.now();
        let (severity_number, severity_text) = severity(*metadata.level());
        let mut record = LogRecord {
            time_unix_nano: now,
            observed_time_unix_nano: now,
            severity_number,
            severity_text: severity_text.to_owned(),
            body: Some(AnyValue {
                value: Some(Any::String(fields.message)),
            }),
            attributes,
            ..LogRecord::default()
        };
        if let Some(span) = context.event_span(event)
            && let Some(open) = span.extensions().get::<Open>()
        {
            record.trace_id = open.trace_id.to_vec();
            record.span_id = open.span_id.to_vec();
            record.flags = 1;
        }
        self.put(Item::Log(record));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else {
            return;
        };
        if !heard(span.metadata().target()) {
            return;
        }
        let Some(open) = span.extensions_mut().remove::<Open>() else {
            return;
        };
        self.put(Item::Span(Span {
            trace_id: open.trace_id.to_vec(),
            span_id: open.span_id.to_vec(),
            parent_span_id: open.parent,
            name: span.name().to_owned(),
            kind: if span.name() == "request" { 2 } else { 1 },
            start_time_unix_nano: open.start,
            end_time_unix_nano: self.now(),
            attributes: open.attributes,
            links: open.links,
        }));
    }
}

/// opentelemetry-proto, `SeverityNumber`.
const fn severity(level: Level) -> (i32, &'static str) {
    match level {
        Level::TRACE => (1, "TRACE"),
        Level::DEBUG => (5, "DEBUG"),
        Level::INFO => (9, "INFO"),
        Level::WARN => (13, "WARN"),
        Level::ERROR => (17, "ERROR"),
    }
}

/// What a line or a span says.
#[derive(Default)]
struct Fields {
    message: String,
    trace: Option<Place>,
    own: Option<Place>,
    links: Vec<Link>,
    attributes: Vec<KeyValue>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Any) {
        if self.attributes.len() < MOST {
            self.attributes.push(KeyValue::new(field.name(), value));
        }
    }

    fn text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = short(text),
            AFTER => {
                self.trace = traceparent(&text);
                self.put(field, Any::String(short(text)));
            }
            // What these say stands in fields of its own.
            OWN => self.own = traceparent(&text),
            LINKS => self
                .links
                .extend(text.split(' ').filter_map(link).take(MOST)),
            _ => self.put(field, Any::String(short(text))),
        }
    }
}

fn short(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
    }
    text
}

fn link(text: &str) -> Option<Link> {
    let (trace_id, span_id) = traceparent(text)?;
    Some(Link {
        trace_id: trace_id.to_vec(),
        span_id: span_id.to_vec(),
    })
}

/// `00-<trace>-<span>-<flags>` (W3C Trace Context, section 3.2).
fn traceparent(text: &str) -> Option<Place> {
    let mut parts = text.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    if version != "00" || trace.len() != 32 || span.len() != 16 {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|it| *it != 0)?;
    let span = u64::from_str_radix(span, 16).ok()?;
    Some((trace.to_be_bytes(), span.to_be_bytes()))
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Any::Double(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Any::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Any::Int(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Any::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format!("{value:?}"));
    }
}
