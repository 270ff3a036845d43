//! Bodies of every push protocol, as they come off the wire. Whatever is in them, decoding ends, and
//! what is handed out stays in proportion to what came in, but for what records share.

use aurora_push::{Encoding, Entry, Error, Known, bulk, hec, loki, otlp, unpack};

const ENCODINGS: [Encoding; 6] = [
    Encoding::Unsaid,
    Encoding::Plain,
    Encoding::Gzip,
    Encoding::Deflate,
    Encoding::Zstd,
    Encoding::Snappy,
];
const LIMIT: u64 = 1 << 20;

pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let encoding = ENCODINGS[usize::from(how >> 4) % ENCODINGS.len()];
    let Ok(body) = unpack(data, encoding, LIMIT, &mut |_| Ok(())) else {
        return;
    };
    assert!(body.len() as u64 <= LIMIT.max(data.len() as u64));
    let parser = (how & 8 != 0).then_some("known");
    let known = |body: &[u8]| match body.first() {
        Some(b'k') => Known::Source { named: true },
        Some(b'{') => Known::Generic,
        _ => Known::Nothing,
    };
    let mut taken = 0;
    let mut sink = |entry: Entry| {
        taken += entry.travels(parser, &known).bytes();
        if taken > 64 << 20 {
            return Err(Error::TooMuch("enough".to_owned()));
        }
        Ok(())
    };
    let read = match how & 7 {
        0 => hec::events(&body, &mut sink),
        1 => hec::raw(&body, &hec::Metadata::default(), &mut sink),
        2 => bulk::read(&body, None, &mut |_| Ok(()), &mut sink),
        3 => loki::json(&body, &mut sink),
        4 => loki::protobuf(&body, &mut sink),
        5 => otlp::json(&body, &mut sink),
        _ => otlp::protobuf(&body, &mut sink),
    };
    if let Err(error) = read {
        assert!(!error.to_string().is_empty());
    }
}
