use aurora_federation::{Channel, Hash, Hlc, Kind, Mark, Sealed, Step, StreamId};
use proptest::prelude::*;

use crate::{signer, site};

fn chain(length: u64) -> Vec<Sealed> {
    let stream = StreamId {
        origin: site(0),
        channel: Channel::Alerts,
        epoch: 1,
    };
    let mut prev = Hash::NONE;
    let one = |seq: u64| {
        let body = format!("{seq}").into();
        let place = (stream, seq, prev);
        let sealed = Sealed::new(place, Kind::Alert, Hlc::default(), body, &signer(0)).unwrap();
        prev = sealed.hash();
        sealed
    };
    (1..=length).map(one).collect()
}

fn take(mark: &mut Mark, record: &Sealed) -> Step {
    mark.take(record.record(), record.hash())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_whatever_order_records_come_each_is_new_once(
        order in Just((0..40usize).collect::<Vec<_>>()).prop_shuffle(),
        again in proptest::collection::vec(0..40usize, 0..40),
    ) {
        let chain = chain(40);
        let mut mark = Mark::default();
        let mut seen = std::collections::BTreeSet::new();
        for place in order.into_iter().zip(again.into_iter().chain(std::iter::repeat(0))) {
            for place in [place.0, place.1] {
                let wanted = if seen.insert(place) { Step::New } else { Step::Known };
                prop_assert_eq!(take(&mut mark, &chain[place]), wanted);
                let holes: u64 = mark.missing().map(|(from, to)| to - from + 1).sum();
                prop_assert_eq!(mark.high() - holes, seen.len() as u64);
            }
        }
        prop_assert!(mark.is_complete());
        prop_assert_eq!((mark.high(), mark.head()), (40, chain[39].hash()));
    }
}

#[test]
fn another_record_in_the_chain_is_noticed() {
    let (chain, mut mark) = (chain(6), Mark::default());
    let place = (chain[3].record().stream, 4, Hash::NONE);
    let other = Sealed::new(place, Kind::Alert, Hlc::default(), "x".into(), &signer(0)).unwrap();
    for place in [0, 1, 2] {
        assert_eq!(take(&mut mark, &chain[place]), Step::New);
    }
    assert_eq!(take(&mut mark, &other), Step::Forked { beside: 3 });
    assert_eq!(take(&mut mark, &chain[5]), Step::New);
    // It fits to what comes before it but not to what comes after it.
    let fifth = (chain[4].record().stream, 5, chain[3].hash());
    let other = Sealed::new(fifth, Kind::Alert, Hlc::default(), "x".into(), &signer(0)).unwrap();
    assert_eq!(take(&mut mark, &other), Step::Forked { beside: 6 });
    assert_eq!(take(&mut mark, &chain[4]), Step::New);
    assert_eq!(take(&mut mark, &chain[3]), Step::New);
    assert!(mark.is_complete());
}

#[test]
fn holes_are_bounded() {
    let (chain, mut mark) = (chain(400), Mark::default());
    let odd = chain.iter().step_by(2);
    let steps: Vec<Step> = odd.map(|record| take(&mut mark, record)).collect();
    assert_eq!(steps.iter().filter(|step| **step == Step::New).count(), 65);
    assert_eq!(steps.last(), Some(&Step::TooFar));
    for record in &chain {
        take(&mut mark, record);
    }
    assert!(mark.is_complete() && mark.high() == 400);
}
