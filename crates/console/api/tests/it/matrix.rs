//! What a permission needs beyond a role, and roles of a site's own, over HTTP. That the whole matrix is met as
//! it is written is tested at a running site, in the program's tests.

use std::collections::BTreeSet;

use aurora_permissions::{Permission, Role, permission};
use serde_json::Value;

use crate::approvals::{approved, severe};
use crate::http::{As, Fixture, fixture};

/// One way to a permission.
#[derive(Clone, Debug)]
struct Operation {
    method: String,
    path: String,
    permission: Permission,
    body: Option<String>,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&aurora_api::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let permission = operation["x-permission"].as_str();
            let permission =
                permission.unwrap_or_else(|| panic!("{method} {path} takes no permission"));
            all.push(Operation {
                method: method.to_uppercase(),
                path: filled(path),
                permission: permission.parse().unwrap(),
                body: (method != "get").then(|| "{}".to_owned()),
            });
        }
    }
    let severe = Operation {
        method: "POST".to_owned(),
        path: "/suppressions".to_owned(),
        permission: permission!(Suppression, CreateSevere),
        body: Some(severe()),
    };
    all.push(severe);
    all
}

fn filled(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    for part in &mut parts {
        match *part {
            "{version}" => *part = "1",
            "{name}" => *part = "n",
            part_ if part_.starts_with('{') => *part = "0123456789abcdef0123456789abcdef",
            _ => {}
        }
    }
    parts.join("/")
}

/// Whether it comes to the handler, or would with something more.
async fn may(fixture: &Fixture, who: &As, operation: &Operation) -> bool {
    let path = format!("/api/v1{}", operation.path);
    let body = operation.body.as_deref();
    let response = fixture.open(who, &operation.method, &path, body).await;
    match response.status().as_u16() {
        401 => panic!("{operation:?}: there is no session"),
        403 => crate::http::said(response).await["error"]["code"] == "stale",
        _ => true,
    }
}

/// Whoever may when something more is shown, may when it is shown; and nobody else.
#[tokio::test]
async fn what_is_needed_suffices() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let mut tried = 0;
    for operation in operations() {
        if !operation.permission.needs().binding() {
            continue;
        }
        for role in Role::ALL
            .into_iter()
            .filter(|role| role.has(operation.permission))
        {
            let path = format!("/api/v1{}", operation.path);
            let body = operation.body.as_deref();
            let asker = format!("{role}-{tried}");
            let status = approved(&fixture, &asker, role, &operation.method, &path, body).await;
            assert!(
                !matches!(status, 401 | 403 | 428),
                "{role} {operation:?}: {status}"
            );
            tried += 1;
        }
    }
    assert!(tried >= 8, "{tried}");
    fixture.running.stop().await;
}

/// The same, by a rule that an administrator made.
#[tokio::test]
async fn a_role_of_the_sites_own_is_met_as_it_was_made() {
    let fixture = fixture().await;
    let set = |permissions: &str| format!(r#"{{"permissions": [{permissions}]}}"#);
    let put = |body: String| async {
        let path = "/api/v1/roles/night-shift";
        let body = body;
        let reply = fixture.ask(&As::Operator, "PUT", path, Some(&body)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    put(set(r#""alert.read", "rule.reload""#)).await;
    let role = "night-shift".parse().unwrap();
    let cookie = fixture
        .running
        .session("nora", None, &[role])
        .await
        .unwrap();
    let nora = As::Browser(vec![("cookie", cookie)]);
    let may = || async {
        let mut may = BTreeSet::new();
        for operation in operations() {
            if operation.permission != permission!(Session, End)
                && self::may(&fixture, &nora, &operation).await
            {
                may.insert(operation.permission);
            }
        }
        may
    };
    let anyone: BTreeSet<_> = Permission::all()
        .filter(|permission| permission.row().who == aurora_permissions::Who::Anyone)
        .collect();
    let beyond = |may: BTreeSet<Permission>| {
        let beyond = may.difference(&anyone);
        beyond.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(beyond(may().await), ["alert.read", "rule.reload"]);
    put(set(r#""alert.read""#)).await;
    assert_eq!(beyond(may().await), ["alert.read"]);
    let gone = fixture
        .ask(&As::Operator, "DELETE", "/api/v1/roles/night-shift", None)
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(beyond(may().await), [""; 0]);

    let forged = fixture.ask(
        &As::Operator,
        "PUT",
        "/api/v1/roles/admin",
        Some(r#"{"permissions": []}"#),
    );
    assert_eq!(forged.await.status, 422);
    fixture.running.stop().await;
}
