//! The audit log of a site that ran, in the hands of others: copied, proved, watched, witnessed, tampered with.

use std::path::Path;

use crate::support::{Place, number};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_log_is_proved_to_others() {
    let place = Place::new();
    place.ok(&["up"]);
    for name in ["syslog", "zeek", "json"] {
        place.ok(&["sources", "token", name]);
    }
    let decisions = place.json(&["decisions"]);
    let last = number(&decisions["decisions"].as_array().unwrap().last().unwrap()["seq"]);
    let logged = |report: &serde_json::Value| number(&report["entries"]) >= last;
    let report = place.until(&["audit", "verify"], logged);
    assert_eq!(report["verdict"], "unwitnessed", "{report}");
    assert_eq!(report["key_from"], "this site's keys");

    let (copy, state) = (place.path().join("copy"), place.path().join("auditor"));
    let exported = place.run(&["audit", "export", "--to", text(&copy)]);
    assert_eq!(exported.code, 3, "{exported:?}");
    place.ok(&["audit", "monitor", "--state", text(&state)]);
    place.ok(&["sources", "token", "cef"]);
    let later = |report: &serde_json::Value| number(&report["entries"]) > last;
    place.until(&["audit", "verify"], later);
    let seen = place.ok(&["audit", "monitor", "--state", text(&state)]);
    assert!(seen.contains("continues the checkpoint of"), "{seen}");
    place.ok(&["down"]);

    // An older copy in the log's place is a roll-back, for whoever kept a later checkpoint.
    let rolled = place.run(&["audit", "monitor", text(&copy), "--state", text(&state)]);
    assert_eq!(rolled.code, 2, "{rolled:?}");
    assert!(rolled.out.contains("rolled back"), "{rolled:?}");
    witnessed(&place, &copy);
    tampered(&place, &copy);
}

fn witnessed(place: &Place, copy: &Path) {
    let key = copy.join("log.vkey");
    let (state, line) = (place.path().join("peer"), place.path().join("cosigned"));
    let cosign = ["audit", "witness", text(copy), "--key", text(&key)];
    let cosign = [
        &cosign[..],
        &["--state", text(&state), "--name", "peer.example/w"],
    ]
    .concat();
    let made = place.run(&cosign);
    assert_eq!(made.code, 0, "{made:?}");
    std::fs::write(&line, &made.out).unwrap();
    let by = made.err.trim();
    place.ok(&[
        "audit",
        "witness",
        text(copy),
        "--add",
        text(&line),
        "--by",
        by,
    ]);
    let verify = [
        "audit",
        "verify",
        text(copy),
        "--key",
        text(&key),
        "--witness",
        by,
    ];
    let verified = place.ok(&verify);
    assert!(verified.contains("by peer.example/w"), "{verified}");
    let two = place.run(&[&verify[..], &["--quorum", "2"]].concat());
    assert_eq!(two.code, 3, "{two:?}");

    let proof = place.path().join("first.tlog-proof");
    place.ok(&["audit", "prove", "1", text(copy), "--out", text(&proof)]);
    let check = [
        "audit",
        "verify",
        "--proof",
        text(&proof),
        "--key",
        text(&key),
    ];
    assert_eq!(place.run(&check).code, 3);
    let checked = place.ok(&[&check[..], &["--witness", by]].concat());
    assert!(checked.starts_with("{\"seq\":1,"), "{checked}");
    let changed = std::fs::read_to_string(&proof)
        .unwrap()
        .replace("index 0", "index 1");
    std::fs::write(&proof, changed).unwrap();
    assert_eq!(place.run(&check).code, 2);
}

fn tampered(place: &Place, copy: &Path) {
    let mut bundles = Vec::new();
    for entry in std::fs::read_dir(copy.join("records/000.p")).unwrap() {
        bundles.push(entry.unwrap().path());
    }
    let records = std::fs::read(&bundles[0]).unwrap();
    let at = records
        .windows(8)
        .position(|it| it == b"\"reason\"")
        .unwrap()
        + 10;
    let mut changed = records.clone();
    changed[at] ^= 1;
    std::fs::write(&bundles[0], changed).unwrap();
    let found = place.run(&["audit", "verify", text(copy)]);
    assert_eq!(found.code, 2, "{found:?}");
    assert!(
        found
            .out
            .contains("decision 1: its record is not the one that was logged"),
        "{found:?}"
    );
    std::fs::write(&bundles[0], records).unwrap();
    let first = place.ok(&["audit", "export", text(copy), "--jsonl"]);
    assert!(first.lines().count() > 3);
    let nothing = place.run(&["audit", "verify", text(place.path())]);
    assert_eq!(nothing.code, 4, "{nothing:?}");
}
