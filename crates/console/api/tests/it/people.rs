//! Coming in, and being somebody, over HTTP.

use std::time::Duration;

use aurora_model::Context;
use aurora_people::{Name, NewKey};
use aurora_permissions::Role;
use serde_json::{Value, json};

use crate::http::{As, Fixture, Reply, fixture};

const PASSWORD: &str = "corps lantern violet";
const CONSOLE: &str = "http://localhost";

async fn session(fixture: &Fixture, name: &str, roles: &[Role]) -> As {
    let roles: Vec<_> = roles.iter().map(|role| (*role).into()).collect();
    let cookie = fixture.running.session(name, None, &roles).await.unwrap();
    As::Browser(vec![("cookie", cookie)])
}

fn browser(reply: &Reply) -> As {
    As::Browser(vec![("cookie", reply.cookie())])
}

fn context(fixture: &Fixture) -> Context {
    Context::service(fixture.running.scope.clone(), "test", "sets the scene")
}

async fn post(fixture: &Fixture, who: &As, path: &str, body: &Value) -> Reply {
    fixture
        .ask(who, "POST", path, Some(&body.to_string()))
        .await
}

/// What an authenticator app shows for a secret in base 32.
fn code(secret: &str, fixture: &Fixture) -> String {
    use aurora_clock::Clock as _;
    let bits = secret.bytes().flat_map(|letter| {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == letter);
        let value = value.unwrap();
        (0..5).rev().map(move |bit| value >> bit & 1 == 1)
    });
    let bits: Vec<bool> = bits.collect();
    let byte = |bits: &[bool]| {
        bits.iter()
            .fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit))
    };
    let key: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let step = fixture.clock.now().as_millis() / 30_000;
    let hash = ring::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(hash.as_ref()[19] & 15);
    let word: [u8; 4] = hash.as_ref()[at..at + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}

#[tokio::test]
async fn somebody_sets_a_password_and_comes_back_with_it() {
    let fixture = fixture().await;
    let first = session(&fixture, "ada", &[Role::Analyst]).await;
    let made = fixture
        .ask(&first, "POST", "/api/v1/credentials/generator", None)
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    assert!(
        made["link"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/AuroraSOC%20testkit:ada?")
    );
    let set =
        json!({ "password": PASSWORD, "code": code(secret, &fixture), "enrolment": made["id"] });
    let set = post(&fixture, &first, "/api/v1/credentials/password", &set).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert!(
        set.header("set-cookie")
            .contains("HttpOnly; SameSite=Strict")
    );
    let old = fixture.ask(&first, "GET", "/api/v1/session", None).await;
    assert_eq!(old.outcome(), "401 unauthenticated", "the cookie of before");
    assert_eq!(
        fixture
            .ask(&browser(&set), "GET", "/api/v1/session", None)
            .await
            .status,
        200
    );

    fixture.clock.advance(Duration::from_secs(60));
    let nobody = As::Browser(vec![]);
    let login = json!({ "name": "ada", "password": PASSWORD, "code": code(secret, &fixture) });
    let mut wrong = login.clone();
    wrong["password"] = "wrong".into();
    let denied = post(&fixture, &nobody, "/login/password", &wrong).await;
    assert_eq!(
        (denied.outcome().as_str(), denied.header("set-cookie")),
        ("401 bad_login", "")
    );
    let opened = post(&fixture, &nobody, "/login/password", &login).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let info = fixture
        .ask(&browser(&opened), "GET", "/api/v1/session", None)
        .await
        .json();
    assert_eq!(
        (info["actor"]["name"].as_str(), info["auth"].as_str()),
        (Some("ada"), Some("totp"))
    );
    let again = post(&fixture, &nobody, "/login/password", &login).await;
    assert_eq!(again.outcome(), "401 bad_login", "a used code");
    for _ in 0..12 {
        post(&fixture, &nobody, "/login/password", &wrong).await;
    }
    let locked = post(&fixture, &nobody, "/login/password", &login).await;
    assert_eq!(locked.outcome(), "429 too_many_tries");
    fixture.running.stop().await;
}

/// A page elsewhere can neither sign a browser in nor plant a session.
#[tokio::test]
async fn nobody_is_signed_in_from_elsewhere() {
    let fixture = fixture().await;
    let body = json!({ "name": "ada", "password": "x", "code": "x" });
    for path in ["/login/password", "/login/passkey", "/login/passkey/ask"] {
        for headers in [
            vec![("sec-fetch-site", "cross-site".to_owned())],
            vec![("sec-fetch-site", "same-site".to_owned())],
            vec![
                ("sec-fetch-site", String::new()),
                ("origin", "http://evil.example".to_owned()),
            ],
            vec![("sec-fetch-site", String::new())],
            vec![("host", "evil.example".to_owned())],
        ] {
            let reply = post(&fixture, &As::Browser(headers.clone()), path, &body).await;
            assert_eq!(reply.outcome(), "403 forbidden", "{path} {headers:?}");
        }
    }
    let planted = format!(
        "aurora_{}={}",
        &fixture.running.scope.site.to_string()[..8],
        "0".repeat(64)
    );
    let visitor = As::Browser(vec![
        ("sec-fetch-site", "none".to_owned()),
        ("cookie", planted.clone()),
    ]);
    let link = fixture.running.link().await.unwrap().url;
    let (_, query) = link.split_once("/login").unwrap();
    let reply = fixture
        .ask(&visitor, "GET", &format!("/login{query}"), None)
        .await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.cookie(), planted);
    fixture.running.stop().await;
}

