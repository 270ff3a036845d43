use std::sync::Arc;

use aurora_indicators::{IndicatorHandle, Indicators, Set};
use proptest::prelude::*;

use crate::{NOW, always, build};

fn bytes() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set");
    let mut all: Vec<_> = (0..40).map(|n| always(&format!("h{n}.evil.com"))).collect();
    all.extend(["192.0.2.0/24", "2001:db8::/32", "evil.com/a"].map(always));
    build(&path, &all);
    std::fs::read(&path).unwrap()
}

/// Opens it and asks everything that can be asked.
fn use_it(bytes: Vec<u8>) {
    if let Ok(set) = Set::open(Arc::new(bytes)) {
        let (Ok(()) | Err(_)) = set.verify();
        if let Ok(all) = set.list(0, 100) {
            drop(all);
        }
        let handle = IndicatorHandle::default();
        handle.swap(Indicators::new([(Arc::from("s"), Arc::new(set))]));
        for n in 0..40 {
            handle.check(&format!("h{n}.evil.com"), NOW);
        }
        handle.check("192.0.2.77", NOW);
        handle.check("2001:db8::1", NOW);
    }
}

/// Mends every checksum of the head, as an attacker would.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    for section in 0..5 {
        let at = 88 + section * 48;
        let number = |at: usize| {
            usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).ok()
        };
        let span = number(at).zip(number(at + 8));
        let part = span.and_then(|(start, len)| bytes.get(start..start.checked_add(len)?));
        if let Some(part) = part {
            let sum = blake3(part);
            bytes[at + 16..at + 48].copy_from_slice(&sum);
        }
    }
    let sum = blake3(&bytes[..328]);
    bytes[328..360].copy_from_slice(&sum);
    bytes
}

fn blake3(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

#[test]
fn every_cut_is_refused() {
    let whole = bytes();
    for len in (0..whole.len()).step_by(7) {
        assert!(Set::open(Arc::new(whole[..len].to_vec())).is_err(), "{len}");
    }
    assert!(Set::open(Arc::new(whole)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), seal in any::<bool>(), near in any::<bool>()) {
        let mut all = bytes();
        for (place, byte) in changes {
            let at = if near { place.index(360) } else { place.index(all.len()) };
            all[at] = byte;
        }
        use_it(if seal { sealed(all) } else { all });
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        use_it(noise);
    }
}
