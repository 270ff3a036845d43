//! How long a failure takes says nothing about who has an account.

use std::time::Instant;

use crate::lab::Lab;

/// Shared machines stumble, so medians are compared, of tries that alternate, and three rounds may
/// be needed. Without the work for unknown names the ratio is in the hundreds.
#[test]
fn unknown_accounts_take_as_long_as_others() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ratio = runtime.block_on(async {
        let lab = Lab::memory();
        lab.with_password("ada", &[]).await;
        lab.person("bob", &[]).await;
        let mut worst = f64::MAX;
        for _ in 0..3 {
            let mut times = [const { Vec::new() }; 4];
            for _ in 0..9 {
                for (at, who) in ["ada", "bob", "nobody", "no such name/"]
                    .into_iter()
                    .enumerate()
                {
                    let started = Instant::now();
                    assert!(lab.log_in(who, "wrong", "000000").await.is_err());
                    times[at].push(started.elapsed());
                }
            }
            lab.pass(16 * 60);
            let medians = times.map(|mut times| {
                times.sort_unstable();
                times[times.len() / 2].as_secs_f64()
            });
            let known = medians[0];
            let away = medians
                .iter()
                .map(|one| (one / known).max(known / one))
                .fold(1.0, f64::max);
            worst = worst.min(away);
            println!("medians {medians:?}");
        }
        worst
    });
    assert!(
        ratio < 1.5,
        "one kind of failure takes {ratio:.1} times as long as another"
    );
}
