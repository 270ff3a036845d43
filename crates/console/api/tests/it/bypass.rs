//! Ways round the gate. None of them leads past it.

use aurora_permissions::Role;
use serde_json::{Value, json};

use crate::approvals::{answer, approve, assert, severe, sign_in, with};
use crate::http::{As, Fixture, fixture};

const SUPPRESS: &str = "/api/v1/suppressions";

/// Asks for a severe suppression as eva, who has proved who she is.
async fn asked(fixture: &Fixture) -> (As, String) {
    let roles = [Role::Responder.into(), Role::Operator.into()];
    let cookie = fixture.running.session("eva", None, &roles).await.unwrap();
    let eva = As::Browser(vec![("cookie", cookie)]);
    let reply = fixture.ask(&eva, "POST", SUPPRESS, Some(&severe())).await;
    let id = reply.json()["error"]["approval"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(assert(fixture, &eva, "eva", &id).await.status, 200);
    (eva, id)
}

async fn suppress(fixture: &Fixture, who: &As, body: &str) -> String {
    let reply = fixture.ask(who, "POST", SUPPRESS, Some(body)).await;
    if reply.status == 201 {
        return "DONE".to_owned();
    }
    reply.outcome()
}

fn longer() -> String {
    severe().replace("1780600000000", "1790600000000")
}

#[tokio::test]
async fn approvals_that_are_not_one() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (eva, id) = asked(&fixture).await;
    let early = suppress(&fixture, &with(&eva, &id), &severe()).await;
    assert_eq!(early, "409 conflict", "nobody has approved it");
    for (name, forged) in [
        ("unknown", "0123456789abcdef0123456789abcdef".to_owned()),
        ("no id", "yes".to_owned()),
        ("a path", format!("../{id}")),
        ("two in one", format!("{id},{id}")),
    ] {
        let met = suppress(&fixture, &with(&eva, &forged), &severe()).await;
        assert!(met.starts_with('4'), "{name}: {met}");
    }
    let twice = with(&with(&eva, &id), &id);
    assert_eq!(suppress(&fixture, &twice, &severe()).await, "422 invalid");

    let omar = sign_in(&fixture, "omar", Role::Responder).await;
    assert_eq!(approve(&fixture, &omar, "omar", &id).await.status, 200);
    // Approved, and still of no use to anybody else or for anything else.
    let met = suppress(&fixture, &with(&omar, &id), &severe()).await;
    assert_eq!(met, "403 approval_refused", "another user's");
    let met = suppress(&fixture, &with(&eva, &id), &longer()).await;
    assert_eq!(met, "403 approval_refused", "other arguments");
    let nobody = As::Browser(vec![("aurora-approval", id.clone())]);
    assert_eq!(
        suppress(&fixture, &nobody, &severe()).await,
        "401 unauthenticated"
    );
    let wiped = fixture
        .ask(&with(&eva, &id), "DELETE", "/api/v1/demo", None)
        .await;
    assert_eq!(wiped.outcome(), "403 approval_refused", "another action's");
    assert_eq!(
        suppress(&fixture, &with(&eva, &id), &severe()).await,
        "DONE"
    );
    let replayed = suppress(&fixture, &with(&eva, &id), &severe()).await;
    assert_eq!(replayed, "409 conflict", "used already");
    fixture.running.stop().await;
}

#[tokio::test]
async fn an_approval_that_is_too_old() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (eva, id) = asked(&fixture).await;
    let omar = sign_in(&fixture, "omar", Role::Responder).await;
    assert_eq!(approve(&fixture, &omar, "omar", &id).await.status, 200);
    fixture
        .clock
        .advance(std::time::Duration::from_secs(5 * 60));
    let stale = suppress(&fixture, &with(&eva, &id), &severe()).await;
    assert_eq!(stale, "409 conflict", "the step-up is five minutes old");
    fixture
        .clock
        .advance(std::time::Duration::from_secs(10 * 60));
    let late = assert(&fixture, &eva, "eva", &id).await;
    assert_eq!(late.outcome(), "409 conflict", "it has expired to denied");
    fixture.running.stop().await;
}

#[tokio::test]
async fn nobody_approves_their_own() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (eva, id) = asked(&fixture).await;
    assert_eq!(
        approve(&fixture, &eva, "eva", &id).await.outcome(),
        "403 approval_refused"
    );
    let admin = [Role::Admin.into()];
    let alias = fixture.running.session("eva.admin", Some("eva"), &admin);
    let cookie = alias.await.unwrap();
    let alias = As::Browser(vec![("cookie", cookie)]);
    let met = approve(&fixture, &alias, "eva.admin", &id).await;
    assert_eq!(met.outcome(), "403 approval_refused", "an alias");
    let met = suppress(&fixture, &with(&alias, &id), &severe()).await;
    assert_eq!(met, "403 approval_refused", "an alias is no asker either");
    fixture.running.stop().await;
}

