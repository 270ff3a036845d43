use aurora_notify::{Channels, Encryption, Options};

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
