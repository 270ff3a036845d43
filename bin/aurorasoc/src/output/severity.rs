//! Words that are judged at a glance: a glyph carries what colour may not.

use aurora_messages::{CheckOutcome, Health};
use aurora_model::{AlertStatus, Severity};

use super::{Ink, Span};

pub fn severity(severity: Severity) -> Span {
    let (glyph, ink) = match severity {
        Severity::Unknown => ('?', Ink::Dim),
        Severity::Informational => ('·', Ink::Dim),
        Severity::Low => ('▁', Ink::Cyan),
        Severity::Medium => ('▄', Ink::Yellow),
        Severity::High => ('▆', Ink::Red),
        Severity::Critical | Severity::Fatal => ('█', Ink::BoldRed),
    };
    Span::new(format!("{glyph} {severity}"), ink)
}

pub fn status(status: AlertStatus) -> Span {
    let ink = match status {
        AlertStatus::New => Ink::Bold,
        AlertStatus::Owned => Ink::Cyan,
        AlertStatus::Closed => Ink::Dim,
    };
    Span::new(status.word(), ink)
}

pub fn health(health: Health) -> Span {
    match health {
        Health::Starting => Span::new("… starting", Ink::Yellow),
        Health::Ready => Span::new("✓ ready", Ink::Green),
        Health::Degraded => Span::new("! degraded", Ink::Yellow),
        Health::Down => Span::new("✗ down", Ink::BoldRed),
    }
}

pub fn outcome(outcome: CheckOutcome) -> Span {
    match outcome {
        CheckOutcome::Ok => Span::new("✓ ok", Ink::Green),
        CheckOutcome::Warning => Span::new("! warning", Ink::Yellow),
        CheckOutcome::Failure => Span::new("✗ failure", Ink::BoldRed),
    }
}
