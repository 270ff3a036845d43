//! Ways round the gate, tried on every route of a site that runs. None of them leads past it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_clock::SystemClock;
use aurora_model::{Action, Context, Scope, SiteId};
use aurora_permissions::permission;
use aurora_records::{Change, Collection, Guard, Records as _};
use aurora_records_sqlite::SqliteRecords;
use serde_json::{Value, json};

use crate::http::{Caller, Reply};
use crate::routes::{NOBODYS, Route, routes};
use crate::support::Place;

/// Of what another tenant has, one in each collection.
const THEIRS: &str = "ffffffffffffffffffffffffffffffff";

fn signed_in(place: &Place, name: &str, roles: &[&str]) -> Caller {
    let mut arguments = vec!["people", "add", name];
    roles
        .iter()
        .for_each(|role| arguments.extend(["--role", role]));
    let person = place.json(&arguments);
    Caller::of_link(place, person["link"]["url"].as_str().unwrap())
}

fn ask(who: &Caller, route: &Route, name: &str) -> Reply {
    who.ask(&route.method, &route.about(name), route.body.as_deref())
}

/// The site's own store, while the site does not run.
fn store<T>(place: &Place, work: impl AsyncFnOnce(&SqliteRecords) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let path = place.data_dir().join("records.sqlite");
        let clock = Arc::new(SystemClock::new());
        let records = SqliteRecords::open(&path, clock).await.unwrap();
        let done = work(&records).await;
        records.close().await.unwrap();
        done
    })
}

type Documents = BTreeMap<Collection, Option<(u64, Value)>>;

fn documents(place: &Place, scope: &Scope) -> Documents {
    store(place, async |records| {
        let mut found = Documents::new();
        for collection in Collection::ALL {
            let document = records.get(scope, collection, THEIRS).await.unwrap();
            found.insert(collection, document.map(|it| (it.version, it.body)));
        }
        found
    })
}

fn plant(place: &Place, scope: &Scope) {
    store(place, async |records| {
        let mut change = Change::decided(Action::on("test.plant", [THEIRS]));
        for collection in Collection::ALL {
            let body = json!({ "id": THEIRS, "name": THEIRS, "what": "another tenant's" });
            change = change.put(collection, THEIRS, Guard::New, body);
        }
        let context = Context::service(scope.clone(), "test", "what another tenant has");
        records.commit(&context, change).await.unwrap();
    });
}

/// What is another tenant's is as if it were not there, on every route that names something: who may everything meets the
/// same as for an id that nothing has, and nothing of it has changed.
#[test]
fn what_is_another_tenants_is_not_there() {
    let place = Place::new();
    place.ok(&["up"]);
    let site: SiteId = {
        let status = place.json(&["status"]);
        SiteId(status["site"].as_str().unwrap().parse().unwrap())
    };
    place.ok(&["down"]);
    let scope = Scope {
        tenant: "acme".to_owned().try_into().unwrap(),
        ..Scope::of(site)
    };
    plant(&place, &scope);
    let before = documents(&place, &scope);
    place.ok(&["up"]);
    let operator = Caller::operator(&place);
    let admin = signed_in(&place, "ada", &["admin"]);
    let mut tried = 0;
    for route in routes().iter().filter(|route| route.names_something()) {
        for who in [&operator, &admin] {
            let met = [THEIRS, NOBODYS].map(|name| {
                let reply = ask(who, route, name);
                assert!(reply.status < 500, "{route:?}: {reply:?}");
                assert!(
                    !reply.body.contains("another tenant's"),
                    "{route:?}: {reply:?}"
                );
                let code = if reply.status < 400 {
                    String::new()
                } else {
                    reply.refusal().0
                };
                (reply.status, code)
            });
            assert_eq!(met[0], met[1], "{route:?} tells theirs from none");
            tried += 1;
        }
    }
    println!("{tried} tries on ids of another tenant");
    assert!(tried > 80, "{tried}");
    place.ok(&["down"]);
    assert_eq!(documents(&place, &scope), before);
}

