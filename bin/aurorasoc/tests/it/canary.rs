//! A secret that is handed to the program stands in nothing that it says, whatever goes wrong.

use std::path::Path;

use crate::support::{Place, Ran};

/// Nothing else has this in it. Where a token must be hexadecimal it stands as these digits.
const CANARY: &str = "cafe0ddba11deadbeef0c0ffee15badc";

fn nothing_leaks(what: &[&str], ran: &Ran, place: &Place) {
    for (name, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
        assert!(!text.contains(CANARY), "{what:?} says it on {name}: {text}");
    }
    let run = place.data_dir().join("run");
    for entry in std::fs::read_dir(run).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let text = std::fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(
                !text.contains(CANARY),
                "{what:?} says it in {}",
                entry.path().display()
            );
        }
    }
}

fn kept(place: &Place, name: &str, text: &str) -> String {
    let path = place.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Every place in the settings where a secret stands, each where nothing can be reached.
#[test]
fn settings_that_fail_say_no_secret() {
    // Nothing comes back that is away here.
    let place = Place::with(&["events.store=memory", "records.patience_seconds=1"]);
    let file = kept(&place, "secret", CANARY);
    let password = format!("records.password_file={file}");
    let key = format!("artifacts.secret_key_file={file}");
    let seed = format!("bus.nats_seed_file={file}");
    let events = format!("events.password_file={file}");
    let inline = format!("records.store=postgres://aurora:{CANARY}@127.0.0.1:1/aurora");
    let clickhouse = format!("events.store=http://aurora:{CANARY}@127.0.0.1:1");
    let cases: &[&[&str]] = &[
        &[&inline],
        &[
            "records.store=postgres://aurora@127.0.0.1:1/aurora",
            &password,
        ],
        &[&clickhouse],
        &["events.store=http://aurora@127.0.0.1:1", &events],
        &[
            "artifacts.store=s3://evidence/a",
            "artifacts.endpoint=http://127.0.0.1:1",
            "artifacts.access_key=x",
            &key,
        ],
        &["bus.store=nats://127.0.0.1:1", &seed],
    ];
    for settings in cases {
        for command in [&["up"][..], &["doctor"], &["doctor", "--json"]] {
            let mut arguments = Vec::new();
            settings
                .iter()
                .for_each(|it| arguments.extend(["--set", *it]));
            arguments.extend(command);
            let ran = place.run(&arguments);
            let started = command[0] == "up" && ran.code == 0;
            assert!(!started, "{arguments:?} has nothing to reach: {ran:?}");
            nothing_leaks(&arguments, &ran, &place);
        }
    }
}

#[test]
fn codes_tokens_and_passphrases_are_not_said() {
    let place = Place::new();
    let pin = "0".repeat(64);
    let code = kept(&place, "code", &format!("aurora_enrol_{CANARY}_{pin}"));
    let bad_code = kept(&place, "bad", &format!("aurora_enrol_{CANARY}"));
    let phrase = kept(&place, "phrase", CANARY);
    let to = "https://127.0.0.1:1";
    let backup = place.path().join("backup").display().to_string();
    place.ok(&["up"]);
    let address = format!("https://{}", place.address("edge"));
    // Another data directory than the site's, beside it.
    let elsewhere = place.path().join("collector").display().to_string();
    let apart = ["--data-dir", elsewhere.as_str()];
    let real = place.json(&["enrol", "token", "--host", "other"]);
    let real = real["code"].as_str().unwrap();
    let pin = real.rsplit('_').next().unwrap();
    let unknown = kept(&place, "unknown", &format!("aurora_enrol_{CANARY}_{pin}"));
    let cases: &[(&[&str], bool)] = &[
        (
            &["collect", "enrol", "--to", to, "--code-file", &code],
            false,
        ),
        (
            &["collect", "enrol", "--to", to, "--code-file", &bad_code],
            false,
        ),
        (
            &["collect", "enrol", "--to", &address, "--code-file", &code],
            false,
        ),
        (
            &[
                "collect",
                "enrol",
                "--to",
                &address,
                "--code-file",
                &unknown,
            ],
            false,
        ),
        (&["backup", &backup, "--passphrase-file", &phrase], true),
        (&["restore", &backup, "--passphrase-file", &phrase], false),
    ];
    for (arguments, good) in cases {
        let collects = arguments[0] == "collect";
        let arguments: Vec<&str> = match collects {
            true => apart.iter().chain(*arguments).copied().collect(),
            false => arguments.to_vec(),
        };
        let ran = match collects {
            true => Ran::of(plain().args(&arguments).output().unwrap()),
            false => place.run(&arguments),
        };
        assert_eq!(ran.code == 0, *good, "{arguments:?}: {ran:?}");
        nothing_leaks(&arguments, &ran, &place);
    }
    // Nor is the code that was made anywhere at the site.
    let token = real.split('_').nth(2).unwrap();
    let (log, listed) = (
        place.data_dir().join("run/site.log"),
        place.ok(&["enrol", "list", "--all"]),
    );
    let decisions = place.ok(&["decisions", "--json"]);
    let said = [std::fs::read_to_string(log).unwrap(), listed, decisions];
    assert!(said.iter().all(|text| !text.contains(token)));
    let audit = every_file(&place.data_dir().join("audit"));
    assert!(!audit.contains(token));
    place.ok(&["down"]);
}

fn plain() -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_aurorasoc"));
    let home = std::env::var_os("HOME").unwrap_or_default();
    command.env_clear().env("HOME", home);
    command.stdin(std::process::Stdio::null());
    command
}

fn every_file(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            text.push_str(&every_file(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    text
}
