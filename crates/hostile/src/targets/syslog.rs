//! A syslog connection: framing, then the header of every message.

use aurora_clock::Timestamp;
use aurora_formats::syslog::{Deframer, parse};
use jiff::tz::TimeZone;

pub fn run(input: &[u8]) {
    let [step, bytes @ ..] = input else { return };
    let mut deframer = Deframer::new();
    let mut messages = Vec::new();
    for part in bytes.chunks(usize::from(*step).max(1)) {
        deframer.feed(part);
        messages.extend(deframer.by_ref());
    }
    deframer.finish();
    messages.extend(deframer);
    for message in &messages {
        let message = parse(
            message.bytes(),
            Timestamp::from_millis(1_769_851_800_000),
            &TimeZone::UTC,
        );
        assert!(message.pri.is_none_or(|pri| pri <= 191));
    }
}
