//! What becomes a record, and that resuming and packing change nothing.

use std::io::{BufReader, Write};

use aurora_formats::{Format, Framed, Framer, Limits};
use expect_test::{Expect, expect};
use proptest::prelude::*;

pub(crate) fn frame(bytes: &[u8]) -> Vec<Framed> {
    Framer::new(bytes, Limits::default())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn check(input: &[u8], wanted: Expect) {
    let mut text = String::new();
    for item in frame(input) {
        text += &format!(
            "{}..{} {:?}\n",
            item.offset(),
            item.next(),
            String::from_utf8_lossy(item.bytes())
        );
    }
    wanted.assert_eq(&text);
}

#[test]
fn lines() {
    check(
        b"one\r\n\n  \t\ntwo\0\xff\nlast",
        expect![[r#"
        0..5 "one"
        10..16 "two\0�"
        16..20 "last"
    "#]],
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_record() {
    check(
        b"\xef\xbb\xbf{\"a\":1}\n{\"a\":2}\n",
        expect![[r#"
        3..11 "{\"a\":1}"
        11..19 "{\"a\":2}"
    "#]],
    );
}

#[test]
fn pretty_objects_one_after_another() {
    check(
        b"{\n \"a\": \"}\"\n}\n{\n \"b\": [{}]\n}\n",
        expect![[r#"
        0..13 "{\n \"a\": \"}\"\n}"
        14..28 "{\n \"b\": [{}]\n}"
    "#]],
    );
}

#[test]
fn an_array_of_records() {
    check(
        b" [ {\"a\":1} ,\n{\"a\":[2]}]\n",
        expect![[r#"
        3..10 "{\"a\":1}"
        13..22 "{\"a\":[2]}"
    "#]],
    );
}

#[test]
fn members_of_records_are_records() {
    check(
        b"{\"Records\": [{\"a\":1},{\"a\":2}]}\n{\"Records\":[{\"a\":3}]}",
        expect![[r#"
        13..20 "{\"a\":1}"
        21..28 "{\"a\":2}"
        43..50 "{\"a\":3}"
    "#]],
    );
}

#[test]
fn a_cut_value_and_rubbish_are_records() {
    check(
        b"[{\"a\":1}, 17,\n null, {\"a\":",
        expect![[r#"
        1..8 "{\"a\":1}"
        10..14 "17,"
        15..26 "null, {\"a\":"
    "#]],
    );
    check(
        b"{\"a\":1}\n{\"a\":\"cut",
        expect![[r#"
        0..8 "{\"a\":1}"
        8..17 "{\"a\":\"cut"
    "#]],
    );
}

#[test]
fn a_file_that_can_be_moved_in_resumes_there() {
    let text = b"one\ntwo\nthree\n";
    let rest: Vec<_> = Framer::at(&text[4..], Format::Lines, 4)
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(rest, frame(text)[1..]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn document() -> impl Strategy<Value = Vec<u8>> {
    let object = "\\{\"a\":( |\n)?(1|\"[a-z\\]}]{0,9}\"|\\[\\{\\},\\{\\}\\])\\}";
    let line = prop_oneof!["[ -~]{0,40}", object];
    prop_oneof![
        prop::collection::vec(line, 0..20).prop_map(|lines| lines.join("\n")),
        prop::collection::vec(object, 0..20).prop_map(|values| format!("[{}]", values.join(",\n"))),
        prop::collection::vec(object, 0..20)
            .prop_map(|values| format!("{{\"Records\":[{}]}}", values.join(","))),
        prop::collection::vec(object, 0..20).prop_map(|values| values.join("\n\n")),
    ]
    .prop_map(String::into_bytes)
}

/// A reader that gives a few bytes at a time.
struct Dripping<'a>(&'a [u8], usize);

impl std::io::Read for Dripping<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

proptest! {
    #[test]
    fn resuming_after_any_record_gives_the_rest(bytes in document()) {
        let whole = frame(&bytes);
        for (at, item) in whole.iter().enumerate() {
            for input in [bytes.clone(), gzip(&bytes)] {
                let rest: Vec<_> = Framer::resume(&input[..], Limits::default(), item.next())
                    .unwrap().collect::<Result<_, _>>().unwrap();
                prop_assert_eq!(&rest[..], &whole[at + 1..]);
            }
        }
    }

    #[test]
    fn how_the_bytes_arrive_does_not_matter(bytes in document(), step in 1_usize..20) {
        let reader = BufReader::with_capacity(step, Dripping(&bytes, step));
        let found: Vec<_> = Framer::new(reader, Limits::default()).unwrap().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(found, frame(&bytes));
    }

    #[test]
    fn any_bytes_are_framed_without_loss_of_order(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let items = frame(&bytes);
        prop_assert!(items.is_sorted_by_key(Framed::offset));
    }
}
