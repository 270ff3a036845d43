//! A site that asks its witnesses.

use std::sync::Arc;
use std::time::Duration;

use aurora_audit::{Folder, Policy, Verdict, verify};
use aurora_audit_sequencer::{Handle, Keys, Options as Looks, Service as Sequencer};
use aurora_audit_witness::{Asked, Options, Service};
use aurora_clock::ManualClock;
use aurora_disk::{Disk, RealDisk, SimDisk};
use aurora_model::{Action, Context};
use aurora_records::{Change, Records};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use aurora_telemetry::{Health, HealthBoard, Metrics};
use tokio::net::TcpListener;

use crate::stand::{History, NOW, Server, keys, scope};

/// Witnesses are counted by their names.
const OTHER: &str = "other.example/w";

/// A log that grows with its decision records, and those who ask for it.
struct Site {
    records: Arc<MemoryRecords>,
    disk: Arc<dyn Disk>,
    keys: Keys,
    health: HealthBoard,
    handle: Handle,
    tasks: Tasks,
}

impl Site {
    fn start(keys: Keys, disk: Arc<dyn Disk>, asked: Vec<Asked>) -> Self {
        let records = Arc::new(MemoryRecords::new(Arc::new(ManualClock::at(NOW))));
        let (tasks, health) = (Tasks::new(), HealthBoard::default());
        let (metrics, looks) = (Metrics::new(), Looks::default());
        let sequencer = Sequencer::new(
            looks,
            scope(),
            disk.clone(),
            keys.clone(),
            records.clone(),
            metrics.clone(),
            health.clone(),
        );
        let handle = sequencer.handle();
        tasks.spawn("audit", sequencer.run(tasks.shutdown()));
        let options = Options {
            witnesses: asked,
            witness_seconds: 1,
        };
        let log = keys.verifier().unwrap();
        let head = handle.clone();
        let service = Service::new(&options, disk.clone(), log, head, metrics, health.clone());
        let (service, shutdown) = (service.unwrap(), tasks.shutdown());
        tasks.spawn("witnesses", async move {
            service.run(shutdown).await;
            Ok::<_, std::convert::Infallible>(())
        });
        Self {
            records,
            disk,
            keys,
            health,
            handle,
            tasks,
        }
    }

    async fn decide(&self) {
        let context = Context::service(scope(), "test", "because");
        let change = Change::decided(Action::on("test.do", ["it"]));
        let committed = self.records.commit(&context, change).await.unwrap();
        let seq = committed.decision.unwrap();
        self.handle.proved(seq).await.unwrap();
    }

    fn judged(&self, witnesses: &[&Server], quorum: usize) -> Verdict {
        let policy = Policy {
            witnesses: witnesses.iter().map(|it| it.key.clone()).collect(),
            quorum,
            ..Policy::of(self.keys.verifier().unwrap())
        };
        let folder = Folder::new(self.disk.clone());
        verify(&folder, &policy).unwrap().verdict()
    }

    /// Waits until the role says so.
    async fn told(&self, what: &str) -> Health {
        let end = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let health = self.health.all().remove("witness");
            let is_it = |health: &Health| match health {
                Health::Degraded { reason } => reason.contains(what),
                other => other.word() == what,
            };
            match health {
                Some(health) if is_it(&health) => return health,
                other => assert!(tokio::time::Instant::now() < end, "{what}: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until so many of these witnesses vouch for all of it.
    async fn vouched(&self, witnesses: &[&Server], quorum: usize) {
        let end = tokio::time::Instant::now() + Duration::from_secs(20);
        while self.judged(witnesses, quorum) != Verdict::Ok {
            assert!(tokio::time::Instant::now() < end, "nobody vouches");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn stop(self) {
        self.tasks.stop(Duration::from_secs(10)).await.unwrap();
    }
}

fn asked(server: &Server) -> Asked {
    Asked {
        url: server.url(),
        key: server.key.to_string(),
        authorities: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_witness_vouches_also_after_it_was_away() {
    let (a, b, keys) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        keys(),
    );
    let known = [keys.verifier().unwrap()];
    let one = Server::start(a.path(), &known).await;
    // It is not there yet: its place is taken, and nobody answers.
    let late = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = late.local_addr().unwrap();
    let state = b.path().to_owned();
    let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let two = Server::on(first, &state, &known, OTHER);
    let (key, mut second) = (two.key.clone(), asked(&two));
    two.stop().await;
    drop(late);
    second.url = format!("http://{address}");

    let site = Site::start(keys, Arc::new(SimDisk::new(1)), vec![asked(&one), second]);
    for _ in 0..7 {
        site.decide().await;
    }
    site.vouched(&[&one], 1).await;
    assert!(site.told("did not answer").await.serves());
    let late = TcpListener::bind(address).await.unwrap();
    let two = Server::on(late, &state, &known, OTHER);
    assert_eq!(two.key, key);
    site.told("ready").await;
    site.vouched(&[&one, &two], 2).await;
    site.decide().await;
    site.vouched(&[&one, &two], 2).await;
    site.stop().await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_rolled_back_or_forked_is_told_and_not_cosigned() {
    let (dir, site_dir, keys) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        keys(),
    );
    let server = Server::start(dir.path(), &[keys.verifier().unwrap()]).await;
    // What the witness saw of the log before the site came back from an older copy.
    let mut before = History::new(&keys, "lost");
    let forty = before.grow(40);
    assert_eq!(server.add(&before.request(0, &forty)).await.0, 200);
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(site_dir.path()).unwrap());
    let site = Site::start(keys, disk, vec![asked(&server)]);
    site.decide().await;
    site.told("it was rolled back").await;
    assert_eq!(site.judged(&[&server], 1), Verdict::Unwitnessed);
    // And when it has grown past that, it is another history.
    for _ in 0..45 {
        site.decide().await;
    }
    site.told("fork").await;
    assert_eq!(site.judged(&[&server], 1), Verdict::Unwitnessed);
    site.stop().await;
    server.stop().await;
}
