//! `kill -9` of a process that changes, decides, tries effects and has decisions proved.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aurora_audit::{Folder, Policy, verify};
use aurora_audit_sequencer::{Keys, Options, Service};
use aurora_clock::SystemClock;
use aurora_disk::RealDisk;
use aurora_model::effect::{INTEND, Intent, Outcome};
use aurora_model::{Action, Context};
use aurora_records::{
    Change, Collection, DecisionQuery, Guard, Query, Records, effect, fingerprint,
};
use aurora_records_sqlite::SqliteRecords;
use aurora_secrets::Keyring;
use aurora_tasks::Tasks;
use aurora_telemetry::{HealthBoard, Metrics};
use serde_json::json;

use crate::stand::{Random, scope};

const CHILD: &str = "AURORA_AUDIT_CHILD";

fn keys(dir: &Path) -> Keys {
    Keys::of(&Keyring::open(&dir.join("keys")).unwrap(), &scope())
}

async fn records(dir: &Path) -> SqliteRecords {
    let clock = Arc::new(SystemClock::new());
    SqliteRecords::open(&dir.join("records.sqlite"), clock)
        .await
        .unwrap()
}

fn note(dir: &Path, file: &str, line: &str) {
    let mut options = OpenOptions::new();
    let mut file = options
        .append(true)
        .create(true)
        .open(dir.join(file))
        .unwrap();
    writeln!(file, "{line}").unwrap();
    file.sync_all().unwrap();
}

fn lines(dir: &Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(dir.join(file)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The process that is killed; does nothing unless a test below started it.
#[tokio::test]
async fn the_child() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    let dir = Path::new(&dir);
    let records: Arc<dyn Records> = Arc::new(records(dir).await);
    let disk = Arc::new(RealDisk::new(dir.join("audit")).unwrap());
    let service = Service::new(
        Options::default(),
        scope(),
        disk,
        keys(dir),
        records.clone(),
        Metrics::new(),
        HealthBoard::default(),
    );
    let (tasks, handle) = (Tasks::new(), service.handle());
    tasks.spawn("audit", service.run(tasks.shutdown()));
    for intent in effect::report_unknown(records.as_ref(), &scope(), "child")
        .await
        .unwrap()
    {
        note(dir, "unknown", &intent.id);
    }
    let context = Context::service(scope(), "child", "because");
    let first = records
        .list(&scope(), &Query::of(Collection::Entities))
        .await
        .unwrap()
        .total;
    for number in first.. {
        let id = format!("e{number}");
        let change = Change::decided(Action::on("entity.set", [&id]));
        let change = change.put(
            Collection::Entities,
            &id,
            Guard::New,
            json!({"number": number}),
        );
        let seq = records
            .commit(&context, change)
            .await
            .unwrap()
            .decision
            .unwrap();
        if number.is_multiple_of(3) {
            let intent = Intent {
                id: format!("f{number}-{}", std::process::id()),
                does: "file.append".to_owned(),
                target: "effects".to_owned(),
            };
            records
                .commit(&context, Change::announce("child", &intent))
                .await
                .unwrap();
            note(dir, "effects", &intent.id);
            let settled = Change::settle("child", &intent, Outcome::Done);
            records.commit(&context, settled).await.unwrap();
        }
        handle.proved(seq).await.unwrap();
        note(dir, "proved", &seq.to_string());
        println!("proved {seq}");
    }
}

/// Lets the child prove some decisions, then kills it wherever it is.
fn run_and_kill(dir: &Path, random: &mut Random) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_child", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let proved = said
        .map_while(Result::ok)
        .filter(|line| line.starts_with("proved"));
    let wanted = 1 + random.below(25) as usize;
    assert_eq!(
        proved.take(wanted).count(),
        wanted,
        "the child ended by itself"
    );
    // Not at the same place each time.
    for _ in 0..random.below(400_000) {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn check(dir: &Path) {
    let policy = Policy::of(keys(dir).verifier().unwrap());
    let disk = Arc::new(RealDisk::new(dir.join("audit")).unwrap());
    let report = verify(&Folder::new(disk), &policy).unwrap();
    assert_eq!(report.problems, []);
    let proved = lines(dir, "proved")
        .last()
        .map_or(0, |seq| seq.parse().unwrap());
    assert!(
        report.head.unwrap().size >= proved,
        "what was proved is no more"
    );

    let records = records(dir).await;
    let query = DecisionQuery {
        limit: usize::MAX >> 1,
        ..DecisionQuery::default()
    };
    let decisions = records.decisions(&scope(), &query).await.unwrap();
    let page = records
        .list(&scope(), &Query::of(Collection::Entities).limit(10_000))
        .await
        .unwrap();
    let after: BTreeMap<&str, Option<&str>> = decisions
        .iter()
        .filter(|decision| decision.action.name == "entity.set")
        .map(|decision| {
            (
                decision.action.objects[0].as_str(),
                decision.after.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        after.len() as u64,
        page.total,
        "a decision a change, a change a decision"
    );
    for document in &page.documents {
        let hash = fingerprint([document]);
        assert_eq!(
            after[document.id.as_str()],
            hash.as_deref(),
            "{}",
            document.id
        );
    }
    let intents: Vec<&str> = decisions
        .iter()
        .filter(|decision| decision.action.name == INTEND)
        .map(|decision| decision.action.objects[0].as_str())
        .collect();
    for id in lines(dir, "effects") {
        assert!(
            intents.contains(&id.as_str()),
            "{id} happened and was not announced"
        );
    }
    records.close().await.unwrap();
}

#[tokio::test]
async fn a_killed_process_leaves_no_change_without_its_record() {
    let rounds = std::env::var("AURORA_AUDIT_KILLS").map_or(3, |rounds| rounds.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..rounds {
        run_and_kill(dir, &mut random);
        check(dir).await;
    }
    let records = records(dir).await;
    let left = effect::report_unknown(&records, &scope(), "child")
        .await
        .unwrap();
    let unknown = lines(dir, "unknown").len() + left.len();
    let proved = lines(dir, "proved").len();
    println!("{rounds} kills, {proved} decisions proved, {unknown} effects of unknown outcome");
    records.close().await.unwrap();
}
