use std::sync::Arc;

use aurora_bus::Bus;
use aurora_bus_local::{LocalBus, Options};
use aurora_clock::{Clock, SystemClock};
use aurora_disk::SimDisk;
use aurora_messages::{AlertQuery, CheckOutcome, Close, ImportRequest, ImportState};
use aurora_model::{Disposition, SHARDS};
use aurora_node::Adapters;
use aurora_sandbox::{Sandbox, Stores, config};

use crate::support::{RULE, Sender, balanced, file, launch, lines};

/// The bus's device fills up while the other stores still have room.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_device_makes_senders_wait_and_loses_nothing() {
    senders_wait(When::AtWork).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_starts_on_a_full_device_waits_for_room() {
    senders_wait(When::Before).await;
}

/// When the device fills up.
enum When {
    /// Before the site starts: neither a consumer nor the owner of a shard can be noted.
    Before,
    /// When its worker owns every shard.
    AtWork,
}

async fn senders_wait(when: When) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let disk = SimDisk::new(7);
    let options = Options {
        segment_bytes: 256 << 10,
        max_bytes: 64 << 20,
        reserve_bytes: 0,
        ..Options::default()
    };
    let bus = LocalBus::open(Arc::new(disk.clone()), clock.clone(), options).unwrap();
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let adapters = Adapters {
        bus: bus.clone(),
        ..Adapters::memory(&clock)
    };
    if matches!(when, When::Before) {
        disk.set_capacity(Some(0));
    }
    let sandbox = Sandbox::start_on(config(), adapters).await.unwrap();
    let sender = Sender::of(&sandbox, "windows").await;
    if matches!(when, When::AtWork) {
        let shard = |shard| format!("normalise/raw/{shard}");
        let shards: Vec<String> = (0..SHARDS).map(shard).collect();
        let owned = sandbox.poll(|| async {
            let holders = bus.holders(&shards).await.unwrap();
            holders.iter().all(Option::is_some).then_some(())
        });
        owned.await;
        disk.set_capacity(Some(0));
    }
    let refused = sender
        .push_with(&[("Idempotency-Key", "k")], lines(0, 2000))
        .await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.head.contains("retry-after"));
    assert_eq!(
        sandbox
            .api()
            .ledger(sandbox.scope())
            .await
            .unwrap()
            .total
            .received,
        0
    );
    // Half a device: some of what follows fits, and acknowledging gives it back.
    disk.set_capacity(Some(2 << 20));
    let mut sent = 0;
    for batch in 0..40_u64 {
        let (key, body) = (batch.to_string(), lines(batch * 500, 500));
        let answer = sandbox.poll(|| async {
            let answer = sender.push_with(&[("Idempotency-Key", &key)], &body).await;
            (answer.status != 429).then_some(answer)
        });
        sent += answer.await.accepted().0;
    }
    disk.set_capacity(None);
    let ledger = balanced(&sandbox, sent).await;
    assert_eq!(
        (ledger.total.received, ledger.total.stored),
        (20_000, 20_000)
    );
    sandbox.stop().await.unwrap();
}

/// Less is free than is to be kept free: nothing new is taken, but people go on working; with room
/// the site goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn below_the_reserve_people_still_decide() {
    let (_rules, rule) = file("encoded.yml", RULE);
    let mut config = config();
    config.rules.shipped = false;
    config.rules.folders = vec![rule.parent().unwrap().to_owned()];
    let mut sandbox = Sandbox::start_with(config.clone(), Stores::Files)
        .await
        .unwrap();
    let (_folder, first) = file("first.jsonl", launch(1, "powershell -enc AAAA"));
    sandbox.import(&first, None).await.unwrap();
    let alerts = sandbox.alerts(AlertQuery::default()).await.unwrap();
    let mut full = config.clone();
    full.storage.reserve_bytes = u64::MAX / 4;
    sandbox.restart_with(full).await.unwrap();

    let sender = Sender::of(&sandbox, "windows").await;
    assert_eq!(sender.push(lines(100, 10)).await.status, 429);
    let (_folder, second) = file("second.jsonl", lines(1000, 5000));
    let request = ImportRequest {
        path: second.display().to_string(),
        source: None,
        restart: false,
    };
    let job = sandbox
        .api()
        .start_import(&sandbox.operator("test"), &request)
        .await
        .unwrap();
    let refused = r#"aurora_bus_full_total{stream="RAW"} "#;
    sandbox
        .poll(|| async { (crate::support::metric(&sandbox, refused).await > 2.0).then_some(()) })
        .await;
    let waiting = sandbox
        .api()
        .import(sandbox.scope(), &job.id)
        .await
        .unwrap();
    assert_eq!((waiting.state, waiting.records), (ImportState::Running, 0));
    let doctor = sandbox.api().doctor(sandbox.scope()).await.unwrap();
    let disk = doctor
        .checks
        .iter()
        .find(|check| check.name == "disk")
        .unwrap();
    assert_eq!(
        (disk.outcome, disk.code.as_deref()),
        (CheckOutcome::Failure, Some("AUR0004"))
    );
    assert!(disk.fix.as_ref().unwrap().contains("free space"));

    assert!(
        alerts.total > 0,
        "the shipped rules know an encoded command"
    );
    let close = Close {
        disposition: Disposition::TruePositive,
        note: None,
    };
    let context = sandbox.operator("decided on a full disk");
    sandbox
        .api()
        .close_alert(&context, alerts.alerts[0].id, &close)
        .await
        .unwrap();

    sandbox.restart_with(config).await.unwrap();
    let job = sandbox.import(&second, None).await.unwrap();
    assert_eq!((job.state, job.records), (ImportState::Done, 5000));
    let ledger = sandbox.settled_after(5001).await;
    assert_eq!((ledger.total.received, ledger.total.stored), (5001, 5001));
    sandbox.stop().await.unwrap();
}
