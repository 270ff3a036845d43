//! Feeds of indicators in every format.

use aurora_clock::Timestamp;
use aurora_indicators::read::{Format, Options, Report, from_text};
use aurora_indicators::{Indicator, Value};

pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    for format in [
        Format::Auto,
        Format::Stix,
        Format::Misp,
        Format::Csv,
        Format::List,
    ] {
        let options = Options {
            format,
            ..Options::at(Timestamp::from_millis(0))
        };
        let mut report = Report::default();
        // What was read is a value that is read the same again.
        let mut add = |indicator: &Indicator| {
            let shown = indicator.value.to_string();
            assert_eq!(
                Value::parse(indicator.value.kind(), &shown).as_ref(),
                Ok(&indicator.value)
            );
            Ok(())
        };
        drop(from_text("feed", text, &options, &mut report, &mut add));
    }
}
