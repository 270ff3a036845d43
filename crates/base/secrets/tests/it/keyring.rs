use std::collections::BTreeSet;

use aurora_secrets::{BadSignature, Error, Keyring, Purpose, verify};

use crate::{Site, chmod, mode, whole};

#[test]
fn the_first_start_makes_a_key_and_later_ones_read_it() {
    let site = Site::new();
    let made = Keyring::open(&site.keys()).unwrap();
    let read = Keyring::open(&site.keys()).unwrap();
    for purpose in Purpose::ALL {
        assert_eq!(made.key(purpose), read.key(purpose));
    }
    assert_eq!(
        (mode(&site.keys()), mode(&site.file("root.key"))),
        (0o700, 0o600)
    );
    assert_eq!(
        std::fs::read_dir(site.keys()).unwrap().count(),
        1,
        "no draft is left"
    );
    let other = Keyring::open(&Site::new().keys()).unwrap();
    assert_ne!(made.key(Purpose::Signing), other.key(Purpose::Signing));
}

#[test]
fn every_purpose_has_a_key_of_its_own() {
    let keyring = Keyring::open(&Site::new().keys()).unwrap();
    let keys: BTreeSet<[u8; 32]> = Purpose::ALL
        .into_iter()
        .map(|purpose| *keyring.key(purpose).expose())
        .collect();
    assert_eq!(keys.len(), Purpose::ALL.len());
}

#[test]
fn many_first_starts_at_once_agree() {
    let site = Site::new();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let open = || {
            *Keyring::open(&site.keys())
                .unwrap()
                .key(Purpose::Signing)
                .expose()
        };
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn what_others_may_read_is_refused_with_the_fix() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    for (path, bad, good) in [
        (site.file("root.key"), 0o640, 0o600),
        (site.keys(), 0o755, 0o700),
        (site.keys(), 0o701, 0o700),
    ] {
        chmod(&path, bad);
        let error = Keyring::open(&site.keys()).unwrap_err();
        assert!(matches!(error, Error::Permissions { .. }), "{error:?}");
        let fix = format!("run `chmod {good:04o} {}`", path.display());
        assert!(error.to_string().contains(&fix), "{error}");
        chmod(&path, good);
        Keyring::open(&site.keys()).unwrap();
    }
    chmod(&site.file("root.key"), 0o400);
    Keyring::open(&site.keys()).unwrap();
}

/// A key that is there is never replaced, however bad.
#[test]
fn a_damaged_key_is_refused_and_kept() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    let path = site.file("root.key");
    let good = std::fs::read(&path).unwrap();
    let mut cases: Vec<Vec<u8>> = (0..good.len() - 1)
        .map(|length| good[..length].to_vec())
        .collect();
    cases.extend((0..good.len() - 1).map(|at| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        bad
    }));
    cases.push(vec![0xff; 100]);
    cases.push([&good[..], b" more"].concat());
    for bad in cases {
        std::fs::write(&path, &bad).unwrap();
        let text = String::from_utf8_lossy(&bad).into_owned();
        match Keyring::open(&site.keys()) {
            Err(Error::Damaged { .. } | Error::NewerFormat { .. }) => {}
            other => panic!("want a refusal of {text:?}, got {other:?}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), bad);
    }
}

#[test]
fn a_newer_key_is_refused() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    std::fs::write(site.file("root.key"), "aurora-root-key 2 other fields\n").unwrap();
    let error = Keyring::open(&site.keys()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NewerFormat {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn what_is_no_file_is_refused() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    let path = site.file("root.key");
    let elsewhere = site.0.path().join("elsewhere");
    std::fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(matches!(
        Keyring::open(&site.keys()),
        Err(Error::Kind { wanted: "file", .. })
    ));
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(
        Keyring::open(&site.keys()),
        Err(Error::Kind { wanted: "file", .. })
    ));
    assert!(matches!(
        Keyring::open(&elsewhere),
        Err(Error::Kind {
            wanted: "folder",
            ..
        })
    ));
    let missing = Keyring::open(&site.0.path().join("no/keys")).unwrap_err();
    assert!(
        whole(&missing).contains("No such file"),
        "{}",
        whole(&missing)
    );
}

/// Format 1 and its derivation, byte for byte: another result would cut a site off from
/// everything it signed and every token it gave out.
#[test]
fn format_1_gives_the_same_keys_for_ever() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    let kept = include_str!("../fixtures/root-key-1");
    std::fs::write(site.file("root.key"), kept).unwrap();
    let keyring = Keyring::open(&site.keys()).unwrap();
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let lines = [
        hex(&keyring.signer().public_key()),
        keyring.tokens(Purpose::IngestToken).hash("aur_1"),
        keyring.tokens(Purpose::LinkToken).hash("aur_1"),
        keyring.tokens(Purpose::SessionToken).hash("aur_1"),
    ];
    assert_eq!(
        lines.join("\n") + "\n",
        include_str!("../fixtures/derived-1")
    );
}

#[test]
fn signatures_are_of_one_key_over_one_message() {
    let signer = Keyring::open(&Site::new().keys()).unwrap().signer();
    let other = Keyring::open(&Site::new().keys()).unwrap().signer();
    let signature = signer.sign(b"message");
    assert_eq!(verify(&signer.public_key(), b"message", &signature), Ok(()));
    assert_eq!(
        verify(&signer.public_key(), b"massage", &signature),
        Err(BadSignature)
    );
    assert_eq!(
        verify(&other.public_key(), b"message", &signature),
        Err(BadSignature)
    );
    assert_eq!(verify(&[0; 32], b"message", &signature), Err(BadSignature));
    assert_eq!(
        verify(&[255; 32], b"message", &signature),
        Err(BadSignature)
    );
    let mut bent = signature;
    bent[0] ^= 1;
    assert_eq!(
        verify(&signer.public_key(), b"message", &bent),
        Err(BadSignature)
    );
}
