//! The matrix role × resource × action as it is met over HTTP at a site that runs equals the page that is
//! checked in: every operation that the site documents, by a session and an API key of every role.

use std::collections::BTreeMap;
use std::thread;

use aurora_permissions::{Permission, Role, permission, render};
use serde_json::json;

use crate::http::{Caller, Reply};
use crate::routes::{NOBODYS, Route, routes};
use crate::support::Place;

/// Permissions of commands that go past the API, on the site's own machine.
const BY_COMMAND: &[Permission] = &[
    permission!(Audit, Read),
    permission!(Backup, Create),
    permission!(Backup, Migrate),
    permission!(Backup, Restore),
    permission!(Log, Read),
    permission!(Site, Start),
];

/// What a caller met, as far as permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// It came to the handler, whatever that said of the arguments.
    Allowed,
    Denied,
    NotAtTheHost,
    Stale,
    Needs,
}

/// One way to a permission.
#[derive(Clone, Debug)]
struct Operation {
    method: String,
    path: String,
    /// Of the route.
    declared: Permission,
    /// Of what it does with this body.
    permission: Permission,
    body: Option<String>,
}

fn operations(severe: &str) -> Vec<Operation> {
    let of = |route: Route| Operation {
        path: route.about(NOBODYS),
        declared: route.permission,
        permission: route.permission,
        // No route takes a text, so that who is allowed to brings nothing about.
        body: route.writes().then(|| "\"nothing\"".to_owned()),
        method: route.method,
    };
    let mut all: Vec<Operation> = routes().into_iter().map(of).collect();
    all.push(Operation {
        method: "POST".to_owned(),
        path: "/api/v1/suppressions".to_owned(),
        declared: permission!(Suppression, Create),
        permission: permission!(Suppression, CreateSevere),
        body: Some(severe.to_owned()),
    });
    // What ends the session comes last.
    all.sort_by_key(|one| one.method == "DELETE" && one.path == "/api/v1/session");
    all
}

impl Operation {
    fn ask(&self, who: &Caller) -> Reply {
        who.ask(&self.method, &self.path, self.body.as_deref())
    }

    fn met(&self, who: &Caller) -> Met {
        let reply = self.ask(who);
        match reply.status {
            401 => panic!("{self:?}: there is no session"),
            // The router's own answers, which no gate stood before.
            404 if reply.refusal().1.contains("/api/v1/") => panic!("{self:?}: no such route"),
            405 => panic!("{self:?}: no such method"),
            428 => Met::Needs,
            403 => self.denial(&reply),
            _ => Met::Allowed,
        }
    }

    /// A denial is one of three, word for word.
    fn denial(&self, reply: &Reply) -> Met {
        let (code, message) = reply.refusal();
        let lacks = [self.permission, self.declared];
        let lacks = lacks.map(|one| format!("you lack the permission `{one}`"));
        match code.as_str() {
            "stale" => Met::Stale,
            "forbidden" if message == "only the local operator may do this" => Met::NotAtTheHost,
            "forbidden" if lacks.contains(&message) => Met::Denied,
            _ => panic!("{self:?}: no denial that there is: {reply:?}"),
        }
    }
}

/// The cell of the matrix, by what somebody met who has just signed in, and a key, which never has.
fn mark(session: Met, key: Met) -> &'static str {
    match (session, key) {
        (Met::Denied, Met::Denied) => "",
        (Met::Allowed, Met::Allowed) => "●",
        (Met::NotAtTheHost, Met::NotAtTheHost)
        | (Met::Needs, Met::Needs)
        | (Met::Allowed, Met::Stale) => "◐",
        odd => panic!("{odd:?}"),
    }
}

type Marks = BTreeMap<(Permission, Role), &'static str>;

/// An account of the role, and what it meets.
fn meet(place: &Place, role: Role, operations: &[Operation]) -> Marks {
    let name = format!("somebody-{}", role.as_str().replace('_', "-"));
    let person = place.json(&["people", "add", &name, "--role", role.as_str()]);
    let session = Caller::of_link(place, person["link"]["url"].as_str().unwrap());
    let key = place.json(&[
        "keys",
        "create",
        &name,
        "--for",
        "the matrix",
        "--days",
        "1",
    ]);
    let key = Caller::with_key(place, key["token"].as_str().unwrap());
    let mut marks = Marks::new();
    for operation in operations {
        let mark = mark(operation.met(&session), operation.met(&key));
        let before = marks.insert((operation.permission, role), mark);
        let permission = operation.permission;
        assert!(
            before.is_none_or(|before| before == mark),
            "{role}: two routes of {permission} differ"
        );
    }
    marks
}

/// What hides the findings of a rule of high severity.
fn severe(place: &Place) -> String {
    let rules = Caller::operator(place).ask("GET", "/api/v1/rules?limit=1000", None);
    let rules = rules.json();
    let mut all = rules["rules"].as_array().unwrap().iter();
    let rule = all.find(|rule| rule["severity"] == "high").unwrap();
    json!({ "rule": rule["id"], "reason": "the matrix", "until": i64::MAX / 2 }).to_string()
}

#[test]
fn a_running_site_answers_as_the_matrix_says() {
    let place = Place::new();
    place.ok(&["up"]);
    let operations = operations(&severe(&place));
    let (place_, all) = (&place, operations.as_slice());
    let marks: Marks = thread::scope(|scope| {
        let roles = Role::ALL.map(|role| scope.spawn(move || meet(place_, role, all)));
        roles
            .into_iter()
            .flat_map(|role| role.join().unwrap())
            .collect()
    });
    let met = std::cell::Cell::new(0);
    let page = render::matrix_of(|permission, role| {
        if BY_COMMAND.contains(&permission) {
            return render::mark(permission, role);
        }
        met.set(met.get() + 1);
        let mark = marks.get(&(permission, role));
        mark.copied()
            .unwrap_or_else(|| panic!("no route takes {permission}"))
    });
    let written = include_str!("../../../../docs/permissions-matrix.md");
    assert!(
        page == written,
        "it answers otherwise than it is written:\n{page}"
    );
    println!(
        "{} of {} cells met at a running site by {} operations, twice each",
        met.get(),
        Permission::all().len() * Role::ALL.len(),
        operations.len()
    );
    at_the_host(&place, &operations);
}

/// The operator at the machine may everything, but for what always takes a second person. Nobody
/// may anything without a session.
fn at_the_host(place: &Place, operations: &[Operation]) {
    let (operator, nobody) = (Caller::operator(place), Caller::nobody(place));
    let forged = Caller::with_key(place, &format!("aurorakey_{NOBODYS}_{NOBODYS}"));
    for operation in operations {
        for stranger in [&nobody, &forged] {
            let (code, _) = operation.ask(stranger).refusal();
            assert_eq!(code, "unauthenticated", "{operation:?}");
        }
        if operation.permission == permission!(Site, ShutDown) {
            continue;
        }
        let needs = operation.permission.needs();
        let alone = needs.approvers == 0 || needs.host_alone;
        let wanted = if alone { Met::Allowed } else { Met::Needs };
        assert_eq!(operation.met(&operator), wanted, "{operation:?}");
    }
    let stopped = operator.ask("POST", "/api/v1/shutdown", Some("{}"));
    assert!(stopped.status < 300, "{stopped:?}");
}
