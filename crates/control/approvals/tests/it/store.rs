//! Approvals as they are kept: who may say what of them, and what is on record.

use aurora_approvals::{Approval, Asked, Error, Refusal, State};
use aurora_model::effect::Outcome;
use aurora_permissions::{Principal, Role, permission};
use serde_json::{Value, json};

use crate::stand::{Stand, stand, word};

fn refusal<T: std::fmt::Debug>(done: Result<T, Error>) -> String {
    match done {
        Err(Error::Refused(refusal)) => format!("{refusal:?}"),
        Err(Error::BadAssertion) => "BadAssertion".to_owned(),
        Err(Error::Raced) => "Raced".to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn the_whole_way() {
    let stand = stand();
    let (eva, omar) = two_admins(&stand);
    let (as_eva, as_omar) = (stand.context(&eva), stand.context(&omar));
    let approvals = &stand.approvals;
    let asked = approvals.ask(&as_eva, &eva, stand.erase()).await.unwrap();
    let hash = asked.action;
    assert_eq!(asked.state, State::Pending);
    assert_eq!(asked.blast.lines, ["takes 2 records out"]);

    let again = approvals.ask(&as_eva, &eva, stand.erase()).await.unwrap();
    assert_eq!(again.id, asked.id, "asking twice is asking once");

    let early = approvals.take(&as_eva, &eva, asked.id, &hash).await;
    assert_eq!(refusal(early), "NoAssertion");
    let proof = word(&eva, &hash);
    approvals
        .assert(&as_eva, &eva, asked.id, &proof)
        .await
        .unwrap();
    let early = approvals.take(&as_eva, &eva, asked.id, &hash).await;
    assert_eq!(refusal(early), "TooFew(1)");

    let proof = word(&omar, &hash);
    let approved = approvals.approve(&as_omar, &omar, asked.id, &proof).await;
    assert_eq!(approved.unwrap().state, State::Approved);
    let taken = approvals
        .take(&as_eva, &eva, asked.id, &hash)
        .await
        .unwrap();
    let assured = taken.assured;
    assert!(assured.step_up && assured.approvers == 1 && !assured.break_glass);
    approvals
        .done(&as_eva, &taken, Outcome::Done)
        .await
        .unwrap();
    let again = approvals.done(&as_eva, &taken, Outcome::Failed).await;
    assert!(again.is_err(), "it ends once");

    let replayed = approvals.take(&as_eva, &eva, asked.id, &hash).await;
    assert_eq!(refusal(replayed), "Over(Used)");
    assert_eq!(
        stand.decided().await,
        [
            "approval.ask",
            "approval.assert",
            "approval.approve",
            "approval.use",
            "effect.settle"
        ]
    );
    assert_eq!(approvals.report_unknown(&stand.scope).await.unwrap(), []);
}

/// A process that ends between the use of an approval and the word on what came of it: the approval is used, and
/// that nobody knows whether it was done is on record, once.
#[tokio::test]
async fn a_deed_of_which_nothing_more_was_heard_is_of_unknown_outcome() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (eva, omar) = two_admins(&stand);
    let approvals = &stand.approvals;
    let as_eva = stand.context(&eva);
    agreed(&stand, &omar, &asked).await;
    let take = || approvals.take(&as_eva, &eva, asked.id, &asked.action);
    let taken = take().await.unwrap();
    let left = approvals.report_unknown(&stand.scope).await.unwrap();
    let left: Vec<_> = left.iter().map(|it| (&*it.id, &*it.does)).collect();
    assert_eq!(left, [(&*asked.id.to_string(), "audit.erase")]);
    assert_eq!(approvals.report_unknown(&stand.scope).await.unwrap(), []);
    let late = approvals.done(&as_eva, &taken, Outcome::Done).await;
    assert!(late.is_err(), "it is known to be unknown");
    assert_eq!(refusal(take().await), "Over(Used)");
    assert_eq!(stand.decided().await.last().unwrap(), "effect.settle");
}

/// Who asks, and who approves.
fn two_admins(stand: &Stand) -> (Principal, Principal) {
    let admin = |name| stand.person(name, name, Role::Admin);
    (admin("eva"), admin("omar"))
}

/// Approves, with the assertion that it gives back.
async fn agreed(stand: &Stand, who: &Principal, asked: &Approval) -> Value {
    let proof = word(who, &asked.action);
    let context = stand.context(who);
    let approved = stand.approvals.approve(&context, who, asked.id, &proof);
    approved.await.unwrap();
    proof
}

/// What waits, with the asker's assertion given.
async fn asserted(stand: &Stand) -> Approval {
    let eva = stand.person("eva", "eva", Role::Admin);
    let context = stand.context(&eva);
    let asked = stand
        .approvals
        .ask(&context, &eva, stand.erase())
        .await
        .unwrap();
    let proof = word(&eva, &asked.action);
    let asserted = stand.approvals.assert(&context, &eva, asked.id, &proof);
    asserted.await.unwrap()
}

#[tokio::test]
async fn who_cannot_approve() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let mut service = stand.person("robot", "robot", Role::Admin);
    service.actor = aurora_model::Actor::Service("robot".to_owned());
    service.human = None;
    let local = |human: &str| {
        let human = aurora_permissions::Human(human.to_owned());
        let now = aurora_clock::Clock::now(stand.clock.as_ref());
        aurora_permissions::Principal::local_operator("root", human, now)
    };
    for (who, want) in [
        (stand.person("eva", "eva", Role::Admin), "SameHuman"),
        (stand.person("eva.private", "eva", Role::Admin), "SameHuman"),
        (local("eva"), "SameHuman"),
        (service, "SameHuman"),
        (stand.person("vic", "vic", Role::Viewer), "MayNot"),
        (stand.person("ana", "ana", Role::Analyst), "MayNot"),
    ] {
        let proof = word(&who, &asked.action);
        let context = stand.context(&who);
        let approved = stand.approvals.approve(&context, &who, asked.id, &proof);
        assert_eq!(refusal(approved.await), want, "{who:?}");
    }
    let decided = stand.decided().await;
    assert!(
        !decided.contains(&"approval.approve".to_owned()),
        "{decided:?}"
    );
}

