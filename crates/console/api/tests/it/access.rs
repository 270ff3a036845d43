//! Who may do what: every documented operation, tried by everyone.

use expect_test::expect;
use serde_json::Value;

use crate::http::{As, fixture};

fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&aurora_api::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            all.push((method.to_uppercase(), path.clone()));
        }
    }
    all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    all
}

/// `+` for anything that got past the door: a handler looked at the request.
async fn tried(fixture: &crate::http::Fixture, who: &As, method: &str, path: &str) -> char {
    let path = path
        .replace("{id}", "0123456789abcdef0123456789abcdef")
        .replace("{name}", "n");
    let body = (method != "GET").then_some("{}");
    let response = fixture
        .open(who, method, &format!("/api/v1{path}"), body)
        .await;
    match response.status().as_u16() {
        401 => '-',
        403 => 'x',
        _ => '+',
    }
}

#[tokio::test]
async fn every_operation_has_its_callers() {
    let fixture = fixture().await;
    let session = fixture.sign_in().await;
    let mut table = String::from("nobody session operator\n");
    for (method, path) in operations() {
        let nobody = tried(&fixture, &As::Browser(vec![]), &method, &path).await;
        let person = if path == "/session" && method == "DELETE" {
            '+' // tried elsewhere: it would end the session
        } else {
            tried(&fixture, &session, &method, &path).await
        };
        let operator = tried(&fixture, &As::Operator, &method, &path).await;
        table.push_str(&format!("{nobody} {person} {operator} {method} {path}\n"));
    }
    fixture.running.stop().await;
    expect![[r#"
        nobody session operator
        - + + GET /alerts
        - + + GET /alerts/not-shown
        - + + GET /alerts/{id}
        - + + POST /alerts/{id}/close
        - + + POST /alerts/{id}/own
        - + + POST /alerts/{id}/release
        - + + POST /alerts/{id}/reopen
        - + + GET /approvals
        - + + GET /approvals/{id}
        - + + POST /approvals/{id}/approve
        - + + POST /approvals/{id}/assert
        - + + POST /approvals/{id}/cancel
        - + + POST /approvals/{id}/challenge
        - + + POST /approvals/{id}/deny
        - + + POST /audit/erase
        - + + GET /break-glass
        - + + POST /break-glass
        - + + POST /break-glass/{id}/end
        - + + GET /credentials
        - + + POST /credentials/generator
        - + + DELETE /credentials/identities/{id}
        - + + POST /credentials/passkeys
        - + + POST /credentials/passkeys/ask
        - + + DELETE /credentials/passkeys/{id}
        - + + DELETE /credentials/password
        - + + POST /credentials/password
        - + + POST /credentials/provider
        - + + GET /dead-letters
        - + + POST /dead-letters/replay
        - + + GET /dead-letters/{id}
        - + + GET /decisions
        - + + DELETE /demo
        - + + POST /demo
        - + + GET /doctor
        - + + GET /enrolments
        - + + POST /enrolments
        - + + DELETE /enrolments/{id}
        - + + GET /entities
        - + + GET /entities/one
        - + + POST /entities/one
        - + + GET /federation
        - + + POST /federation/invitations
        - + + POST /federation/join
        - + + POST /federation/leave
        - + + POST /federation/rotate
        - + + POST /federation/verify
        - + + POST /hunt
        - + + POST /hunt/histogram
        - + + GET /imports
        - x + POST /imports
        - + + GET /imports/{id}
        - + + POST /imports/{id}/cancel
        - + + GET /incidents
        - + + GET /incidents/{id}
        - + + POST /incidents/{id}/close
        - + + POST /incidents/{id}/notes
        - + + POST /incidents/{id}/own
        - + + POST /incidents/{id}/release
        - + + POST /incidents/{id}/reopen
        - + + GET /indicators
        - + + POST /indicators/check
        - + + POST /indicators/import
        - + + DELETE /indicators/{source}
        - + + GET /indicators/{source}
        - + + GET /keys
        - + + POST /keys
        - + + GET /keys/everybody
        - + + DELETE /keys/everybody/{id}
        - + + DELETE /keys/{id}
        - + + GET /ledger
        - x + POST /links
        - + + GET /notify
        - + + POST /notify/{channel}/test
        - + + GET /people
        - + + POST /people
        - + + POST /people/{name}/administrator
        - + + POST /people/{name}/change
        - x + POST /people/{name}/keys
        - x + POST /people/{name}/recover
        - + + POST /people/{name}/roles
        - + + GET /roles
        - + + DELETE /roles/{name}
        - + + PUT /roles/{name}
        - + + GET /rules
        - + + POST /rules/backtests
        - + + DELETE /rules/backtests/{id}
        - + + GET /rules/backtests/{id}
        - + + GET /rules/coverage
        - + + POST /rules/explain
        - + + POST /rules/explain/correlation
        - + + GET /rules/health
        - + + POST /rules/import
        - + + POST /rules/lint
        - + + GET /rules/pending
        - + + POST /rules/reload
        - + + POST /rules/test
        - + + GET /rules/versions
        - + + GET /rules/{id}
        - + + POST /rules/{id}/revert
        - + + GET /rules/{id}/versions
        - + + GET /rules/{id}/versions/{version}
        - + + DELETE /session
        - + + GET /session
        - + + GET /sessions
        - + + GET /sessions/everybody
        - + + DELETE /sessions/everybody/{id}
        - + + DELETE /sessions/{id}
        - x + POST /shutdown
        - + + GET /sites
        - + + POST /sites/{site}/cut
        - + + POST /sites/{site}/heal
        - + + GET /sources
        - + + POST /sources/{name}/tokens
        - + + DELETE /sources/{name}/tokens/{id}
        - + + GET /status
        - + + GET /stream
        - + + GET /suppressions
        - + + POST /suppressions
        - + + POST /suppressions/preview
        - + + POST /suppressions/{id}/lift
        - + + GET /system/topology
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn the_console_of_another_site_opens_nothing() {
    let fixture = fixture().await;
    let As::Browser(headers) = fixture.sign_in().await else {
        unreachable!()
    };
    let (_, secret) = headers[0].1.split_once('=').unwrap();
    let other = As::Browser(vec![("cookie", format!("aurora_00000000={secret}"))]);
    assert_eq!(
        fixture
            .ask(&other, "GET", "/api/v1/alerts", None)
            .await
            .status,
        401
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn a_write_from_elsewhere_is_refused_even_with_the_cookie() {
    let fixture = fixture().await;
    let As::Browser(signed_in) = fixture.sign_in().await else {
        unreachable!()
    };
    let empty = String::new;
    for (name, extra) in [
        (
            "another site's form",
            vec![("sec-fetch-site", "cross-site".to_owned())],
        ),
        (
            "another port",
            vec![("sec-fetch-site", "same-site".to_owned())],
        ),
        (
            "an old browser, another origin",
            vec![
                ("sec-fetch-site", empty()),
                ("origin", "http://evil.example".to_owned()),
            ],
        ),
        ("no origin at all", vec![("sec-fetch-site", empty())]),
        (
            "a rebound name",
            vec![("host", "evil.example:8443".to_owned())],
        ),
    ] {
        let who = As::Browser([signed_in.clone(), extra].concat());
        let reply = fixture.ask(&who, "POST", "/api/v1/demo", Some("{}")).await;
        assert_eq!(reply.outcome(), "403 forbidden", "{name}");
    }
    let reply = fixture
        .ask(&As::Browser(signed_in), "POST", "/api/v1/demo", Some("{}"))
        .await;
    assert_eq!(reply.status, 202);
    fixture.running.stop().await;
}

#[tokio::test]
async fn machines_that_watch_need_no_session() {
    let fixture = fixture().await;
    let nobody = As::Browser(vec![("sec-fetch-site", String::new())]);
    for (path, status, body) in [
        ("/healthz", 200, "ok\n"),
        (
            "/readyz",
            200,
            "ready ingest\nready detection\nready console\n",
        ),
        ("/readyz/ingest", 200, "ready\n"),
        ("/metrics", 200, "# EOF\n"),
    ] {
        let reply = fixture.ask(&nobody, "GET", path, None).await;
        assert_eq!(
            (reply.status.as_u16(), reply.body.as_str()),
            (status, body),
            "{path}"
        );
    }
    assert_eq!(
        fixture
            .ask(&nobody, "GET", "/readyz/edge", None)
            .await
            .status,
        404
    );
    fixture.running.stop().await;
}
