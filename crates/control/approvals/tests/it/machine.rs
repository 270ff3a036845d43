//! Whatever people do in whatever order: what is taken was asserted by its asker, approved by
//! another human, in time, and is taken once.

use std::time::Duration;

use aurora_approvals::{Approval, ApprovalId, STEP_UP_FOR, State};
use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::AuthStrength;
use aurora_permissions::{Principal, Role};
use proptest::prelude::*;

use crate::stand::stand;

#[derive(Clone, Copy, Debug)]
enum Step {
    Assert(usize),
    Approve(usize),
    Deny(usize),
    Take(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4_usize).prop_map(Step::Assert),
        3 => (0..4_usize).prop_map(Step::Approve),
        1 => (0..4_usize).prop_map(Step::Deny),
        4 => (0..4_usize).prop_map(Step::Take),
        3 => (0..400_u64).prop_map(Step::Wait),
    ]
}

#[test]
fn nothing_gets_round_it() {
    let stand = stand();
    // The second account is the first one's human.
    let people: Vec<Principal> = [
        ("eva", "eva"),
        ("eva2", "eva"),
        ("omar", "omar"),
        ("zoe", "zoe"),
    ]
    .map(|(name, human)| stand.person(name, human, Role::Admin))
    .into();
    let asked = stand.erase();
    let hash = asked.deed.hash();
    let start = Timestamp::from_millis(1_800_000_000_000);
    let steps = proptest::collection::vec(step(), 0..30);
    let config = ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in steps)| {
        let mut now = start;
        let id = ApprovalId(Id128::from_bytes([7; 16]));
        let mut approval = Approval::ask(id, asked.deed.clone(), asked.needs, &people[0], "", now);
        let (mut asserted, mut approved, mut over) = (None::<Timestamp>, false, false);
        for step in steps {
            let live = !over && now < start.plus(Duration::from_secs(900));
            match step {
                Step::Wait(seconds) => now = now.plus(Duration::from_secs(seconds)),
                Step::Assert(who) => {
                    let done = approval.assert(&people[who], AuthStrength::Passkey, now).is_ok();
                    prop_assert_eq!(done, live && who == 0);
                    if done {
                        asserted = Some(now);
                    }
                }
                Step::Approve(who) => {
                    let done = approval.approve(&people[who], AuthStrength::Passkey, "", now).is_ok();
                    prop_assert!(!done || (live && who >= 2));
                    approved |= done;
                }
                Step::Deny(who) => {
                    let done = approval.deny(&people[who], now).is_ok();
                    prop_assert_eq!(done, live);
                    over |= done;
                }
                Step::Take(who) => {
                    let fresh = asserted.is_some_and(|at| now < at.plus(STEP_UP_FOR));
                    let done = approval.take(&people[who], &hash, now).is_ok();
                    prop_assert_eq!(done, live && who == 0 && fresh && approved);
                    over |= done;
                    prop_assert_eq!(done, done && approval.state == State::Used);
                }
            }
        }
    });
}
