//! Workers that are killed in the middle of what a shard remembers: the keys of a dedupe window, and the
//! records of an audit event that waits. Whoever takes the shard over knows them.

use std::time::{Duration, Instant};

use aurora_model::SourceName;

use crate::audit;
use crate::campaign::{Settings, token_of};
use crate::kills::below;
use crate::processes::wait_for;
use crate::random::Random;
use crate::records;
use crate::sender::send_once;
use crate::site::{Bus, Place};

/// Two of them own shards; whose the records are in nobody knows, so both are killed in turn.
const STAFF: [&str; 3] = [
    "ingest",
    "ingest,detect,correlate",
    "store,ledger,incidents,notify",
];
const BATCH: u64 = 40;
/// Records of an audit event.
const AUDIT: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_a_shard_over_knows_what_it_remembers_on_nats() {
    let Some(mut place) = Place::on(Bus::Nats) else {
        return;
    };
    place.employ(&STAFF);
    let settings = Settings::read(4, 0);
    let (rounds, seed) = (settings.rounds, settings.seed);
    eprintln!("seed {seed}, {rounds} rounds");
    let mut random = Random::new(seed);
    place.start().await;
    let windows = token_of(&place, &SourceName::new("windows")).await;
    let auditd = token_of(&place, &SourceName::new("auditd")).await;
    let at = place.http().await.unwrap();
    for round in 0..rounds {
        let victim = STAFF[usize::try_from(round % 2).unwrap()];
        let body = records::lines("twice", round * BATCH, BATCH);
        let audit = audit_event(round);
        let begun = Instant::now();
        send_once(at, &windows, Some(&format!("{round}-once")), &body);
        // Whole, it waits for the next event of its writer, or for silence.
        send_once(at, &auditd, None, &audit);
        // Before, while or after the records are worked on.
        tokio::time::sleep(below(&mut random, Duration::from_millis(400))).await;
        place.kill_worker(victim);
        tokio::time::sleep(below(&mut random, Duration::from_millis(400))).await;
        send_once(at, &windows, Some(&format!("{round}-again")), &body);
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "out of the window"
        );
        place.staff();
        let done = (round + 1) * 2 * BATCH + (round + 1) * AUDIT;
        wait_for("the records to be settled", || async {
            let ledger = place.client.ledger().await.ok()?;
            (ledger.total.received == done && ledger.total.in_flight == 0).then_some(())
        })
        .await;
        eprintln!("round {round}: `{victim}` killed");
    }
    let ledger = audit::settled(&place).await;
    assert!(ledger.balances, "{ledger:?}");
    let total = &ledger.total;
    assert_eq!(total.deduplicated, rounds * BATCH, "{total:?}");
    assert_eq!(total.stored, rounds * (BATCH + AUDIT), "{total:?}");
    assert_eq!(total.events, rounds * (BATCH + 1), "{total:?}");
    assert_eq!(total.dead_lettered, 0, "{total:?}");
    place.stop();
}

/// The lines of one event.
fn audit_event(serial: u64) -> String {
    let stamp = format!("msg=audit(1772359200.123:{})", 9_000 + serial);
    [
        format!(
            "type=SYSCALL {stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=8 items=1 \
             ppid=7 pid=8 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 \
             comm=\"id\" exe=\"/usr/bin/id\" subj=unconfined key=\"exec\"\n"
        ),
        format!("type=CWD {stamp}: cwd=\"/root\"\n"),
        format!(
            "type=PATH {stamp}: item=0 name=\"/usr/bin/id\" inode=5 dev=fe:01 mode=0100755 ouid=0 ogid=0 \
             rdev=00:00 nametype=NORMAL\n"
        ),
        format!("type=PROCTITLE {stamp}: proctitle=\"id\"\n"),
    ]
    .concat()
}