#[tokio::test]
async fn the_operator_and_the_first_administrator_are_one_human() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let session = fixture.sign_in().await;
    let reply = fixture
        .ask(&session, "POST", SUPPRESS, Some(&severe()))
        .await;
    let id = reply.json()["error"]["approval"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/approvals/{id}/approve");
    let met = fixture.ask(&As::Operator, "POST", &path, Some("{}")).await;
    assert_eq!(met.outcome(), "403 approval_refused");
    fixture.running.stop().await;
}

#[tokio::test]
async fn assertions_that_prove_nothing() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (eva, id) = asked(&fixture).await;
    let omar = sign_in(&fixture, "omar", Role::Responder).await;
    let zoe = sign_in(&fixture, "zoe", Role::Responder).await;
    // Another action waits, too.
    let reply = fixture.ask(&eva, "POST", SUPPRESS, Some(&longer())).await;
    let other = reply.json()["error"]["approval"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_other = answer(&fixture, &omar, "omar", &other).await;
    let of_zoe = answer(&fixture, &zoe, "zoe", &id).await;
    let unsigned = json!({ "nonce": of_zoe["nonce"] });
    let approve_with = |assertion: Value| {
        let (fixture, omar, id) = (&fixture, &omar, &id);
        async move {
            let body = json!({ "assertion": assertion }).to_string();
            let path = format!("/api/v1/approvals/{id}/approve");
            fixture
                .ask(omar, "POST", &path, Some(&body))
                .await
                .outcome()
        }
    };
    for (name, assertion) in [
        ("none", Value::Null),
        ("empty", json!({})),
        ("another action's", of_other),
        ("another user's", of_zoe),
        ("unsigned", unsigned),
    ] {
        assert_eq!(approve_with(assertion).await, "403 bad_assertion", "{name}");
    }
    let good = answer(&fixture, &omar, "omar", &id).await;
    let mut forged = good.clone();
    forged["signature"] = json!("omar");
    assert_eq!(approve_with(forged).await, "403 bad_assertion");
    assert_eq!(
        approve_with(good).await,
        "403 bad_assertion",
        "each nonce is good once"
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn headers_make_nobody() {
    let fixture = fixture().await;
    let vic = sign_in(&fixture, "vic", Role::Viewer).await;
    let As::Browser(signed_in) = &vic else {
        unreachable!()
    };
    for (name, value) in [
        ("x-forwarded-user", "administrator"),
        ("x-remote-user", "administrator"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1;host=localhost"),
        ("authorization", "Basic YWRtaW5pc3RyYXRvcjo="),
        ("x-permission", "demo.start"),
        ("x-role", "admin"),
        ("aurora-role", "admin"),
        ("x-original-url", "/api/v1/session"),
        ("x-rewrite-url", "/api/v1/session"),
        ("x-http-method-override", "GET"),
        ("x-http-method", "GET"),
    ] {
        for headers in [signed_in.clone(), Vec::new()] {
            // Whoever brings an `Authorization` is not known by a cookie beside it.
            let known = !headers.is_empty() && name != "authorization";
            let wanted = if known { 403 } else { 401 };
            let who = As::Browser([headers, vec![(name, value.to_owned())]].concat());
            let met = fixture.ask(&who, "POST", "/api/v1/demo", Some("{}")).await;
            assert_eq!(met.status.as_u16(), wanted, "{name}");
        }
    }
    // A GET stays one, whatever it calls itself.
    let who = [("x-http-method-override", "DELETE".to_owned())];
    let who = As::Browser([signed_in.clone(), who.to_vec()].concat());
    let met = fixture.ask(&who, "GET", "/api/v1/demo", None).await;
    assert_eq!(met.status, 405);
    fixture.running.stop().await;
}

#[tokio::test]
async fn paths_lead_nowhere_else() {
    let fixture = fixture().await;
    let nobody = As::Browser(vec![]);
    let vic = sign_in(&fixture, "vic", Role::Viewer).await;
    for path in [
        "/api/v1/../v1/decisions",
        "/api/v1/alerts/../decisions",
        "/api/v1/alerts/..%2fdecisions",
        "/api/v1/%64ecisions",
        "/api/v1//decisions",
        "//api/v1/decisions",
        "/api/v1/decisions/",
        "/api/v1/decisions%00",
        "/api/v1/decisions;x=1",
        "/API/v1/decisions",
        "/api/v1/./decisions",
        "/login/../api/v1/decisions",
        "/healthz/../api/v1/decisions",
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
    ] {
        for who in [&nobody, &vic] {
            let met = fixture.ask(who, "GET", path, None).await;
            assert!(
                !met.body.contains("\"decisions\"") && !met.body.contains("root:"),
                "{path}: {}",
                met.body
            );
        }
    }
    fixture.running.stop().await;
}

#[tokio::test]
async fn another_page_approves_nothing() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (_, id) = asked(&fixture).await;
    let omar = sign_in(&fixture, "omar", Role::Responder).await;
    let assertion = answer(&fixture, &omar, "omar", &id).await;
    let body = json!({ "assertion": assertion }).to_string();
    let path = format!("/api/v1/approvals/{id}/approve");
    let As::Browser(signed_in) = &omar else {
        unreachable!()
    };
    for extra in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("host", "evil.example"),
    ] {
        let extra = vec![(extra.0, extra.1.to_owned())];
        let who = As::Browser([signed_in.clone(), extra].concat());
        let met = fixture.ask(&who, "POST", &path, Some(&body)).await;
        assert_eq!(met.outcome(), "403 forbidden");
    }
    fixture.running.stop().await;
}

/// What is somebody's own is nobody else's, by its id neither.
#[tokio::test]
async fn ids_of_somebody_else_are_not_there() {
    let fixture = fixture().await;
    let eva = sign_in(&fixture, "eva", Role::Operator).await;
    let vic = sign_in(&fixture, "vic", Role::Operator).await;
    let list = fixture.ask(&eva, "GET", "/api/v1/sessions", None).await;
    let session = list.json()["sessions"][0]["id"].clone();
    let key = r#"{"label": "mine", "days": 1, "permissions": ["alert.read"]}"#;
    let made = fixture.ask(&eva, "POST", "/api/v1/keys", Some(key)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let list = fixture.ask(&eva, "GET", "/api/v1/keys", None).await;
    let key = list.json()["keys"][0]["id"].clone();
    for (kind, id) in [("sessions", session), ("keys", key)] {
        let id = id.as_str().unwrap();
        for path in [format!("{kind}/{id}"), format!("{kind}/everybody/{id}")] {
            let path = format!("/api/v1/{path}");
            let met = fixture.ask(&vic, "DELETE", &path, None).await;
            assert!(
                ["404 not_found", "403 forbidden"].contains(&met.outcome().as_str()),
                "{path}: {}",
                met.outcome()
            );
        }
    }
    let still = fixture.ask(&eva, "GET", "/api/v1/session", None).await;
    assert_eq!(still.status, 200);
    fixture.running.stop().await;
}

/// An id that stands in another tenant is not there.
#[tokio::test]
async fn ids_of_another_tenant_are_not_there() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let (eva, id) = asked(&fixture).await;
    let records = &fixture.running.records;
    let scope = &fixture.running.scope;
    let collection = aurora_records::Collection::Approvals;
    let document = records.get(scope, collection, &id).await.unwrap().unwrap();
    let elsewhere = aurora_model::Scope {
        tenant: "acme".to_owned().try_into().unwrap(),
        ..scope.clone()
    };
    let foreign = "ffffffffffffffffffffffffffffffff";
    let mut body = document.body.clone();
    body["id"] = json!(foreign);
    let context = aurora_model::Context::service(elsewhere, "test", "plants it");
    let change = aurora_records::Change::decided(aurora_model::Action::on("test.do", [foreign]));
    let change = change.put(collection, foreign, aurora_records::Guard::New, body);
    records.commit(&context, change).await.unwrap();
    for (method, path, body) in [
        ("GET", "", None),
        ("POST", "/challenge", Some("{}")),
        ("POST", "/assert", Some(r#"{"assertion": {}}"#)),
        ("POST", "/approve", Some("{}")),
        ("POST", "/deny", Some("{}")),
        ("POST", "/cancel", None),
    ] {
        let path = format!("/api/v1/approvals/{foreign}{path}");
        let met = fixture.ask(&eva, method, &path, body).await;
        assert_eq!(met.outcome(), "404 not_found", "{path}");
    }
    let met = suppress(&fixture, &with(&eva, foreign), &severe()).await;
    assert_eq!(met, "404 not_found");
    fixture.running.stop().await;
}
