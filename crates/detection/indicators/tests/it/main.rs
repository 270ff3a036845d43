#![allow(clippy::unwrap_used)]

mod hostile;
mod oracle;
mod places;
mod readers;
mod sets;

use std::path::Path;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_indicators::{
    About, Builder, Built, Indicator, IndicatorHandle, Indicators, Set, Validity, Value,
};

pub const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

/// An indicator that holds always.
pub fn always(text: &str) -> Indicator {
    Indicator {
        value: Value::guess(text).unwrap(),
        confidence: 50,
        validity: Validity::default(),
        about: About::default(),
    }
}

pub fn build(path: &Path, indicators: &[Indicator]) -> Built {
    let mut builder = Builder::create(path).unwrap();
    for indicator in indicators {
        builder.add(indicator).unwrap();
    }
    builder.finish().unwrap()
}

pub fn open(path: &Path) -> Arc<Set> {
    let file = std::fs::File::open(path).unwrap();
    Arc::new(Set::open(Arc::new(file)).unwrap())
}

pub fn set(indicators: &[Indicator]) -> Arc<Set> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set");
    build(&path, indicators);
    open(&path)
}

pub fn handle(sets: &[(&str, &[Indicator])]) -> IndicatorHandle {
    let handle = IndicatorHandle::default();
    let sets = sets.iter().map(|(name, all)| (Arc::from(*name), set(all)));
    handle.swap(Indicators::new(sets));
    handle
}
