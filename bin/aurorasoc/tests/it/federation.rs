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
    rotated(&a, &b);

    let left = b.ok(&["federation", "leave", "--yes"]);
    assert!(left.contains("leaves"), "{left}");
    a.until(&["federation", "status"], |it| {
        it["peers"] == serde_json::json!([])
    });
    b.until(&["federation", "status"], |it| {
        it["here"]["directory"].is_null()
    });
}

/// A key of the secondary follows another while the two cannot hear each other; what each says of itself is
/// shown at the other.
fn rotated(a: &Place, b: &Place) {
    let before = status(b)["here"]["fingerprint"].clone();
    b.ok(&["federation", "cut", "--all"]);
    let rotated = b.json(&["federation", "rotate"]);
    assert_eq!(rotated["former"], before);
    assert_eq!(rotated["listed"], false);
    assert_eq!(status(b)["here"]["rotating"], true);
    b.ok(&["federation", "heal", "--all"]);
    b.until(&["federation", "status"], |it| {
        it["here"]["fingerprint"] == rotated["fingerprint"] && it["here"]["rotating"] == false
    });
    a.until(&["federation", "status"], |it| {
        let keys = &it["peers"][0]["keys"];
        keys[0]["until"].is_i64() && keys[1]["until"].is_null()
    });
    alarm(b, "five.harbor.example");
    holds(a, 5);
    // Both say how many decisions they have logged, and each has cosigned the other's.
    for place in [a, b] {
        let status = place.until(&["federation", "status"], |it| {
            let peer = &it["peers"][0];
            peer["audit"]["witnessed"].is_u64() && !peer["policy"].as_str().unwrap().is_empty()
        });
        let peer = &status["peers"][0];
        assert_eq!(peer["audit"]["forked"], false, "{peer}");
        assert!(peer["outbox"][0]["high"].is_u64(), "{peer}");
    }
    let shown = a.ok(&["federation", "peers"]);
    assert!(shown.contains("former key"), "{shown}");
    let decisions = b.ok(&["decisions", "--json"]);
    assert!(decisions.contains("federation.rotate"), "{decisions}");
}

/// Whoever has the port of direct links does not keep a site from starting, and loses it to nobody's harm.
#[test]
fn a_site_whose_port_is_taken_starts_and_says_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("federation.direct.listen={}", taken.local_addr().unwrap());
    let place = Place::with(&[
        "events.store=memory",
        "federation.enabled=true",
        "federation.site_id=site-a",
        "federation.site_tier=primary",
        &listen,
    ]);
    place.ok(&["up"]);
    let here = status(&place)["here"].clone();
    let problem = here["problem"].as_str().unwrap();
    assert!(problem.contains("federation.direct.listen"), "{problem}");
    let roles = place.json(&["status"])["roles"].to_string();
    assert!(
        roles.contains("other sites cannot dial this one"),
        "{roles}"
    );
    drop(taken);
    place.until(&["federation", "status"], |it| {
        it["here"]["problem"].is_null() && it["here"]["listens"].is_string()
    });
}

/// The hub's side of leafnodes.
#[test]
fn a_taken_leafnode_port_degrades_a_site() {
    if aurora_bus_nats::find_server().is_none() {
        println!("skipped: `nats-server` is not installed; run `./aurora setup`");
        return;
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!(
        "federation.leafnodes.listen={}",
        taken.local_addr().unwrap()
    );
    let place = Place::with(&[
        "events.store=memory",
        "federation.enabled=true",
        "federation.site_id=site-a",
        "federation.site_tier=primary",
        "federation.direct.listen=127.0.0.1:0",
        &listen,
    ]);
    place.ok(&["up"]);
    let status = place.until(&["federation", "status"], |it| {
        it["here"]["problems"]["nats"].is_string()
    });
    let problem = status["here"]["problems"]["nats"].as_str().unwrap();
    assert!(problem.contains("federation.leafnodes.listen"), "{problem}");
    assert!(status["here"]["listens"].is_string(), "{status}");
    place.until(&["status"], |it| {
        it["roles"].to_string().contains("leafnodes do not work")
    });
    drop(taken);
    place.until(&["federation", "status"], |it| {
        it["here"]["problems"].is_null()
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
