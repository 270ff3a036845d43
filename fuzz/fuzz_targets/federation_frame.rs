//! What a peer sends: frames, and the records and beats in them.
#![no_main]

use aurora_federation::{Frame, Sealed};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match Frame::decode(bytes) {
        Ok(Frame::Beat(beat)) => drop(beat.beat()),
        Ok(frame) => assert_eq!(Frame::decode(&frame.encode()).as_ref(), Ok(&frame)),
        Err(_) => {}
    }
    if let Ok(record) = Sealed::decode(bytes.to_vec().into()) {
        assert_eq!(record.bytes(), bytes);
    }
});
