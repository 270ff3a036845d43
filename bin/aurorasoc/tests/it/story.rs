//! What a new user does, from the first start to the end.

use crate::support::{Place, content, number};

const LOG_CLEARED: &str = "parsers/windows/golden/eventlog-1102-cleared.in";

fn a_site_from_start_to_end(place: &Place) {
    let greeting = place.ok(&["up"]);
    assert!(greeting.contains("/login?token="), "{greeting}");
    assert!(greeting.contains("aurorasoc --data-dir"), "{greeting}");
    let again = place.ok(&["up"]);
    assert!(again.starts_with("The site runs already."), "{again}");

    let told = place.ok(&["import", &content(LOG_CLEARED)]);
    assert!(
        told.contains("every record is accounted for") && told.contains("1 new alert"),
        "{told}"
    );

    let page = place.json(&["alerts"]);
    assert_eq!(number(&page["total"]), 1, "{page}");
    let id = page["alerts"][0]["id"].as_str().unwrap();
    let shown = place.ok(&["show", &id[..6]]);
    for wanted in [
        "author",
        "AuroraSOC",
        "T1070.001",
        "quay-07.harbor.example",
        "1102",
        "Next:",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let raw = place.ok(&["show", id, "--raw"]);
    assert!(
        raw.contains("raw record") && raw.contains("\"class_uid\""),
        "{raw}"
    );

    assert!(place.ok(&["own", &id[..6]]).contains("owned by"));
    let closed = place.ok(&[
        "close",
        id,
        "--as",
        "benign-true-positive",
        "--note",
        "rehearsal",
    ]);
    assert!(
        closed.contains("closed as benign true positive"),
        "{closed}"
    );
    let twice = place.run(&["close", id, "--as", "test"]);
    assert_eq!(twice.code, 5, "{twice:?}");
    assert_eq!(number(&place.json(&["alerts"])["total"]), 0);
    assert_eq!(
        number(&place.json(&["alerts", "--status", "closed"])["total"]),
        1
    );

    let ledger = place.json(&["ledger"]);
    assert_eq!(ledger["balances"], true);
    assert_eq!(number(&ledger["total"]["stored"]), 1);
    let stopped = place.ok(&["down"]);
    assert_eq!(stopped, "The site has stopped.\n");
    let status = place.run(&["status"]);
    assert_eq!((status.code, status.out.as_str()), (3, ""));
    assert!(status.err.contains("fix: run `aurorasoc up`") && status.err.contains("AUR0008"));
    assert!(place.ok(&["down"]).starts_with("No site runs in"));
}

#[test]
fn on_events_in_memory() {
    a_site_from_start_to_end(&Place::new());
}

#[test]
fn on_the_embedded_engine() {
    if aurora_events_engine::find_library(None).is_err() {
        println!("skipped: the event engine is not installed; `./aurora up` installs it");
        return;
    }
    let place = Place::with(&[]);
    a_site_from_start_to_end(&place);
    // What was stored is there after a restart.
    place.ok(&["up"]);
    let answer = place.json(&["hunt", "metadata.event_code:1102", "--since", "36500d"]);
    assert_eq!(answer["rows"].as_array().unwrap().len(), 1, "{answer}");
}

#[test]
fn suppressing_needs_a_yes_and_can_be_taken_back() {
    let place = Place::new();
    place.ok(&["up"]);
    place.ok(&["import", &content(LOG_CLEARED)]);
    let page = place.json(&["alerts"]);
    let id = page["alerts"][0]["id"].as_str().unwrap();
    let asked = ["suppress", id, "--reason", "rehearsal", "--until", "7d"];
    let refused = place.run(&asked);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused
            .out
            .contains("It would have hidden 1 alert (1 match)"),
        "{refused:?}"
    );
    assert!(
        place
            .ok(&["suppressions"])
            .starts_with("Nothing is suppressed.")
    );

    let mut agreed = asked.to_vec();
    agreed.push("--yes");
    let made = place.json(&agreed);
    assert_eq!(made["active"], true);
    let listed = place.ok(&["suppressions"]);
    assert!(
        listed.contains("rehearsal") && listed.contains("quay-07"),
        "{listed}"
    );
    let suppression = made["id"].as_str().unwrap();
    assert!(
        place
            .ok(&["unsuppress", &suppression[..8]])
            .starts_with("Lifted")
    );
    let log = place.ok(&["decisions"]);
    assert!(
        log.contains("suppression.create") && log.contains("rehearsal"),
        "{log}"
    );
}

#[test]
fn rules_are_tried_and_put_in_force() {
    let place = Place::new();
    let rule = content("rules/network/exfiltration/dns_tunnel_long_labels.yml");
    let hit = rule.replace(".yml", ".match.json");
    let miss = rule.replace(".yml", ".nomatch.json");
    // No site is needed for files.
    assert!(
        place
            .ok(&["rules", "try", &rule, &hit])
            .starts_with("match")
    );
    assert_eq!(place.run(&["rules", "try", &rule, &miss]).code, 1);
    assert!(
        place
            .ok(&["rules", "lint", &rule])
            .starts_with("1 rule good")
    );

    let broken = place.path().join("broken.yml");
    std::fs::write(&broken, "title: x\nlogsource: {product: windows}\ndetection:\n  a:\n    Image|endswit: x\n  condition: a\n").unwrap();
    let broken = broken.display().to_string();
    let linted = place.run(&["rules", "lint", &broken]);
    assert_eq!(linted.code, 6, "{linted:?}");
    assert!(
        linted.out.contains("broken.yml:5:") && linted.out.contains("endswith"),
        "{linted:?}"
    );

    place.ok(&["up", "--set", "rules.shipped=false"]);
    assert_eq!(number(&place.json(&["rules", "list"])["total"]), 0);
    let left_out = place.run(&["rules", "import", &rule, &broken, "--reason", "trial"]);
    assert_eq!(left_out.code, 6, "{left_out:?}");
    assert!(left_out.out.contains("1 rule added"), "{left_out:?}");
    let listed = place.json(&["rules", "list"]);
    assert_eq!(number(&listed["total"]), 1);
    let id = listed["rules"][0]["id"].as_str().unwrap();
    assert!(place.ok(&["rules", "show", &id[..8]]).contains("logsource"));
    assert_eq!(place.run(&["rules", "show", "no-such-rule"]).code, 4);
}
