//! Two sites on one machine: they join, tell each other of alerts, lose each other and meet again.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Place, content, number};

const LOG_CLEARED: &str = "parsers/windows/golden/eventlog-1102-cleared.in";
const HOST: &str = "quay-07.harbor.example";
/// The design says 3 s; a loaded machine with unoptimised code gets more.
const SOON: Duration = Duration::from_secs(10);

fn site(label: &str, tier: &str) -> Place {
    let (label, tier) = (
        format!("federation.site_id={label}"),
        format!("federation.site_tier={tier}"),
    );
    Place::with(&[
        "events.store=memory",
        "federation.enabled=true",
        "federation.min_severity=low",
        "federation.direct.listen=127.0.0.1:0",
        &label,
        &tier,
    ])
}

/// Clears the log of one more host.
fn alarm(place: &Place, host: &str) {
    let text = std::fs::read_to_string(content(LOG_CLEARED)).unwrap();
    assert!(text.contains(HOST));
    let file = place.path().join(format!("{host}.json"));
    std::fs::write(&file, text.replace(HOST, host)).unwrap();
    let told = place.ok(&["import", &file.display().to_string()]);
    assert!(told.contains("1 new alert"), "{told}");
}

fn status(place: &Place) -> Value {
    place.json(&["federation", "status"])
}

fn join(primary: &Place, other: &Place) {
    let invited = primary.json(&["federation", "invite", "site-b"]);
    let code = invited["code"].as_str().unwrap();
    let asked = other.json(&["federation", "join", code]);
    let compare = asked["compare"].as_str().unwrap();
    primary.until(&["federation", "status"], |status| {
        status["joining"][0]["code"] == compare
    });
    let early = status(other);
    assert!(early["here"]["directory"].is_null(), "{early}");
    other.ok(&["federation", "verify", compare]);
    let verified = primary.json(&["federation", "verify", &compare.replace(' ', "-")]);
    assert_eq!(verified["label"], "site-b");
}

fn is_linked(status: &Value) -> bool {
    let peer = &status["peers"][0];
    peer["carrier"] == "direct" && !peer["heard_ms"].is_null()
}

fn holds(place: &Place, count: u64) -> Value {
    place.until(&["alerts"], |page| page["total"] == count)
}

#[test]
fn two_sites_tell_each_other_of_alerts() {
    let (a, b) = (site("site-a", "primary"), site("site-b", "secondary"));
    a.ok(&["up"]);
    b.ok(&["up"]);
    join(&a, &b);
    a.until(&["federation", "status"], is_linked);
    b.until(&["federation", "status"], is_linked);

    alarm(&a, "one.harbor.example");
    let page = holds(&b, 1);
    let alert = &page["alerts"][0];
    assert_eq!(alert["origin"]["label"], "site-a", "{page}");
    assert_eq!(alert["origin"]["late"], false);
    let shown = b.ok(&["show", &alert["id"].as_str().unwrap()[..6]]);
    assert!(shown.contains("one.harbor.example"), "{shown}");

    let cut = b.ok(&["federation", "cut", "site-a"]);
    assert!(cut.contains("is cut"), "{cut}");
    alarm(&a, "two.harbor.example");
    a.until(&["federation", "status"], |it| {
        it["counts"]["published"] == 2
    });
    assert_eq!(number(&b.json(&["alerts"])["total"]), 1);
    let healed = Instant::now();
    b.ok(&["federation", "heal", "--all"]);
    holds(&b, 2);
    println!(
        "the first missed alert came {:?} after heal",
        healed.elapsed()
    );
    assert!(healed.elapsed() < SOON, "{:?}", healed.elapsed());

    b.ok(&["down"]);
    alarm(&a, "three.harbor.example");
    b.ok(&["up"]);
    holds(&b, 3);
    alarm(&b, "four.harbor.example");
    holds(&a, 4);
    assert_eq!(number(&b.json(&["alerts"])["total"]), 4);

    let decisions = b.ok(&["decisions", "--json"]);
    for name in ["federation.cut", "federation.heal", "federation.verify"] {
        assert!(decisions.contains(name), "{name}: {decisions}");
    }
    let left = b.ok(&["federation", "leave", "--yes"]);
    assert!(left.contains("leaves"), "{left}");
    a.until(&["federation", "status"], |it| {
        it["peers"] == serde_json::json!([])
    });
    b.until(&["federation", "status"], |it| {
        it["here"]["directory"].is_null()
    });
}

#[test]
fn a_site_that_does_not_federate_has_nothing_of_it() {
    let place = Place::new();
    place.ok(&["up"]);
    let status = status(&place);
    assert!(status["here"].is_null(), "{status}");
    let refused = place.run(&["federation", "invite"]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.err.contains("FEDERATION_ENABLED"), "{refused:?}");
    let listeners = place.json(&["status"])["listeners"].to_string();
    assert!(!listeners.contains("federation"), "{listeners}");
    let decisions = place.ok(&["decisions", "--json"]);
    assert!(!decisions.contains("federation."), "{decisions}");
}

/// What a site is told by its environment is what the design promises.
#[test]
fn the_environment_makes_a_site_federate() {
    let place = Place::with(&[
        "events.store=memory",
        "federation.direct.listen=127.0.0.1:0",
    ]);
    let mut up = place.command(&["up"]);
    for (name, value) in [
        ("FEDERATION_ENABLED", "true"),
        ("FEDERATION_SITE_ID", "site-b"),
        ("FEDERATION_SITE_NAME", "Branch SOC - Cairo"),
        ("FEDERATION_SITE_TIER", "secondary"),
        ("FEDERATION_FEDERATE_MIN_SEVERITY", "critical"),
    ] {
        up.env(name, value);
    }
    assert!(up.output().unwrap().status.success());
    let here = &status(&place)["here"];
    assert_eq!(here["label"], "site-b", "{here}");
    assert_eq!(here["name"], "Branch SOC - Cairo");
    assert_eq!(here["floor"], "critical");
    let wrong = Place::with(&["events.store=memory", "federation.enabled=true"]);
    let refused = wrong.run(&["up"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("FEDERATION_SITE_ID"), "{refused:?}");
}