#[tokio::test]
async fn an_assertion_is_the_persons_own_and_for_this_action() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (omar, zoe) = (
        stand.person("omar", "omar", Role::Admin),
        stand.person("zoe", "zoe", Role::Admin),
    );
    let other = Asked {
        deed: stand.deed(permission!(Audit, Erase), json!({ "numbers": [1, 2, 3] })),
        ..stand.erase()
    };
    for proof in [
        Value::Null,
        json!({}),
        word(&zoe, &asked.action),
        word(&omar, &other.deed.hash()),
    ] {
        let context = stand.context(&omar);
        let approved = stand.approvals.approve(&context, &omar, asked.id, &proof);
        assert_eq!(refusal(approved.await), "BadAssertion", "{proof}");
    }
}

#[tokio::test]
async fn only_the_asker_takes_it_and_only_for_what_was_asked() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (eva, omar) = two_admins(&stand);
    let proof = agreed(&stand, &omar, &asked).await;
    let context = stand.context(&omar);
    let approvals = &stand.approvals;

    let taken = approvals
        .take(&context, &omar, asked.id, &asked.action)
        .await;
    assert_eq!(refusal(taken), "NotTheAsker");
    let other = stand.deed(permission!(Audit, Erase), json!({ "numbers": [1] }));
    let context = stand.context(&eva);
    let taken = approvals
        .take(&context, &eva, asked.id, &other.hash())
        .await;
    assert_eq!(refusal(taken), "OtherAction");
    let context = stand.context(&omar);
    let asserted = approvals.assert(&context, &omar, asked.id, &proof);
    assert_eq!(refusal(asserted.await), "NotTheAsker");
}

#[tokio::test]
async fn time_runs_out() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (eva, omar) = two_admins(&stand);
    let approvals = &stand.approvals;
    stand.later(4 * 60);
    agreed(&stand, &omar, &asked).await;
    stand.later(60);
    let as_eva = stand.context(&eva);
    let stale = approvals.take(&as_eva, &eva, asked.id, &asked.action).await;
    assert_eq!(refusal(stale), "NoAssertion", "five minutes have passed");
    let proof = word(&eva, &asked.action);
    approvals
        .assert(&as_eva, &eva, asked.id, &proof)
        .await
        .unwrap();
    stand.later(10 * 60);
    let late = approvals.take(&as_eva, &eva, asked.id, &asked.action).await;
    assert_eq!(refusal(late), "Over(Expired)");
    let late = approvals.assert(&as_eva, &eva, asked.id, &proof).await;
    assert_eq!(refusal(late), "Over(Expired)");

    assert!(
        approvals
            .list(&stand.scope, false)
            .await
            .unwrap()
            .is_empty()
    );
    let all = approvals.list(&stand.scope, true).await.unwrap();
    assert_eq!(all[0].state, State::Expired);
    assert_eq!(stand.decided().await.last().unwrap(), "approval.expire");
}

#[tokio::test]
async fn one_no_is_enough() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (eva, omar, zoe) = (
        stand.person("eva", "eva", Role::Admin),
        stand.person("omar", "omar", Role::Admin),
        stand.person("zoe", "zoe", Role::Admin),
    );
    let approvals = &stand.approvals;
    let cancelled = approvals
        .cancel(&stand.context(&omar), &omar, asked.id)
        .await;
    assert_eq!(refusal(cancelled), "NotTheAsker");
    approvals
        .deny(&stand.context(&zoe), &zoe, asked.id)
        .await
        .unwrap();
    let proof = word(&omar, &asked.action);
    let context = stand.context(&omar);
    let approved = approvals.approve(&context, &omar, asked.id, &proof).await;
    assert_eq!(refusal(approved), "Over(Denied)");
    let context = stand.context(&eva);
    let taken = approvals
        .take(&context, &eva, asked.id, &asked.action)
        .await;
    assert_eq!(refusal(taken), "Over(Denied)");
}

#[tokio::test]
async fn whoever_comes_second_finds_it_used() {
    let stand = stand();
    let asked = asserted(&stand).await;
    let (eva, omar) = two_admins(&stand);
    let approvals = &stand.approvals;
    agreed(&stand, &omar, &asked).await;
    let context = stand.context(&eva);
    let take = || approvals.take(&context, &eva, asked.id, &asked.action);
    let taken = tokio::join!(take(), take(), take(), take());
    let taken = [taken.0, taken.1, taken.2, taken.3];
    assert_eq!(
        taken.iter().filter(|taken| taken.is_ok()).count(),
        1,
        "{taken:?}"
    );
}

#[tokio::test]
async fn nobody_floods_the_approvers() {
    let stand = stand();
    let eva = stand.person("eva", "eva", Role::Admin);
    let context = stand.context(&eva);
    let ask = |number: u32| Asked {
        deed: stand.deed(permission!(Audit, Erase), json!({ "numbers": [number] })),
        ..stand.erase()
    };
    for number in 0..32 {
        stand
            .approvals
            .ask(&context, &eva, ask(number))
            .await
            .unwrap();
    }
    let more = stand.approvals.ask(&context, &eva, ask(99)).await;
    assert!(
        matches!(more, Err(Error::Refused(Refusal::TooMany))),
        "{more:?}"
    );
    stand.later(15 * 60);
    stand.approvals.ask(&context, &eva, ask(99)).await.unwrap();
}
