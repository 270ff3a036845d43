//! What a peer sends: frames, and the records and beats in them.

use aurora_federation::{Frame, Sealed};

pub fn run(bytes: &[u8]) {
    match Frame::decode(bytes) {
        Ok(Frame::Beat(beat)) => drop(beat.beat()),
        Ok(frame) => assert_eq!(Frame::decode(&frame.encode()).as_ref(), Ok(&frame)),
        Err(_) => {}
    }
    if let Ok(record) = Sealed::decode(bytes.to_vec().into()) {
        assert_eq!(record.bytes(), bytes);
    }
}
