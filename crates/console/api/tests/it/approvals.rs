//! Step-up, a second person and broken glass, over HTTP.

use aurora_api::testkit::KeyVerifier;
use aurora_permissions::Role;
use serde_json::{Value, json};

use crate::http::{As, Fixture, Reply, fixture, severe_sample};

/// Suppresses a rule of high severity, which [`Fixture::raise_severe`] brings.
pub(crate) fn severe() -> String {
    let rule = severe_sample().rule.id;
    let reason = "the scanner";
    json!({ "rule": rule, "reason": reason, "until": 1_780_600_000_000_i64 }).to_string()
}

pub(crate) async fn sign_in(fixture: &Fixture, person: &str, role: Role) -> As {
    let roles = [role.into()];
    let cookie = fixture.running.session(person, None, &roles).await;
    As::Browser(vec![("cookie", cookie.unwrap())])
}

/// With this approval named.
pub(crate) fn with(who: &As, approval: &str) -> As {
    let As::Browser(headers) = who else {
        panic!("the operator's client sends no headers")
    };
    let named = [("aurora-approval", approval.to_owned())];
    As::Browser([headers.clone(), named.to_vec()].concat())
}

/// Answers a challenge with the person's own key.
pub(crate) async fn answer(fixture: &Fixture, who: &As, person: &str, id: &str) -> Value {
    let path = format!("/api/v1/approvals/{id}/challenge");
    let reply = fixture.ask(who, "POST", &path, Some("{}")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    KeyVerifier::answer(person, &reply.json()["challenge"])
}

pub(crate) async fn assert(fixture: &Fixture, who: &As, person: &str, id: &str) -> Reply {
    let assertion = answer(fixture, who, person, id).await;
    let body = json!({ "assertion": assertion }).to_string();
    let path = format!("/api/v1/approvals/{id}/assert");
    fixture.ask(who, "POST", &path, Some(&body)).await
}

pub(crate) async fn approve(fixture: &Fixture, who: &As, person: &str, id: &str) -> Reply {
    let assertion = answer(fixture, who, person, id).await;
    let body = json!({ "assertion": assertion, "note": "looked at it" }).to_string();
    let path = format!("/api/v1/approvals/{id}/approve");
    fixture.ask(who, "POST", &path, Some(&body)).await
}

/// Does something the whole way: asks, proves, has another administrator agree, does it. The
/// status of the last answer.
pub(crate) async fn approved(
    fixture: &Fixture,
    person: &str,
    role: Role,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> u16 {
    let who = sign_in(fixture, person, role).await;
    let other = sign_in(fixture, "omar", Role::Admin).await;
    let asked = fixture.ask(&who, method, path, body).await;
    assert_eq!(asked.outcome(), "428 approval_needed", "{path}");
    let id = asked.json()["error"]["approval"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = fixture
        .ask(&other, "GET", &format!("/api/v1/approvals/{id}"), None)
        .await
        .json();
    if shown["lacks_step_up"] == true {
        let proved = assert(fixture, &who, person, &id).await;
        assert_eq!(proved.status, 200, "{}", proved.body);
    }
    if shown["lacks_approvers"] != 0 {
        let agreed = approve(fixture, &other, "omar", &id).await;
        assert_eq!(agreed.status, 200, "{}", agreed.body);
    }
    let done = fixture.ask(&with(&who, &id), method, path, body).await;
    done.status.as_u16()
}

#[tokio::test]
async fn wiping_takes_a_fresh_proof_once() {
    let fixture = fixture().await;
    let eva = sign_in(&fixture, "eva", Role::Operator).await;
    let asked = fixture.ask(&eva, "DELETE", "/api/v1/demo", None).await;
    assert_eq!(asked.outcome(), "428 approval_needed");
    let id = asked.json()["error"]["approval"]
        .as_str()
        .unwrap()
        .to_owned();
    let early = fixture
        .ask(&with(&eva, &id), "DELETE", "/api/v1/demo", None)
        .await;
    assert_eq!(early.outcome(), "409 conflict");

    let proved = assert(&fixture, &eva, "eva", &id).await.json();
    assert_eq!(proved["state"], "approved");
    assert_eq!(proved["permission"], "demo.wipe");
    assert_eq!(proved["object"], "/demo");
    let done = fixture
        .ask(&with(&eva, &id), "DELETE", "/api/v1/demo", None)
        .await;
    assert_eq!(done.status, 200, "{}", done.body);
    let again = fixture
        .ask(&with(&eva, &id), "DELETE", "/api/v1/demo", None)
        .await;
    assert_eq!(again.outcome(), "409 conflict");
    fixture.running.stop().await;
}

#[tokio::test]
async fn the_local_operator_needs_no_step_up() {
    let fixture = fixture().await;
    let done = fixture
        .ask(&As::Operator, "DELETE", "/api/v1/demo", None)
        .await;
    assert_eq!(done.status, 200, "{}", done.body);
    fixture.running.stop().await;
}

#[tokio::test]
async fn the_approver_sees_the_exact_arguments() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let eva = sign_in(&fixture, "eva", Role::Responder).await;
    let omar = sign_in(&fixture, "omar", Role::Responder).await;
    let body = severe();
    let path = "/api/v1/suppressions";
    let asked = fixture.ask(&eva, "POST", path, Some(&body)).await.json();
    let id = asked["error"]["approval"].as_str().unwrap().to_owned();
    let list = fixture.ask(&omar, "GET", "/api/v1/approvals", None).await;
    let shown = &list.json()["approvals"][0];
    let wanted: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(shown["id"], id);
    assert_eq!(shown["arguments"]["body"], wanted);
    assert_eq!(shown["permission"], "suppression.create_severe");
    assert_eq!(shown["asked_by"]["name"], "eva");
    assert_eq!(shown["reason"], "the scanner");

    let ana = sign_in(&fixture, "ana", Role::Analyst).await;
    let refused = approve(&fixture, &ana, "ana", &id).await;
    assert_eq!(
        refused.outcome(),
        "403 approval_refused",
        "ana may not do it"
    );
    assert_eq!(approve(&fixture, &omar, "omar", &id).await.status, 200);
    assert_eq!(assert(&fixture, &eva, "eva", &id).await.status, 200);
    let done = fixture
        .ask(&with(&eva, &id), "POST", path, Some(&body))
        .await;
    assert_eq!(done.status, 201, "{}", done.body);
    fixture.running.stop().await;
}

#[tokio::test]
async fn two_administrators_break_the_glass() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let body = r#"{"reason": "ransomware at night"}"#;
    let opened = approved(
        &fixture,
        "eva",
        Role::Admin,
        "POST",
        "/api/v1/break-glass",
        Some(body),
    );
    assert_eq!(opened.await, 201);
    let eva = sign_in(&fixture, "eva", Role::Admin).await;
    let zoe = sign_in(&fixture, "zoe", Role::Admin).await;
    let suppress = |who: As| {
        let fixture = &fixture;
        async move {
            let body = severe();
            let path = "/api/v1/suppressions";
            fixture
                .ask(&who, "POST", path, Some(&body))
                .await
                .status
                .as_u16()
        }
    };
    assert_eq!(suppress(eva.clone()).await, 201);
    assert_eq!(suppress(zoe.clone()).await, 428, "the window is eva's");
    let windows = fixture.ask(&zoe, "GET", "/api/v1/break-glass", None).await;
    assert_eq!(windows.json()["windows"][0]["uses"], 1);
    let again = fixture
        .ask(&eva, "POST", "/api/v1/break-glass", Some(body))
        .await;
    assert_eq!(
        again.outcome(),
        "428 approval_needed",
        "no window opens another"
    );
    fixture.clock.advance(std::time::Duration::from_secs(3_600));
    let eva = sign_in(&fixture, "eva", Role::Admin).await;
    assert_eq!(suppress(eva).await, 428, "sixty minutes have passed");
    fixture.running.stop().await;
}