#[tokio::test]
async fn passkeys_are_asked_for_at_our_own_names() {
    let fixture = fixture().await;
    let port = fixture.running.handle.address().port();
    let at = |origin: String| {
        As::Browser(vec![
            ("sec-fetch-site", String::new()),
            ("origin", origin.clone()),
            ("host", origin.split_once("://").unwrap().1.to_owned()),
        ])
    };
    let asked = post(
        &fixture,
        &at(format!("{CONSOLE}:{port}")),
        "/login/passkey/ask",
        &json!({}),
    )
    .await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let asked = asked.json();
    assert_eq!(asked["public_key"]["rpId"], "localhost");
    assert_eq!(asked["public_key"]["userVerification"], "required");
    let numbers = post(
        &fixture,
        &at(format!("http://127.0.0.1:{port}")),
        "/login/passkey/ask",
        &json!({}),
    )
    .await;
    assert_eq!(numbers.outcome(), "422 invalid", "an address is no name");
    for nonsense in [json!({}), json!({ "id": "!", "response": {} })] {
        let reply = post(&fixture, &As::Browser(vec![]), "/login/passkey", &nonsense).await;
        assert_eq!(reply.outcome(), "422 invalid");
    }
    let options = fixture
        .ask(&As::Browser(vec![]), "GET", "/login/options", None)
        .await
        .json();
    assert_eq!(options, json!({ "first": true }));
    let away = fixture
        .ask(&As::Browser(vec![]), "GET", "/login/oidc", None)
        .await;
    assert_eq!(away.outcome(), "404 no_provider");
    fixture.running.stop().await;
}

