//! What hosts speak to, as a request meets it.

use aurora_model::enrol;
use aurora_site_ca::routes;
use aurora_tls::Leaf;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::stand::{Stand, asked, der};

async fn say(stand: &Stand, path: &str, leaf: Option<Leaf>, body: String) -> (u16, Value) {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    if let Some(leaf) = leaf {
        request.extensions_mut().insert(leaf);
    }
    let answer = routes(stand.book().await).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}

#[tokio::test]
async fn hosts_enrol_and_renew_and_mistakes_are_told() {
    let stand = Stand::new();
    let issued = stand.token(&stand.book().await, "ws-*", 15).await.unwrap();
    let (first, _) = asked(&issued, "ws-1");
    let body = serde_json::to_string(&first).unwrap();
    let (status, told) = say(&stand, enrol::PATH, None, body.clone()).await;
    assert_eq!(status, 200, "{told}");
    let (status, told_again) = say(&stand, enrol::PATH, None, body).await;
    assert_eq!(status, 401, "{told_again}");
    assert!(
        told_again["error"]["fix"]
            .as_str()
            .unwrap()
            .contains("enrol token")
    );

    let chain = der(told["chain"][0].as_str().unwrap());
    let leaf = Leaf::read(&CertificateDer::from(chain)).unwrap();
    let renew = json!({ "request": first.request }).to_string();
    let (status, next) = say(&stand, enrol::RENEW, Some(leaf), renew.clone()).await;
    assert_eq!((status, &next["id"]), (200, &told["id"]));
    // Nobody, and a part of the site, are no hosts.
    let (status, _) = say(&stand, enrol::RENEW, None, renew.clone()).await;
    assert_eq!(status, 403);
    let (part, _) = stand.authority().role("api", crate::stand::NOW).unwrap();
    let part = Leaf::read(&part[0]).unwrap();
    assert_eq!(say(&stand, enrol::RENEW, Some(part), renew).await.0, 403);

    for body in ["", "{}", "[]", "{\"token\":1}", "null"] {
        let (status, said) = say(&stand, enrol::PATH, None, body.to_owned()).await;
        assert!((400..500).contains(&status), "{body}: {said}");
    }
    let long = json!({ "token": "x".repeat(20_000), "host": "h", "request": "" });
    let (status, _) = say(&stand, enrol::PATH, None, long.to_string()).await;
    assert_eq!(status, 413);
}
