//! The file of a compiled indicator set, and everything that can be asked of one.

use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_indicators::{IndicatorHandle, Indicators, Set};

pub fn run(bytes: &[u8]) {
    let Ok(set) = Set::open(Arc::new(bytes.to_vec())) else {
        return;
    };
    drop(set.verify());
    drop(set.list(0, 100));
    let handle = IndicatorHandle::default();
    handle.swap(Indicators::new([(Arc::from("s"), Arc::new(set))]));
    for value in [
        "192.0.2.77",
        "2001:db8::1",
        "a.evil.com",
        "http://evil.com/a",
        "a@evil.com",
    ] {
        handle.check(value, Timestamp::from_millis(0));
    }
}
