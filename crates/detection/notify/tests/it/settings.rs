use aurora_notify::{Channels, Email, Encryption, Options, Webhook};

fn refused(change: impl FnOnce(&mut Options)) -> String {
    let mut options = Options::default();
    change(&mut options);
    Channels::new(&options).unwrap_err().to_string()
}

#[test]
fn settings_that_would_give_alerts_away_are_refused() {
    let http = refused(|options| options.webhook.url = "http://hooks.example/x".to_owned());
    assert!(http.contains("use https"), "{http}");
    let unsigned = refused(|options| options.webhook.url = "https://hooks.example/x".to_owned());
    assert!(unsigned.contains("always signed"), "{unsigned}");
    let plain = refused(|options| {
        options.email.server = "mail.example:25".to_owned();
        options.email.encryption = Encryption::None;
    });
    assert!(plain.contains("use starttls or tls"), "{plain}");
    let scheme = refused(|options| options.webhook.url = "ftp://hooks.example".to_owned());
    assert!(scheme.contains("want https"), "{scheme}");
}

#[test]
fn what_is_missing_is_named() {
    let port = refused(|options| options.email.server = "localhost".to_owned());
    assert!(port.contains("want host:port"), "{port}");
    let nobody = refused(|options| {
        options.email.server = "localhost:25".to_owned();
        options.email.encryption = Encryption::None;
        options.email.from = "a@b.example".to_owned();
    });
    assert!(nobody.contains("nobody would be told"), "{nobody}");
    assert_eq!(
        Channels::new(&Options::default()).unwrap().iter().count(),
        0
    );
}

#[test]
fn a_wrong_setting_of_one_of_several_names_its_place() {
    let webhook = |name: &str| Webhook {
        name: name.to_owned(),
        url: "https://hooks.example/x".to_owned(),
        ..Webhook::default()
    };
    let place = refused(|options| options.webhooks.push(webhook("oncall")));
    assert!(
        place.starts_with("`notify.webhooks.secret_file`"),
        "{place}"
    );
    let name = refused(|options| options.webhooks.push(webhook("On Call")));
    assert!(name.contains("a name has 1 to 40"), "{name}");
    let mail = refused(|options| options.emails.push(Email::default()));
    assert!(mail.contains("want host:port"), "{mail}");
}

#[test]
fn two_channels_do_not_share_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "a secret of sufficient length").unwrap();
    let webhook = Webhook {
        url: "https://hooks.example/x".to_owned(),
        secret_file: Some(secret),
        ..Webhook::default()
    };
    let same = refused(|options| {
        options.webhook = webhook.clone();
        options.webhooks.push(webhook.clone());
    });
    assert!(same.contains("another channel has this name"), "{same}");
    let options = Options {
        webhooks: vec![webhook],
        ..Options::default()
    };
    let unknown = Channels::new(&options).unwrap().get("pager").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no channel `pager`: there are webhook"
    );
}
