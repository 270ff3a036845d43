//! Imports: with a site, without one, from standard input, of records that nobody can read.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Place, Ran, content, number};

const GOLDEN: &str = "parsers/windows/golden/sysmon-01-process-create.in";

#[test]
fn without_a_site_one_is_started_for_the_import() {
    let place = Place::new();
    let summary = place.json(&["import", &content(GOLDEN)]);
    assert_eq!(
        (number(&summary["records"]), number(&summary["events"])),
        (1, 1),
        "{summary}"
    );
    assert_eq!(
        (&summary["balances"], &summary["settled"]),
        (&true.into(), &true.into())
    );
    assert_eq!(place.run(&["status"]).code, 3, "the site was to stop");
    // The same file is the same import.
    let again = place.json(&["import", &content(GOLDEN)]);
    assert_eq!(
        (number(&again["records"]), number(&again["earlier"])),
        (0, 1),
        "{again}"
    );
}

#[test]
fn standard_input_is_a_file_too() {
    let place = Place::new();
    let mut child = place
        .command(&["import", "-", "--source", "syslog", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = (0..500)
        .map(|n| format!("<38>Jan 31 09:30:00 web1 sshd[{n}]: Accepted publickey for ann from 10.0.0.1 port 22 ssh2\n"))
        .collect();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(number(&summary["records"]), 500, "{summary}");
    let left: Vec<_> = std::fs::read_dir(place.data_dir().join("spool"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "the spooled copy was to go: {left:?}");
}

#[test]
fn what_nobody_can_read_is_kept_and_said() {
    let place = Place::new();
    place.ok(&["up"]);
    let path = place.path().join("odd.log");
    std::fs::write(&path, "nobody knows this \u{1b}[2J\u{202e}\n{\"a\":1}\n").unwrap();
    let ran = place.run(&["import", &path.display().to_string()]);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(
        ran.out.contains("dead letters 2") || ran.out.contains("dead letters   2"),
        "{ran:?}"
    );
    let listed = place.ok(&["deadletter", "list"]);
    assert!(listed.contains(r"\u{1b}[2J\u{202e}"), "{listed}");
    assert!(
        !listed.contains('\u{1b}') && !listed.contains('\u{202e}'),
        "{listed:?}"
    );
    let page = place.ok(&["deadletter", "list", "--json"]);
    assert!(
        !page.contains('\u{202e}') && page.contains(r"\u202e"),
        "{page:?}"
    );
    let page: serde_json::Value = serde_json::from_str(&page).unwrap();
    let id = page["letters"][0]["id"].as_str().unwrap();
    assert!(
        place
            .ok(&["deadletter", "show", &id[..8]])
            .contains("reason")
    );
    assert!(
        place
            .ok(&["deadletter", "replay", "--all", "--because", "trial"])
            .starts_with("2 records sent again")
    );
    place.until(&["ledger"], |ledger| {
        ledger["total"]["dead_lettered"] == 4 && ledger["balances"] == true
    });
}

#[test]
fn what_is_not_there_is_told_before_anything_is_imported() {
    let place = Place::new();
    let ran = place.run(&["import", &content(GOLDEN), "/nowhere/x.json"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        ran.err.contains("there is no file `/nowhere/x.json`"),
        "{ran:?}"
    );
    let folder = place.run(&["import", &content("parsers")]);
    assert!(
        folder.code == 2 && folder.err.contains("fix: add -r"),
        "{folder:?}"
    );
    assert!(!place.data_dir().exists());
}

#[test]
fn a_folder_is_walked() {
    let place = Place::new();
    let folder = place.path().join("logs/deep");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["a.in", "b.in"] {
        let from = std::path::Path::new(&content(GOLDEN)).with_file_name(match name {
            "a.in" => "sysmon-03-network.in",
            _ => "security-4624-logon.in",
        });
        std::fs::copy(from, folder.join(name)).unwrap();
    }
    let logs = place.path().join("logs").display().to_string();
    let summary = place.json(&["import", "-r", &logs]);
    assert_eq!(summary["imports"].as_array().unwrap().len(), 2);
    assert_eq!(number(&summary["records"]), 2, "{summary}");
}
