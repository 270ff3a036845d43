use std::io::Write as _;

use aurora_push::{Encoding, Error, unpack};
use proptest::prelude::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut out = snap::write::FrameEncoder::new(Vec::new());
    out.write_all(bytes).unwrap();
    out.into_inner().unwrap()
}

fn block(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKINGS: [(&str, Pack); 8] = [
    ("gzip", gzip),
    ("x-gzip", gzip),
    ("deflate", zlib),
    ("deflate", deflate),
    ("zstd", zstd),
    ("snappy", framed),
    ("snappy", block),
    ("identity", <[u8]>::to_vec),
];

fn read(body: &[u8], header: &str, limit: u64) -> Result<Vec<u8>, Error> {
    let encoding = Encoding::parse(Some(header))?;
    let mut asked = 0;
    let read = unpack(body, encoding, limit, &mut |more| {
        asked += more as u64;
        assert!(asked <= limit, "asked for {asked} bytes");
        Ok(())
    });
    read.map(std::borrow::Cow::into_owned)
}

#[test]
fn every_packing_is_unpacked() {
    let text = b"a line\nanother line\n".repeat(5000);
    for (name, pack) in PACKINGS {
        assert_eq!(read(&pack(&text), name, 1 << 20).unwrap(), text, "{name}");
        assert_eq!(read(&pack(b""), name, 1 << 20).unwrap(), b"", "{name}");
    }
    for packed in [gzip(&text), zstd(&text), text.clone()] {
        let unsaid = unpack(&packed, Encoding::Unsaid, 1 << 20, &mut |_| Ok(()));
        assert_eq!(unsaid.unwrap(), text);
    }
    assert_eq!(read(b"plain", "gzip", 10).unwrap(), b"plain");
    assert!(matches!(read(b"", "br", 10), Err(Error::Encoding(_))));
    assert!(matches!(
        read(b"", "gzip, zstd", 10),
        Err(Error::Encoding(_))
    ));
}

/// A gigabyte of nothing in a few bytes.
#[test]
fn a_bomb_is_refused_before_it_takes_memory() {
    let nothing = vec![0; 32 << 20];
    for (name, pack) in &PACKINGS[..7] {
        let bomb = pack(&nothing);
        assert!(bomb.len() < 4 << 20);
        let said = read(&bomb, name, 1 << 20);
        assert!(
            matches!(said, Err(Error::Bomb { limit: 1_048_576 })),
            "{name}"
        );
    }
    // A block may say any length; it is not believed.
    let lie = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00];
    assert!(matches!(
        read(&lie, "snappy", 1 << 20),
        Err(Error::Bomb { .. })
    ));
    let packed = gzip(&nothing);
    let full = unpack(&packed, Encoding::Gzip, 1 << 30, &mut |_| {
        Err(Error::TooMuch("enough".to_owned()))
    });
    assert!(matches!(full, Err(Error::TooMuch(_))));
}

#[test]
fn a_cut_body_is_refused() {
    let noise: Vec<u8> = (0..50_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for (name, pack) in &PACKINGS[..7] {
        let packed = pack(&noise);
        let cut = read(&packed[..packed.len() / 2], name, 1 << 30);
        assert!(matches!(cut, Err(Error::Unpack { .. })), "{name}");
    }
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for (name, _) in PACKINGS {
            let _read = read(&bytes, name, 1 << 16);
        }
        let mut sink = |entry: aurora_push::Entry| {
            entry.travels(None, &|_| aurora_push::Known::Nothing);
            Ok(())
        };
        let _read = aurora_push::otlp::protobuf(&bytes, &mut sink);
        let _read = aurora_push::loki::protobuf(&bytes, &mut sink);
        let _read = aurora_push::hec::events(&bytes, &mut sink);
    }
}
