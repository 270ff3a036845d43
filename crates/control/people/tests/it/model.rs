//! Sessions against a model of them: whatever is done in whatever order, those are open that should
//! be, and no others.

use std::collections::BTreeMap;

use aurora_people::{Opened, Visitor};
use aurora_permissions::Role;
use proptest::prelude::*;

use crate::lab::{Lab, name};

#[derive(Clone, Debug)]
enum Step {
    Enter(usize),
    SignOut(usize),
    Revoke(usize),
    RevokeAll(usize),
    Disable(usize),
    Enable(usize),
    Role(usize, bool),
    Use(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which) = (0..3_usize, 0..12_usize);
    prop_oneof![
        4 => who.clone().prop_map(Step::Enter),
        1 => which.clone().prop_map(Step::SignOut),
        1 => which.clone().prop_map(Step::Revoke),
        1 => who.clone().prop_map(Step::RevokeAll),
        1 => who.clone().prop_map(Step::Disable),
        2 => who.clone().prop_map(Step::Enable),
        1 => (who, any::<bool>()).prop_map(|(who, more)| Step::Role(who, more)),
        3 => which.prop_map(Step::Use),
        3 => (1..90_u64).prop_map(|minutes| Step::Pass(minutes * 60)),
    ]
}

/// What should be true of a session.
struct Kept {
    opened: Opened,
    who: usize,
    ends: u64,
    idles: u64,
}

const NAMES: [&str; 3] = ["ada", "bob", "cyd"];

async fn play(steps: Vec<Step>) {
    let lab = Lab::memory();
    let operator = lab.operator();
    let names = NAMES.map(name);
    lab.person("boss", &[Role::Admin]).await;
    for one in NAMES {
        lab.person(one, &[Role::Viewer]).await;
    }
    let (mut now, mut enabled, mut more) = (0, [true; 3], [false; 3]);
    let mut open: BTreeMap<usize, Kept> = BTreeMap::new();
    let mut next = 0;
    for step in steps {
        match step {
            Step::Enter(who) if enabled[who] => {
                let opened = lab.enter(&names[who]).await;
                let (ends, idles) = (now + 12 * 3_600, now + 3_600);
                open.insert(
                    next,
                    Kept {
                        opened,
                        who,
                        ends,
                        idles,
                    },
                );
                next += 1;
            }
            Step::Enter(who) => {
                assert!(
                    lab.people
                        .issue_link(&operator, Some(&names[who]))
                        .await
                        .is_err()
                );
            }
            Step::SignOut(which) => {
                if let Some(kept) = open.remove(&which) {
                    let token = kept.opened.token;
                    lab.people
                        .sign_out(token.expose(), &Visitor::nobody())
                        .await
                        .unwrap();
                }
            }
            Step::Revoke(which) => {
                let listed = lab.people.sessions(None).await.unwrap();
                if let Some(row) = listed.get(which) {
                    lab.people
                        .revoke_session(&operator, &row.id, None)
                        .await
                        .unwrap();
                    let mut gone = Vec::new();
                    for (at, kept) in &open {
                        if !lab.is_open(&kept.opened).await {
                            gone.push(*at);
                        }
                    }
                    assert_eq!(gone.len(), 1, "one ends, and it was open");
                    open.retain(|at, _| !gone.contains(at));
                }
            }
            Step::RevokeAll(who) => {
                lab.people
                    .revoke_sessions(&operator, &names[who])
                    .await
                    .unwrap();
                open.retain(|_, kept| kept.who != who);
            }
            Step::Disable(who) => {
                lab.people.disable(&operator, &names[who]).await.unwrap();
                enabled[who] = false;
                open.retain(|_, kept| kept.who != who);
            }
            Step::Enable(who) => {
                lab.people.enable(&operator, &names[who]).await.unwrap();
                enabled[who] = true;
            }
            Step::Role(who, gives) => {
                let roles = if gives {
                    vec![Role::Analyst.into()]
                } else {
                    vec![Role::Viewer.into()]
                };
                lab.people
                    .set_roles(&operator, &names[who], roles)
                    .await
                    .unwrap();
                if more[who] != gives {
                    open.retain(|_, kept| kept.who != who);
                }
                more[who] = gives;
            }
            Step::Use(which) => {
                if let Some(kept) = open.get_mut(&which) {
                    let token = kept.opened.token.expose();
                    assert!(lab.people.by_session(token, true).await.unwrap().is_some());
                    kept.idles = now + 3_600;
                }
            }
            Step::Pass(seconds) => {
                lab.pass(seconds);
                now += seconds;
                open.retain(|_, kept| now < kept.ends && now < kept.idles);
            }
        }
        for kept in open.values() {
            assert!(lab.is_open(&kept.opened).await);
        }
        assert_eq!(lab.people.sessions(None).await.unwrap().len(), open.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn those_are_open_that_should_be(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
