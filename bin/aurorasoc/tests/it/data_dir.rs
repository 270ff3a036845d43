//! A directory or a port that somebody else has, and what the reader of an error learns.

use std::net::TcpListener;

use aurora_node::DataDir;

use crate::support::Place;

#[test]
fn a_directory_that_another_process_owns_is_left_alone() {
    let place = Place::new();
    let held = DataDir::open(&place.data_dir()).unwrap();
    let ran = place.run(&["up"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    let owner = format!("process {} owns it", std::process::id());
    assert!(
        ran.err.contains(&owner) && ran.err.contains("AUR0002"),
        "{ran:?}"
    );
    let status = place.run(&["status"]);
    assert_eq!(status.code, 3);
    assert!(
        status
            .err
            .contains("owns the data directory but does not answer yet"),
        "{status:?}"
    );
    drop(held);
    place.ok(&["up"]);
}

#[test]
fn a_port_in_use_is_named_with_the_fix() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("console.listen={}", taken.local_addr().unwrap());
    let ran = place.run(&["up", "--set", &setting]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("cannot listen on 127.0.0.1:"), "{ran:?}");
    assert!(
        ran.err.contains("AUR0001, docs/errors/AUR0001.md"),
        "{ran:?}"
    );
    let doctor = place.run(&["doctor", "--set", &setting]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(
        doctor.out.contains("console port") && doctor.out.contains("✗ failure"),
        "{doctor:?}"
    );
}

#[test]
fn a_listener_whose_port_is_taken_stops_none_of_the_others() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("ingest.http.listen={}", taken.local_addr().unwrap());
    let greeting = place.ok(&["up", "--set", &setting]);
    assert!(
        greeting.contains("! degraded  ingest-http") && greeting.contains("AUR0001"),
        "{greeting}"
    );
}

#[test]
fn a_directory_of_a_newer_release_is_refused() {
    let place = Place::new();
    std::fs::create_dir_all(place.data_dir()).unwrap();
    std::fs::write(place.data_dir().join("VERSION"), "99\n").unwrap();
    let ran = place.run(&["up"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(
        ran.err.contains("its format is 99") && ran.err.contains("AUR0003"),
        "{ran:?}"
    );
}

#[test]
fn a_wrong_setting_is_told_before_anything_starts() {
    let place = Place::new();
    let ran = place.run(&["up", "--set", "site.nam=x"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("did you mean `site.name`?") && ran.err.contains("AUR0015"),
        "{ran:?}"
    );
    assert!(!place.data_dir().exists());
}

#[test]
fn doctor_works_without_a_site_and_with_one() {
    let place = Place::new();
    let before = place.json(&["doctor"]);
    let names = |report: &serde_json::Value| -> Vec<String> {
        let checks = report["checks"].as_array().unwrap().iter();
        checks
            .map(|check| check["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(
        names(&before).contains(&"console port".to_owned()),
        "{before}"
    );
    place.ok(&["up"]);
    assert!(names(&place.json(&["doctor"])).contains(&"ledger".to_owned()));
}

#[test]
fn a_reader_that_leaves_early_is_no_trouble() {
    let place = Place::new();
    let mut child = place
        .command(&["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(
        ended.status.success() && ended.stderr.is_empty(),
        "{ended:?}"
    );
}
