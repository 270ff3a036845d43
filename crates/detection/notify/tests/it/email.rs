use std::time::Duration;

use aurora_model::Severity;
use aurora_notify::{Encryption, Options};

use crate::servers::Mail;
use crate::world::World;

fn options(mail: &Mail) -> Options {
    let mut options = Options::default();
    options.email.server = mail.address.to_string();
    options.email.encryption = Encryption::None;
    options.email.from = "AuroraSOC <soc@site.example>".to_owned();
    options.email.to = vec!["eva@site.example".to_owned(), "tom@site.example".to_owned()];
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_tells_alerts_whatever_their_text_tries() {
    let mail = Mail::start().await;
    let mut world = World::start(&options(&mail)).await;
    let hostile = "Evil\r\nBcc: all@other.example\r\n\r\n<b>\u{202e}gpj\u{1b}[31m";
    world
        .finding(1, 1, Severity::Critical, hostile, false)
        .await;
    world
        .until(Duration::from_millis(10), async || mail.mails().len() == 1)
        .await;
    let (to, text) = mail.mails().remove(0);
    assert_eq!(to, ["<eva@site.example>", "<tom@site.example>"]);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
    assert!(
        head.contains("Content-Type: text/plain; charset=utf-8"),
        "{head}"
    );
    assert!(head.contains("@aurorasoc>"), "{head}");
    let quiet = |text: &str| !text.contains(['\u{202e}', '\u{1b}']);
    assert!(quiet(head) && quiet(body), "{text}");
    assert!(!body.lines().any(|line| line.starts_with("Bcc:")), "{body}");
    assert!(body.contains("about host ws1, address 192.0.2.1"), "{body}");
    assert!(body.contains("and 1 more"), "{body}");
    world.test("email").await.unwrap();
    assert!(mail.mails()[1].1.contains("test of notifications"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_encrypt_is_not_spoken_to() {
    let mail = Mail::start().await;
    let mut options = options(&mail);
    options.email.encryption = Encryption::Starttls;
    let mut world = World::start(&options).await;
    world.test("email").await.unwrap_err();
    assert_eq!(mail.mails(), []);
    world.stop().await;
}
