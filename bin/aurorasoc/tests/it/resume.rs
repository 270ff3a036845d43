//! An import that is cut off goes on where it was: by a kill, and by Ctrl-C.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Place, number, wait_for};

/// Enough to be in the middle of.
const RECORDS: u64 = 4000;

fn lines() -> String {
    let line = |n| {
        format!(
            "<38>Jan 31 09:{:02}:{:02} web{} sshd[{n}]: Accepted publickey for user{n} from 10.0.0.1 port {} ssh2\n",
            n / 60 % 60,
            n % 60,
            n % 7,
            1024 + n
        )
    };
    (0..RECORDS).map(line).collect()
}

/// Records that the import has handed over, as the site says.
fn handed_over(place: &Place) -> Option<u64> {
    let ran = place.run(&["imports", "--json"]);
    let imports: serde_json::Value = serde_json::from_str(&ran.out).ok()?;
    imports["imports"][0]["records"].as_u64()
}

#[test]
fn a_killed_import_is_resumed_and_nothing_is_counted_twice() {
    let place = Place::with(&["events.store=memory"]);
    let path = place.path().join("auth.log");
    std::fs::write(&path, lines()).unwrap();
    let path = path.display().to_string();
    let mut import = place.start(&["import", &path, "--source", "syslog"]);
    wait_for(|| handed_over(&place).filter(|records| *records > 0));
    import.kill().unwrap();
    import.wait().unwrap();

    let summary = place.json(&["import", &path, "--source", "syslog"]);
    assert_eq!(summary["settled"], true, "{summary}");
    assert_eq!(summary["imports"][0]["records"], RECORDS, "{summary}");
    // The ledger of a site that is up now tells of both runs.
    place.ok(&["up"]);
    let ledger = place.json(&["ledger"]);
    let total = &ledger["total"];
    assert_eq!(ledger["balances"], true, "{ledger}");
    assert_eq!(number(&total["received"]), RECORDS, "{ledger}");
    assert_eq!(number(&total["stored"]), RECORDS, "{ledger}");
}

#[test]
fn ctrl_c_says_how_to_go_on() {
    let place = Place::new();
    place.ok(&["up"]);
    let path = place.path().join("auth.log");
    std::fs::write(&path, lines()).unwrap();
    let path = path.display().to_string();
    let import = place
        .command(&["import", &path, "--source", "syslog"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(|| handed_over(&place));
    kill_process(Pid::from_child(&import), Signal::INT).unwrap();
    let ended = import.wait_with_output().unwrap();
    let told = String::from_utf8(ended.stdout).unwrap();
    // A fast machine may have been done before it was interrupted.
    if ended.status.code() == Some(130) {
        assert!(told.contains("the same command resumes"), "{told}");
    }
    let summary = place.json(&["import", &path, "--source", "syslog"]);
    assert_eq!(summary["imports"][0]["records"], RECORDS, "{summary}");
    assert_eq!(summary["imports"][0]["state"], "done", "{summary}");
}