#[tokio::test]
async fn a_key_is_sent_by_programs_and_by_nothing_else() {
    let fixture = fixture().await;
    let signed_in = session(&fixture, "ada", &[Role::Analyst]).await;
    let asked = json!({ "label": "report", "days": 7, "permissions": ["alert.read"] });
    let made = post(&fixture, &signed_in, "/api/v1/keys", &asked).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let token = made["token"].as_str().unwrap();
    let listed = fixture.ask(&signed_in, "GET", "/api/v1/keys", None).await;
    assert!(!listed.body.contains(token) && listed.body.contains("report"));

    let program = |value: String| {
        As::Browser(vec![
            ("sec-fetch-site", String::new()),
            ("authorization", value),
        ])
    };
    let key = program(format!("Bearer {token}"));
    let info = fixture.ask(&key, "GET", "/api/v1/alerts", None).await;
    assert_eq!(info.status, 200, "{}", info.body);
    let beyond = fixture.ask(&key, "GET", "/api/v1/rules", None).await;
    assert_eq!(beyond.outcome(), "403 forbidden", "narrower than its owner");
    // A key makes no keys and opens no account.
    let more = post(&fixture, &key, "/api/v1/keys", &asked).await;
    assert!(more.status == 403 || more.status == 422, "{}", more.body);
    for wrong in ["Bearer", "Bearer x", "Basic x", ""] {
        let reply = fixture
            .ask(&program(wrong.to_owned()), "GET", "/api/v1/alerts", None)
            .await;
        assert_eq!(reply.status, 401, "{wrong}");
    }
    // A wrong key beside a good cookie is a wrong key.
    let As::Browser(mut headers) = signed_in.clone() else {
        unreachable!()
    };
    headers.push(("authorization", "Bearer x".to_owned()));
    let both = fixture
        .ask(&As::Browser(headers), "GET", "/api/v1/alerts", None)
        .await;
    assert_eq!(both.status, 401);
    let id = made["key"]["id"].as_str().unwrap();
    let other = session(&fixture, "bob", &[Role::Analyst]).await;
    let stolen = fixture
        .ask(&other, "DELETE", &format!("/api/v1/keys/{id}"), None)
        .await;
    assert_eq!(stolen.outcome(), "404 not_found");
    let gone = fixture
        .ask(&signed_in, "DELETE", &format!("/api/v1/keys/{id}"), None)
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(
        fixture
            .ask(&key, "GET", "/api/v1/alerts", None)
            .await
            .status,
        401
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_owner() {
    let fixture = fixture().await;
    let ada = session(&fixture, "ada", &[Role::Analyst]).await;
    let also = session(&fixture, "ada", &[Role::Analyst]).await;
    let bob = session(&fixture, "bob", &[Role::Analyst]).await;
    let listed = fixture
        .ask(&ada, "GET", "/api/v1/sessions", None)
        .await
        .json();
    let listed = listed["sessions"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    let other = listed.iter().find(|one| one["current"] == false).unwrap();
    let path = format!("/api/v1/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(
        fixture.ask(&bob, "DELETE", &path, None).await.outcome(),
        "404 not_found"
    );
    assert_eq!(fixture.ask(&ada, "DELETE", &path, None).await.status, 200);
    assert_eq!(
        fixture
            .ask(&also, "GET", "/api/v1/session", None)
            .await
            .status,
        401
    );
    let everybody = fixture
        .ask(&ada, "GET", "/api/v1/sessions/everybody", None)
        .await;
    assert_eq!(everybody.outcome(), "403 forbidden");
    let everybody = fixture
        .ask(&As::Operator, "GET", "/api/v1/sessions/everybody", None)
        .await;
    assert_eq!(everybody.json()["sessions"].as_array().unwrap().len(), 2);
    fixture.running.stop().await;
}

#[tokio::test]
async fn the_operator_looks_after_accounts() {
    let fixture = fixture().await;
    let operator = As::Operator;
    let made = post(
        &fixture,
        &operator,
        "/api/v1/people",
        &json!({ "name": "Ada", "roles": ["analyst"] }),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["name"], "ada");
    let admin = post(
        &fixture,
        &operator,
        "/api/v1/people",
        &json!({ "name": "eve", "roles": ["admin"] }),
    )
    .await;
    assert_eq!(
        admin.outcome(),
        "422 invalid",
        "that takes another permission"
    );
    let link = post(
        &fixture,
        &operator,
        "/api/v1/people/ada/recover",
        &json!({}),
    )
    .await;
    assert_eq!(link.status, 201, "{}", link.body);
    let link = link.json();
    let (_, query) = link["url"].as_str().unwrap().split_once("/login").unwrap();
    let visitor = As::Browser(vec![("sec-fetch-site", "none".to_owned())]);
    let opened = fixture
        .ask(&visitor, "GET", &format!("/login{query}"), None)
        .await;
    let ada = browser(&opened);
    let info = fixture
        .ask(&ada, "GET", "/api/v1/session", None)
        .await
        .json();
    assert_eq!(info["actor"]["name"], "ada");
    assert_eq!(info["roles"], json!(["analyst"]));
    // What is the host's alone is not an analyst's, nor an administrator's over the network.
    let boss = session(&fixture, "boss", &[Role::Admin]).await;
    for who in [&ada, &boss] {
        for path in ["/api/v1/people/ada/recover", "/api/v1/people/ada/keys"] {
            let body = json!({ "label": "x", "days": 1 });
            let body = if path.ends_with("keys") {
                body
            } else {
                json!({})
            };
            let reply = post(&fixture, who, path, &body).await;
            assert_eq!(reply.status, 403, "{path} {}", reply.body);
        }
    }
    let disabled = post(
        &fixture,
        &operator,
        "/api/v1/people/ada/change",
        &json!({ "disabled": true }),
    )
    .await;
    assert_eq!(disabled.status, 200, "{}", disabled.body);
    assert_eq!(
        fixture
            .ask(&ada, "GET", "/api/v1/session", None)
            .await
            .status,
        401
    );
    let last = post(
        &fixture,
        &operator,
        "/api/v1/people/boss/change",
        &json!({ "disabled": true }),
    )
    .await;
    assert_eq!(last.outcome(), "409 conflict", "the last administrator");
    let nobody = post(
        &fixture,
        &operator,
        "/api/v1/people/no%2Fbody/change",
        &json!({}),
    )
    .await;
    assert_eq!(nobody.outcome(), "404 not_found");
    fixture.running.stop().await;
}

/// Credentials are changed soon after a login, or after another one.
#[tokio::test]
async fn an_old_session_adds_no_way_in() {
    let fixture = fixture().await;
    let ada = session(&fixture, "ada", &[Role::Analyst]).await;
    fixture.clock.advance(Duration::from_secs(16 * 60));
    let stale = fixture
        .ask(&ada, "POST", "/api/v1/credentials/generator", None)
        .await;
    assert_eq!(stale.outcome(), "403 stale");
    let seen = fixture.ask(&ada, "GET", "/api/v1/credentials", None).await;
    assert_eq!(
        seen.json(),
        json!({ "password": false, "passkeys": [], "identities": [] })
    );
    let operator = fixture
        .ask(&As::Operator, "GET", "/api/v1/credentials", None)
        .await;
    assert_eq!(operator.outcome(), "422 invalid");
    fixture.running.stop().await;
}

#[tokio::test]
async fn a_key_of_a_disabled_account_is_no_key() {
    let fixture = fixture().await;
    session(&fixture, "ada", &[Role::Analyst]).await;
    let new = NewKey {
        label: "x".to_owned(),
        days: 1,
        only: None,
    };
    let people = &fixture.running.people;
    let name = Name::read("ada").unwrap();
    let made = people
        .create_key(&context(&fixture), &name, new)
        .await
        .unwrap();
    let key = As::Browser(vec![(
        "authorization",
        format!("Bearer {}", made.token.expose()),
    )]);
    assert_eq!(
        fixture
            .ask(&key, "GET", "/api/v1/session", None)
            .await
            .status,
        200
    );
    people.disable(&context(&fixture), &name).await.unwrap();
    assert_eq!(
        fixture
            .ask(&key, "GET", "/api/v1/session", None)
            .await
            .status,
        401
    );
    fixture.running.stop().await;
}
