use aurora_secrets::{Keyring, Purpose, REDACTED, Secret};
use serde::{Deserialize, Serialize};

use crate::{Site, whole};

const CANARY: &str = "c4n4ry-9f8e7d6c5b4a";

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
struct Options {
    name: String,
    token: Secret<String>,
    more: Option<Secret<String>>,
    list: Vec<Secret<Vec<u8>>>,
}

fn options() -> Options {
    serde_json::from_str(&format!(
        r#"{{"name": "n", "token": "{CANARY}", "more": "{CANARY}", "list": [[99, 52, 110]]}}"#
    ))
    .unwrap()
}

#[test]
fn no_way_of_printing_shows_a_secret() {
    let options = options();
    assert_eq!(
        options.token.expose(),
        CANARY,
        "it is read like a plain value"
    );
    let ways = [
        format!("{options:?}"),
        format!("{options:#?}"),
        format!("{}", options.token),
        format!("{:>40}", options.token),
        options.token.to_string(),
        serde_json::to_string(&options).unwrap(),
        serde_json::to_value(&options).unwrap().to_string(),
    ];
    for text in ways {
        assert!(!text.contains("c4n") && !text.contains("99, 52"), "{text}");
        assert!(text.contains(REDACTED), "{text}");
    }
}

#[test]
fn a_key_is_in_no_text() {
    let site = Site::new();
    let keyring = Keyring::open(&site.keys()).unwrap();
    let file = std::fs::read_to_string(site.file("root.key")).unwrap();
    let root = file.split(' ').nth(2).unwrap();
    let texts = [
        format!("{keyring:?} {:?}", keyring.signer()),
        format!(
            "{:?} {:?}",
            keyring.tokens(Purpose::LinkToken),
            keyring.key(Purpose::Signing)
        ),
        format!(
            "{:?}",
            keyring.tokens(Purpose::IngestToken).issue("aur").token
        ),
        serde_json::to_string(&keyring.key(Purpose::Signing)).unwrap(),
    ];
    for text in texts {
        assert!(!text.contains(&root[..8]), "{text}");
        assert!(!text.bytes().any(|byte| byte.is_ascii_digit()), "{text}");
    }
    for purpose in Purpose::ALL {
        assert_ne!(keyring.key(purpose).expose()[..4], unhex(&root[..8])[..]);
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

/// A damaged key file is often a mistyped one: what is left of the key stays out of the error.
#[test]
fn an_error_shows_nothing_of_the_file() {
    let site = Site::new();
    Keyring::open(&site.keys()).unwrap();
    for text in [
        CANARY,
        "aurora-root-key 1 c4n4ry-9f8e7d6c5b4a 00",
        "aurora-root-key c4n4ry",
    ] {
        std::fs::write(site.file("root.key"), text).unwrap();
        let error = Keyring::open(&site.keys()).unwrap_err();
        let shown = format!("{} {error:?}", whole(&error));
        assert!(!shown.contains("c4n4ry"), "{shown}");
    }
}

#[test]
fn secrets_are_equal_by_value() {
    let (one, two) = (Secret::new("a".to_owned()), Secret::new("b".to_owned()));
    assert_eq!(one, one.clone());
    assert_ne!(one, two);
    assert_ne!(one, Secret::new("aa".to_owned()));
}