/// What is somebody's own does not move for anybody else, on every route that names something.
#[test]
fn what_is_somebody_elses_stays_theirs() {
    let place = Place::new();
    place.ok(&["up"]);
    let eva = signed_in(&place, "eva", &["operator"]);
    // Who may as much as one can without looking after other people.
    let vic = [
        "analyst",
        "responder",
        "detection_engineer",
        "operator",
        "service",
    ];
    let vic = signed_in(&place, "vic", &vic);
    let sessions = eva.ask("GET", "/api/v1/sessions", None).json();
    let key = place.json(&["keys", "create", "eva", "--for", "hers", "--days", "1"]);
    let with_key = Caller::with_key(&place, key["token"].as_str().unwrap());
    let approval = eva.ask("DELETE", "/api/v1/demo", None).approval();
    let hers = [
        sessions["sessions"][0]["id"].as_str().unwrap(),
        key["key"]["id"].as_str().unwrap(),
        &approval,
        "eva",
    ];
    // Whoever sees approvals sees everybody's, and a source may be called anything.
    let open = [
        permission!(Approval, Read),
        permission!(Source, TokenCreate),
    ];
    for route in routes() {
        if !route.names_something() || open.contains(&route.permission) {
            continue;
        }
        for id in hers {
            let reply = ask(&vic, &route, id);
            // Whoever may decide on an approval is asked who they are, and one no is enough.
            let path = route.about("");
            let decides = path.ends_with("/challenge") || path.ends_with("/deny");
            let decides = decides && id == approval;
            assert!(
                reply.status >= 400 || decides,
                "{route:?} of {id}: {reply:?}"
            );
        }
    }
    for who in [&eva, &with_key] {
        let still = who.ask("GET", "/api/v1/session", None);
        assert_eq!(still.status, 200, "{still:?}");
    }
    let shown = eva
        .ask("GET", &format!("/api/v1/approvals/{approval}"), None)
        .json();
    assert_eq!(shown["given"], json!([]), "{shown}");
    place.ok(&["down"]);
}

/// A page elsewhere that a signed-in administrator looks at does nothing, on every route that writes; nor does one behind a name
/// that was bent to us. A cookie that somebody planted is not the one that a login gives.
#[test]
fn pages_elsewhere_bring_nothing_about() {
    let place = Place::new();
    place.ok(&["up"]);
    let person = place.json(&["people", "add", "ada", "--role", "admin"]);
    let url = person["link"]["url"].as_str().unwrap();
    let own = Caller::of_link(&place, url);
    let name = own.header("cookie").split('=').next().unwrap().to_owned();
    let elsewhere = [
        own.and("sec-fetch-site", "cross-site"),
        own.and("sec-fetch-site", "same-site"),
        own.and("sec-fetch-site", "none"),
        own.and("sec-fetch-site", "")
            .and("origin", "http://evil.example"),
        own.and("sec-fetch-site", ""),
        own.and("host", "evil.example"),
    ];
    for route in routes().iter().filter(|route| route.writes()) {
        for page in &elsewhere {
            let reply = ask(page, route, NOBODYS);
            assert_eq!(reply.status, 403, "{route:?}: {reply:?}");
            let (code, message) = reply.refusal();
            let ours = ["does not come from the console", "not known by that name"];
            assert_eq!(code, "forbidden", "{route:?}: {reply:?}");
            assert!(ours.iter().any(|ours| message.contains(ours)), "{message}");
        }
    }
    let planted = format!("{name}={}", "0".repeat(64));
    let link = place.json(&["people", "recover", "ada"]);
    let opened = Caller::nobody(&place).and("cookie", &*planted);
    let opened = opened.open_link(link["url"].as_str().unwrap());
    assert_ne!(opened.header("cookie"), planted);
    let with = |cookie: &str| {
        let who = Caller::nobody(&place).and("cookie", cookie);
        who.ask("GET", "/api/v1/session", None).status
    };
    assert_eq!(with(opened.header("cookie")), 200);
    assert_eq!(with(&planted), 401, "what was planted opens nothing");
    assert_eq!(
        with(own.header("cookie")),
        401,
        "what was open before is over"
    );
    place.ok(&["down"]);
}
