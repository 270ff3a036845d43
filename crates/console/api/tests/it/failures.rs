use aurora_api::CONTENT_SECURITY_POLICY;
use aurora_api::testkit::{hostile, incident};
use aurora_clock::Clock;
use expect_test::expect;

use crate::http::{As, fixture};

#[tokio::test]
async fn what_is_wrong_is_said_in_one_shape() {
    let fixture = fixture().await;
    let id = "0123456789abcdef0123456789abcdef";
    let alert = format!("/api/v1/alerts/{id}");
    let close = format!("{alert}/close");
    let note = format!(r#"{{"disposition":"test","note":"{}"}}"#, "n".repeat(4_001));
    let large = format!(r#"{{"query":"{}"}}"#, "q".repeat(1_100_000));
    let rule = r#"{"rule":"r","reason":" ","until":9999999999999}"#;
    let far = r#"{"rule":"r","reason":"x","until":9999999999999}"#;
    let mut seen = String::new();
    for (method, path, body) in [
        ("GET", "/api/v1/nowhere", None),
        ("PUT", "/api/v1/alerts", Some("{}")),
        ("GET", "/api/v1/alerts?colour=red", None),
        ("GET", "/api/v1/alerts?severity=loud", None),
        ("GET", "/api/v1/alerts?limit=-1", None),
        ("GET", "/api/v1/alerts/nonsense", None),
        ("GET", alert.as_str(), None),
        ("POST", close.as_str(), Some(r#"{"disposition":"test"}"#)),
        ("POST", close.as_str(), Some(r#"{"disposition":"shrug"}"#)),
        (
            "POST",
            close.as_str(),
            Some(r#"{"disposition":"test","extra":1}"#),
        ),
        ("POST", close.as_str(), Some("{")),
        ("POST", close.as_str(), None),
        ("POST", close.as_str(), Some(&note)),
        ("POST", "/api/v1/hunt", Some(&large)),
        ("POST", "/api/v1/hunt", Some(r#"{"query":"(a"}"#)),
        ("POST", "/api/v1/suppressions", Some(rule)),
        ("POST", "/api/v1/suppressions", Some(far)),
        ("POST", "/api/v1/imports", Some(r#"{"path":"relative"}"#)),
        ("POST", "/api/v1/rules/import", Some("{}")),
        ("POST", "/api/v1/rules/test", Some(r#"{"events":[]}"#)),
        ("POST", "/api/v1/demo", Some(r#"{"speed":-1}"#)),
    ] {
        let reply = fixture.ask(&As::Operator, method, path, body).await;
        let message = reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.len() <= 400);
        let path = path.replace(id, "ID");
        seen.push_str(&format!(
            "{} | {method} {path} | {message}\n",
            reply.outcome()
        ));
    }
    fixture.running.stop().await;
    expect![[r#"
        404 not_found | GET /api/v1/nowhere | there is no `/nowhere`
        405 method_not_allowed | PUT /api/v1/alerts | this address is there, but not for this method
        400 invalid | GET /api/v1/alerts?colour=red | cannot read the query: colour: unknown field `colour`, expected one of `view`, `status`, `severity`, `rule`, `owner`, `text`, `since`, `limit`, `offset`
        400 invalid | GET /api/v1/alerts?severity=loud | cannot read the query: severity: unknown variant `loud`, expected one of `unknown`, `informational`, `low`, `medium`, `high`, `critical`, `fatal`
        400 invalid | GET /api/v1/alerts?limit=-1 | cannot read the query: limit: invalid digit found in string
        400 invalid | GET /api/v1/alerts/nonsense | cannot read the address: `nonsense` is not an id: want 32 hexadecimal digits
        404 not_found | GET /api/v1/alerts/ID | there is no alert `0123456789abcdef0123456789abcdef`
        404 not_found | POST /api/v1/alerts/ID/close | there is no alert `0123456789abcdef0123456789abcdef`
        422 invalid | POST /api/v1/alerts/ID/close | cannot read the body: disposition: unknown variant `shrug`, expected one of `true_positive`, `benign_true_positive`, `false_positive_rule`, `false_positive_data`, `duplicate`, `test` at line 1 column 22
        422 invalid | POST /api/v1/alerts/ID/close | cannot read the body: extra: unknown field `extra`, expected `disposition` or `note` at line 1 column 29
        400 invalid | POST /api/v1/alerts/ID/close | cannot read the body: EOF while parsing an object at line 1 column 1
        415 unsupported_media_type | POST /api/v1/alerts/ID/close | the body must be JSON, sent as `content-type: application/json`
        422 invalid | POST /api/v1/alerts/ID/close | the note is longer than 4000 characters
        413 too_large | POST /api/v1/hunt | cannot read the body: length limit exceeded
        422 invalid | POST /api/v1/hunt | a parenthesis is not closed
        422 invalid | POST /api/v1/suppressions | a suppression needs a reason
        422 invalid | POST /api/v1/suppressions | the expiry is more than 366 days ahead
        422 invalid | POST /api/v1/imports | the path must be absolute
        422 invalid | POST /api/v1/rules/import | give either `path` or `files`
        422 invalid | POST /api/v1/rules/test | give either `rule` or `text`
        422 invalid | POST /api/v1/demo | the speed must be 0 or more
    "#]].assert_eq(&seen);
}

#[tokio::test]
async fn an_internal_failure_tells_the_log_and_not_the_caller() {
    let fixture = fixture().await;
    fixture
        .running
        .site
        .break_status("password=hunter2 at /var/lib/secret");
    let reply = fixture
        .ask(&As::Operator, "GET", "/api/v1/status", None)
        .await;
    assert_eq!(reply.outcome(), "500 internal");
    assert!(
        !reply.body.contains("hunter2") && !reply.body.contains("secret"),
        "{}",
        reply.body
    );
    fixture.running.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_its_reader() {
    let fixture = fixture().await;
    let nobody = As::Browser(vec![]);
    for path in [
        "/",
        "/login?token=x",
        "/api/v1/alerts",
        "/api/v1/nowhere",
        "/none.js",
        "/metrics",
    ] {
        let reply = fixture.ask(&nobody, "GET", path, None).await;
        assert_eq!(
            reply.header("content-security-policy"),
            CONTENT_SECURITY_POLICY,
            "{path}"
        );
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    fixture.running.stop().await;
}

#[tokio::test]
async fn hostile_text_goes_through_unchanged_and_as_data() {
    let fixture = fixture().await;
    let samples = hostile(fixture.clock.now());
    for sample in &samples {
        fixture.running.site.raise(sample.clone());
    }
    fixture.running.site.raise(incident(0, fixture.clock.now()));
    for sample in &samples {
        let path = format!("/api/v1/alerts/{}", sample.alert.id);
        let reply = fixture.ask(&As::Operator, "GET", &path, None).await;
        assert_eq!(reply.header("content-type"), "application/json");
        let want = sample.alert.entities[0].value.as_str();
        assert_eq!(reply.json()["alert"]["entity"]["value"], want);
    }
    fixture.running.stop().await;
}
