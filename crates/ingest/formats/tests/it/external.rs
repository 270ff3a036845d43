//! Real files, when the folder with test data is there.
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::BufReader;

use aurora_formats::{Format, Framed, Framer, Limits};
use aurora_shared_data::shared_data as data;

fn framed(bytes: &[u8]) -> (Format, Vec<Framed>) {
    let framer = Framer::new(bytes, Limits::default()).unwrap();
    (framer.format(), framer.map(Result::unwrap).collect())
}

fn count(items: &[Framed]) -> (usize, usize) {
    let records = items
        .iter()
        .filter(|item| matches!(item, Framed::Record { .. }))
        .count();
    (records, items.len() - records)
}

#[test]
fn an_event_log_whole_cut_and_damaged() {
    let Some(data) = data() else { return };
    let bytes = std::fs::read(data.join("raw/windows-evtx/security.evtx")).unwrap();
    let (format, whole) = framed(&bytes);
    let (records, damaged) = count(&whole);
    assert_eq!(format, Format::Evtx);
    println!("security.evtx: {records} records, {damaged} damaged");
    assert!(records > 1000 && damaged == 0);
    for item in &whole {
        let value = aurora_formats::json::parse(item.bytes()).unwrap().value;
        assert!(value.pointer("/Event/System/Channel").is_some(), "{value}");
    }

    let (_, half) = framed(&bytes[..bytes.len() / 2 + 1000]);
    let (kept, lost) = count(&half);
    assert!(kept > records / 3 && lost >= 1, "{kept} {lost}");
    assert_eq!(half[..kept / 2], whole[..kept / 2]);

    let mut hurt = bytes.clone();
    hurt[4096 + 65_536..][..600].fill(0xa5);
    hurt[4096 + 3 * 65_536 + 5000..][..700].fill(0xa5);
    let (_, rest) = framed(&hurt);
    let (kept, lost) = count(&rest);
    println!("damaged: {kept} records, {lost} damaged");
    assert!(kept > records / 2 && lost >= 2, "{kept} {lost}");
}

#[test]
fn an_event_log_resumes_after_any_record() {
    let Some(data) = data() else { return };
    let bytes = std::fs::read(data.join("raw/windows-evtx/security.evtx")).unwrap();
    let bytes = &bytes[..4096 + 3 * 65_536];
    let (_, whole) = framed(bytes);
    for at in [0, 1, whole.len() / 2, whole.len() - 2, whole.len() - 1] {
        let rest: Vec<_> = Framer::resume(bytes, Limits::default(), whole[at].next())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rest, whole[at + 1..]);
    }
}

#[test]
fn every_raw_sample_is_framed() {
    let Some(data) = data() else { return };
    let mut files = 0;
    for folder in std::fs::read_dir(data.join("raw"))
        .unwrap()
        .map(Result::unwrap)
    {
        let Ok(folder) = std::fs::read_dir(folder.path()) else {
            continue;
        };
        for file in folder
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
        {
            let input = BufReader::new(File::open(&file).unwrap());
            let items: Vec<_> = Framer::new(input, Limits::default())
                .unwrap()
                .map(Result::unwrap)
                .collect();
            assert!(items.is_sorted_by_key(Framed::offset), "{}", file.display());
            files += 1;
        }
    }
    println!("{files} files framed");
}
