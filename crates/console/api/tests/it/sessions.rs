use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_api::testkit::{FakeSite, serve};
use aurora_api::{Error, Feed, Options, Parts, Service};
use aurora_approvals::NoVerifier;
use aurora_clock::{ManualClock, SystemClock};
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_model::{Context, Scope, SiteId};
use aurora_people::People;
use aurora_permissions::Plain;
use aurora_records::{Change, Collection, Guard, Records};
use aurora_records_memory::MemoryRecords;
use aurora_secrets::Keyring;
use serde_json::json;

use crate::http::{As, fixture, with};

fn visitor() -> As {
    As::Browser(vec![("sec-fetch-site", "none".to_owned())])
}

#[tokio::test]
async fn a_link_works_once() {
    let fixture = fixture().await;
    assert!(!fixture.running.handle.has_administrator().await.unwrap());
    let url = fixture.running.link().await.unwrap().url;
    let path = url.strip_prefix(&fixture.running.handle.url()).unwrap();

    let ahead = As::Browser(vec![("sec-purpose", "prefetch".to_owned())]);
    assert_eq!(fixture.ask(&ahead, "GET", path, None).await.status, 204);
    assert_eq!(
        fixture.ask(&visitor(), "HEAD", path, None).await.status,
        204
    );

    let first = fixture.ask(&visitor(), "GET", path, None).await;
    assert_eq!(first.status, 200);
    let cookie = first.header("set-cookie");
    assert!(
        cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(fixture.running.handle.has_administrator().await.unwrap());

    let second = fixture.ask(&visitor(), "GET", path, None).await;
    assert_eq!(
        (second.status.as_u16(), second.header("set-cookie")),
        (401, "")
    );
    let guess = fixture
        .ask(&visitor(), "GET", "/login?token=00", None)
        .await;
    assert_eq!(guess.status, 401);
    fixture.running.stop().await;
}

#[tokio::test]
async fn a_link_used_twice_in_the_same_moment_opens_one_session() {
    let fixture = fixture().await;
    let url = fixture.running.link().await.unwrap().url;
    let path = url.strip_prefix(&fixture.running.handle.url()).unwrap();
    let visitor = visitor();
    let ask = || fixture.ask(&visitor, "GET", path, None);
    let replies = tokio::join!(ask(), ask(), ask(), ask());
    let replies = [replies.0, replies.1, replies.2, replies.3];
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 200).count(),
        1
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn links_and_sessions_end() {
    let fixture = fixture().await;
    let session = fixture.sign_in().await;
    let url = fixture.running.link().await.unwrap().url;
    let path = url.strip_prefix(&fixture.running.handle.url()).unwrap();
    fixture.clock.advance(Duration::from_secs(16 * 60));
    assert_eq!(fixture.ask(&visitor(), "GET", path, None).await.status, 401);

    let info = fixture
        .ask(&session, "GET", "/api/v1/session", None)
        .await
        .json();
    assert_eq!(
        info["actor"],
        json!({ "kind": "person", "name": "administrator" })
    );
    fixture.clock.advance(Duration::from_secs(3_600));
    assert_eq!(
        fixture
            .ask(&session, "GET", "/api/v1/session", None)
            .await
            .status,
        401
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_site_too() {
    let fixture = fixture().await;
    let session = fixture.sign_in().await;
    let out = fixture
        .ask(&session, "DELETE", "/api/v1/session", None)
        .await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        fixture
            .ask(&session, "GET", "/api/v1/session", None)
            .await
            .status,
        401
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let options = Options {
        behind_tls: true,
        hostnames: vec!["soc.example".into()],
        ..Options::default()
    };
    let fixture = with(options).await;
    let url = fixture.running.link().await.unwrap().url;
    assert!(url.starts_with("https://soc.example:"));
    let (_, query) = url.split_once('?').unwrap();
    let reply = fixture
        .ask(&visitor(), "GET", &format!("/login?{query}"), None)
        .await;
    assert!(reply.header("set-cookie").ends_with("; Secure"));
    fixture.running.stop().await;
}

/// Parts whose site has, or has not, an administrator.
async fn parts(dir: &Path, administered: bool) -> Parts {
    let clock = Arc::new(SystemClock::new());
    let scope = Scope::of(SiteId(aurora_ids::Id128::random()));
    let records = Arc::new(MemoryRecords::new(clock.clone()));
    if administered {
        let context = Context::service(scope.clone(), "test", "sets the scene");
        let change = Change::decided(aurora_model::Action::on("person.create", ["aa"]));
        let person = json!({ "name": "aa", "roles": ["admin"], "created_at": 0 });
        let change = change.put(Collection::People, "aa", Guard::New, person);
        records.commit(&context, change).await.unwrap();
    }
    let feed = Feed::new(8);
    let people = People::new(aurora_people::Parts {
        records: records.clone(),
        ephemeral: Arc::new(MemoryEphemeral::new(clock.clone())),
        keyring: &Keyring::open(&dir.join("keys")).unwrap(),
        clock: clock.clone(),
        scope: scope.clone(),
        site_name: "s".to_owned(),
        options: aurora_people::Options::default(),
        provider: None,
    });
    Parts {
        site: Arc::new(FakeSite::new(clock.clone(), scope.clone(), feed.clone())),
        records,
        people: people.unwrap(),
        decide: Arc::new(Plain::new(scope.site, [])),
        verifier: Arc::new(NoVerifier),
        clock,
        scope,
        site_name: "s".to_owned(),
        version: "0".to_owned(),
        socket: dir.join("site.sock"),
        feed,
    }
}

#[tokio::test]
async fn nothing_listens_beyond_loopback_before_there_is_an_administrator_and_tls() {
    let dir = tempfile::tempdir().unwrap();
    let beyond = |behind_tls| Options {
        listen: ([0, 0, 0, 0], 0).into(),
        behind_tls,
        ..Options::default()
    };
    let refused = Service::new(beyond(true), parts(dir.path(), false).await).await;
    assert!(matches!(refused.err(), Some(Error::NoAdministrator { .. })));
    let refused = Service::new(beyond(false), parts(dir.path(), true).await).await;
    assert!(matches!(refused.err(), Some(Error::NoTls { .. })));
    assert!(
        Service::new(beyond(true), parts(dir.path(), true).await)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = taken.local_addr().unwrap();
    let options = Options {
        listen,
        ..Options::default()
    };
    let clock = Arc::new(ManualClock::at(aurora_clock::Timestamp::from_millis(0)));
    let error = serve(dir.path(), options, clock).await.err().unwrap();
    assert!(error.to_string().contains(&listen.to_string()), "{error}");
}
