use aurora_secrets::{Error, SiteIdentity};

use crate::{Site, chmod, mode, now};

#[test]
fn an_identity_is_drawn_once() {
    let site = Site::new();
    let made = SiteIdentity::open(&site.keys(), now()).unwrap();
    let later = now().plus(std::time::Duration::from_secs(9));
    assert_eq!(SiteIdentity::open(&site.keys(), later).unwrap(), made);
    assert_eq!(made.created, now());
    assert_eq!(mode(&site.file("site.json")), 0o600);
    assert_ne!(
        SiteIdentity::open(&Site::new().keys(), now()).unwrap().id,
        made.id
    );
}

#[test]
fn many_first_starts_at_once_agree() {
    let site = Site::new();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let open = || SiteIdentity::open(&site.keys(), now()).unwrap();
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(
        std::fs::read_dir(site.keys()).unwrap().count(),
        1,
        "no draft is left"
    );
}

/// Cut short anywhere or one digit changed: refused, and left as it is.
#[test]
fn a_damaged_identity_is_refused_and_kept() {
    let site = Site::new();
    let made = SiteIdentity::open(&site.keys(), now()).unwrap();
    let path = site.file("site.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let id = made.id.to_string();
    let other_id = format!(
        "{}{}",
        if id.starts_with('0') { '1' } else { '0' },
        &id[1..]
    );
    let mut cases = vec![
        good.replace(&id, &"0".repeat(32)),
        good.replace(&id, &other_id),
        good.replace("2025-", "2024-"),
        good.replace("2025-", "year "),
        good.replace("\"format\": 1", "\"format\": 0"),
        good.replace("\"format\"", "\"farmat\""),
        "[]".to_owned(),
    ];
    let end = good.trim_end().len();
    cases.extend((0..end).map(|length| good[..length].to_owned()));
    for bad in cases {
        assert_ne!(bad, good);
        std::fs::write(&path, &bad).unwrap();
        match SiteIdentity::open(&site.keys(), now()) {
            Err(Error::Damaged { .. }) => {}
            other => panic!("want a refusal of {bad:?}, got {other:?}"),
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
    }
    std::fs::write(&path, good).unwrap();
    assert_eq!(SiteIdentity::open(&site.keys(), now()).unwrap(), made);
}

#[test]
fn a_newer_identity_is_refused() {
    let site = Site::new();
    SiteIdentity::open(&site.keys(), now()).unwrap();
    std::fs::write(site.file("site.json"), r#"{"format": 7, "who": "?"}"#).unwrap();
    let error = SiteIdentity::open(&site.keys(), now()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NewerFormat {
                found: 7,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn an_open_identity_is_refused() {
    let site = Site::new();
    SiteIdentity::open(&site.keys(), now()).unwrap();
    chmod(&site.file("site.json"), 0o644);
    let error = SiteIdentity::open(&site.keys(), now()).unwrap_err();
    assert!(error.to_string().contains("chmod 0600"), "{error}");
}

/// Format 1 as it was first released.
#[test]
fn format_1_is_read() {
    let site = Site::new();
    SiteIdentity::open(&site.keys(), now()).unwrap();
    std::fs::write(
        site.file("site.json"),
        include_str!("../fixtures/site-1.json"),
    )
    .unwrap();
    let identity = SiteIdentity::open(&site.keys(), now()).unwrap();
    assert_eq!(identity.id.to_string(), "000102030405060708090a0b0c0d0e0f");
    assert_eq!(identity.created, now());
}
