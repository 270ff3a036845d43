//! Three things look alike and are not: a crash whose work is done again, a sender that sends again
//! because it was not told, and a source that says the same twice.

use aurora_sandbox::{Sandbox, Stores, config};

use crate::support::{Sender, balanced, lines};

/// The site ends while records are on their way; what was begun is done again, and nothing is twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_after_an_end_in_the_middle() {
    let mut sandbox = Sandbox::start_with(config(), Stores::Files).await.unwrap();
    let mut sent = 0;
    for round in 0..3 {
        let sender = Sender::of(&sandbox, "windows").await;
        for batch in 0..4 {
            let first = round * 4000 + batch * 1000;
            assert_eq!(sender.push(lines(first, 1000)).await.accepted(), (1000, 0));
            sent += 1000;
        }
        sandbox.restart().await.unwrap();
    }
    let total = balanced(&sandbox, sent).await.total;
    assert_eq!(
        (total.received, total.stored, total.deduplicated),
        (sent, sent, 0)
    );
    sandbox.stop().await.unwrap();
}

/// The answer was lost. With a name for the batch it is the same batch; cut otherwise, or without a
/// name, the source's own event ids tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_resend_after_a_lost_answer() {
    let sandbox = Sandbox::start_with(config(), Stores::Memory).await.unwrap();
    let sender = Sender::of(&sandbox, "windows").await;
    let keyed = [("Idempotency-Key", "batch-7")];
    for known in [0, 300, 300] {
        let answer = sender.push_with(&keyed, lines(0, 300)).await;
        assert_eq!(answer.accepted(), (300, known));
    }
    let total = balanced(&sandbox, 300).await.total;
    assert_eq!(
        (total.received, total.stored, total.deduplicated),
        (300, 300, 0)
    );
    for (first, count) in [(0, 100), (100, 200)] {
        assert_eq!(
            sender.push(lines(first, count)).await.accepted(),
            (count, 0)
        );
    }
    let total = balanced(&sandbox, 600).await.total;
    assert_eq!(
        (total.received, total.stored, total.deduplicated),
        (600, 300, 300)
    );
    sandbox.stop().await.unwrap();
}

/// Lines without an id of their own: who says the same twice has said two things.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_repeats_itself() {
    let sandbox = Sandbox::start_with(config(), Stores::Memory).await.unwrap();
    let sender = Sender::of(&sandbox, "syslog").await;
    let line = "<38>1 2026-03-01T10:00:00Z gate sshd 7 - - Connection closed by 203.0.113.7\n";
    for _ in 0..3 {
        assert_eq!(sender.push(line.repeat(50)).await.accepted(), (50, 0));
    }
    let total = balanced(&sandbox, 150).await.total;
    assert_eq!(
        (total.received, total.stored, total.deduplicated),
        (150, 150, 0)
    );
    sandbox.stop().await.unwrap();
}
