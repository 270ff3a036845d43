//! Backup, restore and migration of whole sites.

use std::fs;

use aurora_engines::{Postgres, PostgresOptions};
use serde_json::Value;

use crate::support::{Place, content, number};

/// Correlations put an alert right when they no longer wait for a source, which is of no interest here
/// and would come at whatever moment.
const WAITING: &str = "detection.idle_seconds=3600";

fn place() -> Place {
    Place::with(&["events.store=memory", WAITING])
}

/// Nothing is on its way, nothing is left to be done, and so many records have come.
fn settled(ledger: &Value, received: u64) -> bool {
    let total = &ledger["total"];
    let at_rest = total["in_flight"] == 0 && ledger["pending"] == 0;
    ledger["balances"] == true && at_rest && number(&total["received"]) == received
}

/// Plays the demonstration, and says how many records it has.
fn play(place: &Place) -> u64 {
    number(&place.json(&["demo"])["records"])
}

/// What a site says of itself once these records are at rest.
fn told(place: &Place, received: u64) -> Vec<Value> {
    let ledger = place.until(&["ledger"], |ledger| settled(ledger, received));
    let alerts = place.json(&["alerts", "--all", "--limit", "500"]);
    let events = place.json(&["hunt", "* | count", "--since", "36500d"]);
    let told = [
        &ledger["total"],
        &ledger["matches"],
        &alerts["alerts"],
        &events["rows"],
    ];
    told.map(Value::clone).to_vec()
}

fn passphrase(place: &Place) -> String {
    let path = place.path().join("passphrase");
    fs::write(&path, "correct horse battery\n").unwrap();
    path.display().to_string()
}

/// The site works while its backup is taken, then its data is lost: what comes back is what there was,
/// with the event engine and all.
#[test]
fn a_site_comes_back_from_its_backup() {
    if let Err(error) = aurora_events_engine::find_library(None) {
        println!("skipped: {error}");
        return;
    }
    let place = Place::with(&[WAITING]);
    let passphrase = passphrase(&place);
    let into = place.path().join("backup").display().to_string();
    place.ok(&["up"]);
    let played = play(&place);
    let before = told(&place, played);
    let seal = ["--passphrase-file", passphrase.as_str()];
    let said = place.ok(&["backup", &into, seal[0], seal[1]]);
    assert!(said.contains("records are in"), "{said}");
    let again = place.run(&["backup", &into]);
    assert!(again.err.contains("holds one already"), "{again:?}");
    let over = place.run(&["restore", &into, seal[0], seal[1]]);
    assert_ne!(over.code, 0, "{over:?}");
    assert_eq!(told(&place, played), before, "the site did not notice");
    place.ok(&["down"]);
    let over = place.run(&["restore", &into, seal[0], seal[1]]);
    assert!(over.err.contains("not empty"), "{over:?}");

    fs::rename(place.data_dir(), place.path().join("lost")).unwrap();
    let wrong = place.path().join("wrong").display().to_string();
    fs::write(&wrong, "another passphrase\n").unwrap();
    let refused = place.run(&["restore", &into, seal[0], &wrong]);
    assert!(refused.err.contains("do not open"), "{refused:?}");
    let half = place.run(&["up"]);
    assert!(half.err.contains("cut short"), "{half:?}");
    place.ok(&["restore", &into, seal[0], seal[1]]);
    place.ok(&["up"]);
    assert_eq!(told(&place, played), before);
    place.ok(&[
        "import",
        &content("parsers/windows/golden/eventlog-1102-cleared.in"),
    ]);
    // Work goes on.
    place.until(&["ledger"], |ledger| settled(ledger, played + 1));
    place.ok(&["down"]);
}

