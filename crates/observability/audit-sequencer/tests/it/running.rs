use std::sync::Arc;
use std::time::Duration;

use aurora_audit_sequencer::{Handle, Keys, Options, Service};
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::SimDisk;
use aurora_model::{Action, Context};
use aurora_records::{Change, Records};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use aurora_telemetry::{Health, HealthBoard, Metrics};

use crate::stand::{judge, keyring, scope};

/// Looks only when it is asked.
const LAZY: Options = Options {
    look: Duration::from_secs(3600),
    retry: Duration::from_millis(1),
    group: 3,
};

fn records() -> MemoryRecords {
    MemoryRecords::new(Arc::new(ManualClock::at(Timestamp::from_millis(1))))
}

async fn decide(records: &dyn Records) -> u64 {
    let context = Context::service(scope(), "test", "because");
    let change = Change::decided(Action::on("test.do", ["it"]));
    records
        .commit(&context, change)
        .await
        .unwrap()
        .decision
        .unwrap()
}

fn start(disk: &SimDisk, keys: &Keys, records: Arc<dyn Records>) -> (Tasks, Handle, HealthBoard) {
    let (tasks, health) = (Tasks::new(), HealthBoard::default());
    let service = Service::new(
        LAZY,
        scope(),
        Arc::new(disk.clone()),
        keys.clone(),
        records,
        Metrics::new(),
        health.clone(),
    );
    let handle = service.handle();
    let shutdown = tasks.shutdown();
    tasks.spawn("audit", service.run(shutdown));
    (tasks, handle, health)
}

#[tokio::test]
async fn a_decision_is_proved_when_it_is_asked_for() {
    let keys = Keys::of(&keyring(), &scope());
    let (disk, records) = (SimDisk::new(1), Arc::new(records()));
    let (tasks, handle, health) = start(&disk, &keys, records.clone());
    for _ in 0..10 {
        let seq = decide(records.as_ref()).await;
        let head = handle.proved(seq).await.unwrap();
        assert!(head.checkpoint.size >= seq);
        let on_disk = judge(&disk, &keys, Some(&head));
        assert_eq!(on_disk.problems, []);
    }
    assert_eq!(health.all()["audit"], Health::Ready);
    tasks.stop(Duration::from_secs(10)).await.unwrap();
    assert!(handle.proved(11).await.is_err(), "nobody will prove it");
}

#[tokio::test]
async fn a_store_that_was_rolled_back_is_noticed_and_nothing_is_logged() {
    let keys = Keys::of(&keyring(), &scope());
    let (disk, first) = (SimDisk::new(1), Arc::new(records()));
    let (tasks, handle, _) = start(&disk, &keys, first.clone());
    let mut seq = 0;
    for _ in 0..5 {
        seq = decide(first.as_ref()).await;
    }
    let head = handle.proved(seq).await.unwrap();
    tasks.stop(Duration::from_secs(10)).await.unwrap();
    let other = Arc::new(records());
    for _ in 0..9 {
        decide(other.as_ref()).await;
    }
    let (tasks, handle, health) = start(&disk, &keys, other);
    let degraded = async {
        while !matches!(health.all().get("audit"), Some(Health::Degraded { reason }) if reason.contains("decision 5 is not the one that was logged"))
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), degraded)
        .await
        .unwrap();
    assert_eq!(handle.head(), None);
    tasks.stop(Duration::from_secs(10)).await.unwrap();
    assert_eq!(judge(&disk, &keys, None).head.unwrap(), head.checkpoint);
}
