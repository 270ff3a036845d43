//! Input that would hurt a naive reader.

use std::io::{self, BufReader, Read};

use aurora_formats::{Error, Framed, Framer, Limits, MAX_PIECE_BYTES};

/// `length` times the same byte between two parts, made as it is read.
struct Long {
    before: &'static [u8],
    byte: u8,
    length: usize,
    after: &'static [u8],
}

impl Read for Long {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let part = if self.before.is_empty() && self.length == 0 {
            &mut self.after
        } else {
            &mut self.before
        };
        if !part.is_empty() {
            return part.read(into);
        }
        let count = self.length.min(into.len());
        into[..count].fill(self.byte);
        self.length -= count;
        Ok(count)
    }
}

fn pieces(input: Long) -> (usize, Vec<Vec<u8>>) {
    let framer = Framer::new(BufReader::new(input), Limits::default()).unwrap();
    let (mut oversize, mut records) = (0, Vec::new());
    for item in framer {
        match item.unwrap() {
            Framed::Record { body, .. } => records.push(body),
            Framed::Oversize { piece, record, .. } => {
                assert!(piece.len() <= MAX_PIECE_BYTES && record == 6);
                oversize += piece.len();
            }
            Framed::Damaged { detail, .. } => panic!("{detail}"),
        }
    }
    (oversize, records)
}

#[test]
fn a_line_of_100_megabytes_comes_in_pieces() {
    const LENGTH: usize = 100_000_000;
    let (oversize, records) = pieces(Long {
        before: b"first\n",
        byte: b'x',
        length: LENGTH,
        after: b"\nlast\n",
    });
    assert_eq!(oversize, LENGTH);
    assert_eq!(records, [&b"first"[..], b"last"]);
}

#[test]
fn a_huge_object_comes_in_pieces_and_the_next_one_is_found() {
    let before = b"[{},  {\"a\":\"";
    let (oversize, records) = pieces(Long {
        before,
        byte: b'}',
        length: 3_000_000,
        after: b"\"}, {\"b\":1}]",
    });
    assert_eq!(oversize, 3_000_000 + 8);
    assert_eq!(records, [&b"{}"[..], b"{\"b\":1}"]);
}

#[test]
fn resuming_inside_a_large_record_starts_it_again() {
    let mut bytes = b"first\n".to_vec();
    bytes.extend(vec![b'x'; 2_000_000]);
    bytes.extend(b"\nlast\n");
    let whole: Vec<_> = Framer::new(&bytes[..], Limits::default())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let middle = &whole[2];
    assert!(matches!(middle, Framed::Oversize { last: false, .. }));
    let again: Vec<_> = Framer::resume(&bytes[..], Limits::default(), middle.next())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(again, whole[1..]);
}

#[test]
fn ten_thousand_levels_are_one_record() {
    let text = format!("{}\n", "{\"a\":".repeat(10_000));
    let items: Vec<_> = Framer::new(text.as_bytes(), Limits::default())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(items.len(), 1);
    assert!(matches!(
        aurora_formats::json::parse(items[0].bytes()),
        Err(aurora_formats::json::Error::TooDeep)
    ));
}

#[test]
fn what_stood_before_a_broken_stream_is_delivered() {
    let line = b"a line of the log\n";
    let packed = zstd::encode_all(&line.repeat(100_000)[..], 1).unwrap();
    let mut framer = Framer::new(&packed[..packed.len() - 20], Limits::default()).unwrap();
    let delivered = framer.by_ref().take_while(Result::is_ok).count();
    assert!(delivered > 0, "nothing was delivered");
    assert!(framer.next().is_none());
}

#[test]
fn a_bomb_ends_the_reading_with_its_reason() {
    let packed = zstd::encode_all(&vec![b'\n'; 4 << 20][..], 3).unwrap();
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let mut framer = Framer::new(&packed[..], limits).unwrap();
    assert!(matches!(framer.next(), Some(Err(Error::Bomb { .. }))));
}