/// The log of decisions comes back with the records: what was proved before can be proved again, and the
/// next decisions continue it.
#[test]
fn the_audit_log_comes_back() {
    let place = Place::new();
    let passphrase = passphrase(&place);
    place.ok(&["up"]);
    for name in ["syslog", "zeek", "cef"] {
        place.ok(&["sources", "token", name]);
    }
    let last = place.json(&["decisions"]);
    let last = last["decisions"].as_array().unwrap().last().unwrap()["seq"].clone();
    place.until(&["audit", "verify"], |report| report["entries"] == last);
    let kept = place.path().join("kept.checkpoint");
    let audit = place.data_dir().join("audit");
    let tenant = fs::read_dir(&audit)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::copy(tenant.join("checkpoint"), &kept).unwrap();
    let (into, kept) = (place.path().join("backup"), kept.display().to_string());
    let into = into.display().to_string();
    let ledger = place.json(&["ledger"]);
    place.ok(&["backup", &into, "--passphrase-file", &passphrase]);
    place.ok(&["down"]);
    // Whoever verifies keeps a checkpoint of before: exit code 0 says that the log continues it.
    let verify = ["audit", "verify", "--since", &kept];
    let before = place.json(&verify);
    fs::remove_dir_all(place.data_dir()).unwrap();

    place.ok(&["restore", &into, "--passphrase-file", &passphrase]);
    let after = place.json(&verify);
    assert_eq!(after["verdict"], "ok", "{after}");
    assert_eq!(after["problems"], before["problems"], "{after}");
    place.ok(&["up"]);
    assert_eq!(place.json(&["ledger"])["total"], ledger["total"]);
    place.ok(&["sources", "token", "json"]);
    let longer = |report: &Value| report["entries"].as_u64() > last.as_u64();
    let report = place.until(&verify, longer);
    assert_eq!(report["verdict"], "ok", "{report}");
    place.ok(&["down"]);
}

/// A byte that changed is told, and the folder with the keys does as well as the passphrase.
#[test]
fn a_backup_that_is_not_whole_is_refused() {
    let place = self::place();
    let into = place.path().join("backup");
    let (name, keys) = (into.display().to_string(), place.path().join("keys"));
    place.ok(&["up"]);
    let played = play(&place);
    let before = told(&place, played);
    place.ok(&["down"]);
    let said = place.ok(&["backup", &name]);
    assert!(said.contains("keys are not in it"), "{said}");
    fs::rename(place.data_dir().join("keys"), &keys).unwrap();
    fs::remove_dir_all(place.data_dir()).unwrap();
    let keys = keys.display().to_string();
    let restore = ["restore", &name, "--keys", &keys];

    for file in ["MANIFEST.json", "records.jsonl.zst"] {
        let file = into.join(file);
        let whole = fs::read(&file).unwrap();
        let mut bad = whole.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&file, bad).unwrap();
        let refused = place.run(&restore);
        assert!(refused.err.contains("damaged"), "{refused:?}");
        fs::write(&file, whole).unwrap();
    }
    place.ok(&restore);
    place.ok(&["up"]);
    // Events were in memory: they are gone, and everything else is there.
    assert_eq!(told(&place, played)[..3], before[..3]);
    place.ok(&["down"]);
}

#[test]
fn records_move_to_a_database() {
    let Some(server) = Postgres::start(PostgresOptions::default()).unwrap() else {
        return;
    };
    let place = self::place();
    let url = server.database("site").unwrap();
    place.ok(&["up"]);
    let played = play(&place);
    let before = told(&place, played);
    let running = place.run(&["migrate", "--to", &url]);
    assert_ne!(running.code, 0, "{running:?}");
    place.ok(&["down"]);
    let said = place.ok(&["migrate", "--to", &url]);
    assert!(said.contains("the same in both stores"), "{said}");
    assert!(!said.contains(server.password()), "{said}");
    let again = place.run(&["migrate", "--to", &url]);
    assert!(again.err.contains("not empty"), "{again:?}");
    fs::remove_file(place.data_dir().join("records.sqlite")).unwrap();

    let store = format!("records.store={url}");
    let up = place.run(&["--set", &store, "up"]);
    assert_eq!(up.code, 0, "{up:?}");
    assert_eq!(told(&place, played)[..3], before[..3]);
    assert!(!place.data_dir().join("records.sqlite").exists());
    place.ok(&["down"]);
    let log = fs::read_to_string(place.data_dir().join("run/site.log")).unwrap_or_default();
    assert!(!log.contains(server.password()));
}

#[test]
fn where_no_site_is_there_is_nothing_to_copy() {
    let place = self::place();
    let passphrase = passphrase(&place);
    let into = place.path().join("backup").display().to_string();
    let takes = ["backup", &into, "--passphrase-file", &passphrase];
    for asked in [&["migrate", "--to", "embedded"][..], &takes] {
        let refused = place.run(asked);
        assert_ne!(refused.code, 0, "{refused:?}");
        assert!(refused.err.contains("there is no site in"), "{refused:?}");
        assert!(!refused.err.contains("beside"), "{refused:?}");
    }
    assert!(!place.data_dir().join("VERSION").exists());
    assert!(!place.data_dir().join("records.sqlite").exists());
}
