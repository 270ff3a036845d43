//! The matrix role × resource × action, as it is met over HTTP, equals the one that is checked in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_permissions::{Permission, Role, permission};
use serde_json::Value;

use crate::approvals::{approved, severe};
use crate::http::{As, Fixture, fixture};

/// What a route answers, as far as permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Denied,
    Allowed,
    NotAtTheHost,
    Stale,
    Needs,
}

/// One way to a permission.
#[derive(Clone, Debug)]
struct Operation {
    method: String,
    path: String,
    permission: Permission,
    body: Option<String>,
}

/// Permissions of commands that go past the API, on the site's own machine.
const BY_COMMAND: &[&str] = &[
    "audit.read",
    "backup.create",
    "backup.migrate",
    "backup.restore",
    "log.read",
    "site.start",
];

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

async fn outcome(fixture: &Fixture, who: &As, operation: &Operation) -> Outcome {
    let path = format!("/api/v1{}", operation.path);
    let body = operation.body.as_deref();
    let response = fixture.open(who, &operation.method, &path, body).await;
    match response.status().as_u16() {
        401 => panic!("{operation:?}: there is no session"),
        403 => {
            let said = crate::http::said(response).await;
            match said["error"]["code"].as_str().unwrap() {
                "stale" => Outcome::Stale,
                _ if said["error"]["message"]
                    .as_str()
                    .unwrap()
                    .contains("local operator") =>
                {
                    Outcome::NotAtTheHost
                }
                _ => Outcome::Denied,
            }
        }
        428 => Outcome::Needs,
        _ => Outcome::Allowed,
    }
}

/// The cell of the matrix, by what a fresh session and an old one met.
fn mark(fresh: Outcome, old: Outcome) -> &'static str {
    match (fresh, old) {
        (Outcome::Denied, Outcome::Denied) => "",
        (Outcome::Allowed, Outcome::Allowed) => "●",
        (Outcome::NotAtTheHost, Outcome::NotAtTheHost)
        | (Outcome::Needs, Outcome::Needs)
        | (Outcome::Allowed, Outcome::Stale) => "◐",
        odd => panic!("{odd:?}"),
    }
}

type Matrix = BTreeMap<(Permission, Role), String>;

/// Reads docs/permissions-matrix.md.
fn checked_in() -> Matrix {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../docs/permissions-matrix.md"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut matrix = Matrix::new();
    let mut resource = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            resource = name;
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let Some(action) = cells.get(1) else { continue };
        let Ok(permission) = format!("{resource}.{action}").parse::<Permission>() else {
            continue;
        };
        for (role, cell) in Role::ALL.into_iter().zip(&cells[2..]) {
            matrix.insert((permission, role), (*cell).to_owned());
        }
    }
    matrix
}

async fn sign_in(fixture: &Fixture, role: Role) -> As {
    crate::approvals::sign_in(fixture, role.as_str(), role).await
}

#[tokio::test]
async fn what_is_met_is_what_is_written() {
    let fixture = fixture().await;
    fixture.raise_severe();
    let operations = operations();
    let mut sessions = Vec::new();
    for role in Role::ALL {
        sessions.push((role, sign_in(&fixture, role).await));
    }
    let mut met: Vec<BTreeMap<(usize, Role), Outcome>> = Vec::new();
    for _ in 0..2 {
        let mut outcomes = BTreeMap::new();
        for (role, session) in &sessions {
            for (place, operation) in operations.iter().enumerate() {
                let ends = operation.permission == permission!(Session, End);
                let own = if ends {
                    Some(sign_in(&fixture, *role).await)
                } else {
                    None
                };
                let who = own.as_ref().unwrap_or(session);
                outcomes.insert((place, *role), outcome(&fixture, who, operation).await);
            }
        }
        met.push(outcomes);
        // Used in between, so that they do not idle out.
        for _ in 0..2 {
            fixture.clock.advance(Duration::from_secs(31 * 60));
            for (_, session) in &sessions {
                let alive = fixture.ask(session, "GET", "/api/v1/session", None).await;
                assert_eq!(alive.status, 200);
            }
        }
    }
    let mut observed = Matrix::new();
    for ((place, role), fresh) in &met[0] {
        let cell = mark(*fresh, met[1][&(*place, *role)]);
        let permission = operations[*place].permission;
        let before = observed.insert((permission, *role), cell.to_owned());
        assert!(
            before.is_none_or(|before| before == cell),
            "{role}: two routes of {permission} differ"
        );
    }
    let written = checked_in();
    assert_eq!(written.len(), Permission::all().len() * Role::ALL.len());
    let mut differ = Vec::new();
    for (key, cell) in &observed {
        if written[key] != *cell {
            differ.push((key, cell, &written[key]));
        }
    }
    assert!(differ.is_empty(), "observed, written: {differ:?}");

    let reached: BTreeSet<_> = observed.keys().map(|(permission, _)| *permission).collect();
    let left: Vec<String> = Permission::all()
        .filter(|permission| !reached.contains(permission))
        .map(|permission| permission.to_string())
        .filter(|name| !BY_COMMAND.contains(&name.as_str()))
        .collect();
    assert!(left.is_empty(), "no route takes these: {left:?}");
    fixture.running.stop().await;
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
                && outcome(&fixture, &nora, &operation).await != Outcome::Denied
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
