use aurora_federation::{Channel, Frame, Hash, Hlc, Kind, Malformed, Refusal, Sealed, StreamId};
use bytes::Bytes;
use proptest::prelude::*;

use crate::{directory, signer, site};

fn sealed(by: u8) -> Sealed {
    let stream = StreamId {
        origin: site(0),
        channel: Channel::Alerts,
        epoch: 1,
    };
    let hlc = Hlc { wall: 5, count: 1 };
    Sealed::new(
        (stream, 1, Hash::NONE),
        Kind::Alert,
        hlc,
        "body".into(),
        &signer(by),
    )
    .unwrap()
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let record = sealed(0);
    let read = Sealed::decode(record.bytes().clone()).unwrap();
    assert_eq!(read, record);
    assert_eq!(read.hash(), record.hash());
    assert_eq!(read.verify(&directory(2)), Ok(()));
}

#[test]
fn only_the_origin_signs() {
    assert_eq!(sealed(1).verify(&directory(2)), Err(Refusal::WrongSite));
    assert_eq!(sealed(1).verify(&directory(1)), Err(Refusal::UnknownKey));
}

#[test]
fn every_changed_byte_is_noticed() {
    let record = sealed(0);
    for place in 0..record.bytes().len() {
        for bit in 0..8 {
            let mut bytes = record.bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let believed = Sealed::decode(bytes.into())
                .is_ok_and(|record| record.verify(&directory(2)).is_ok());
            assert!(!believed, "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn what_is_too_large_or_goes_on_is_refused() {
    let huge = Bytes::from(vec![0; 2 * 1024 * 1024]);
    assert!(matches!(
        Frame::decode(&huge),
        Err(Malformed::TooLarge { .. })
    ));
    assert!(matches!(
        Sealed::decode(huge),
        Err(Malformed::TooLarge { .. })
    ));
    let mut frame = Frame::Probe(site(3)).encode();
    frame.push(0);
    assert_eq!(Frame::decode(&frame), Err(Malformed::Trailing));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(Frame::decode(&bytes));
        drop(Sealed::decode(bytes.into()));
    }
}
