//! A hunt on ECS names finds what its plain meaning finds: the filter asked of every event's projection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_hunt::{EcsField, Query, Target, Values, text};
use aurora_ids::{Derive, Id128};
use aurora_model::{BatchId, EventItem, EventUid, SourceName};
use aurora_ocsf::ecs::{self, Transform};
use aurora_ocsf::{Attribute, Members, Path, Primitive, class, classes, resolve};
use serde_json::{Map, Value, json};

use super::generate::START;
use super::{Random, chain, everything, parsed, scope};
use crate::{Answer, Document, Events, Projecting, Row, answer};

/// Every row of the table, there and back: events that have its value, alone and beside what competes with it, and
/// `tests` hunts on every field.
pub async fn projected_hunts(store: Arc<dyn Events>, seed: u64, tests: usize) {
    let (mut random, scope) = (Random(seed), scope());
    let plain: Vec<Plain> = events(&mut random);
    let rows = plain.iter().map(Plain::row).collect();
    store
        .insert(&scope, BatchId(Id128::random()), rows)
        .await
        .expect("the store takes rows");
    let store = Projecting::new(store);
    let values = values(&plain);
    let mut found_any = 0;
    let mut asked = 0;
    for field in ecs::fields() {
        for _ in 0..tests {
            let known = values.get(&field).map_or(&[][..], Vec::as_slice);
            let filter = test_of(&mut random, &field, known);
            let text = format!("{filter} {}", stage(&mut random, &field));
            let query = parsed(&text);
            let what = format!("seed {seed}: {text}");
            let wanted = plainly(&query, &plain);
            let found = match store.hunt(&scope, &query, &everything()).await {
                Ok(found) => found,
                Err(error) => panic!("{what}: {}", chain(&error)),
            };
            assert!(!found.truncated, "{what}");
            assert_eq!(found.columns, wanted.columns, "{what}");
            assert_eq!(found.resolved, wanted.resolved, "{what}");
            same_rows(&found, &wanted, &what);
            asked += 1;
            found_any += usize::from(!wanted.rows.is_empty());
        }
    }
    assert!(
        found_any > asked / 2,
        "{found_any} of {asked} found anything"
    );
}

/// Rows of events by their uid alone: a store may write an event's members in another order.
fn same_rows(found: &Answer, wanted: &Answer, what: &str) {
    let key = |row: &Vec<Value>| match row.len() {
        4 if row[3].is_object() => vec![row[1].clone()],
        _ => row.clone(),
    };
    let keys = |answer: &Answer| answer.rows.iter().map(key).collect::<Vec<_>>();
    assert_eq!(keys(found), keys(wanted), "{what}");
}

fn plainly(query: &Query, events: &[Plain]) -> Answer {
    let passing = events.iter().filter(|event| query.filter.is_match(*event));
    answer(query, usize::MAX, passing.collect())
}

/// An event and its projection, read as plainly as can be.
struct Plain {
    uid: EventUid,
    uid_text: String,
    event: Value,
    ecs: Value,
}

impl Plain {
    fn new(number: u64, event: Map<String, Value>) -> Self {
        let uid = EventUid(Derive::new("aurora.testkit").number(number).finish());
        let mut event = Value::Object(event);
        event["metadata"]["uid"] = json!(uid.to_string());
        Self {
            uid,
            uid_text: uid.to_string(),
            ecs: ecs::project(&event),
            event,
        }
    }

    fn row(&self) -> Row {
        let event = self.event.as_object().expect("made of a map");
        Row {
            source: SourceName::new("test"),
            received_at: Timestamp::from_millis(START),
            item: EventItem::new(self.uid, 1, event),
        }
    }
}

impl Values for Plain {
    fn texts(&self, target: &Target) -> Vec<String> {
        let Target::Ecs(field) = target else {
            panic!("only ECS is asked for")
        };
        let mut values = vec![&self.ecs];
        for name in field.name().split('.') {
            values = values.into_iter().flat_map(elements).collect();
            values = values.iter().filter_map(|value| value.get(name)).collect();
        }
        let texts = values.into_iter().flat_map(elements).map(text);
        texts.filter(|text| !text.is_empty()).collect()
    }

    fn record(&self) -> &str {
        ""
    }
}

impl Document for Plain {
    fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.event["time"].as_i64().unwrap_or_default())
    }

    fn uid(&self) -> &str {
        &self.uid_text
    }

    fn event(&self) -> &Value {
        &self.event
    }
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        other => vec![other],
    }
}

/// What each field holds somewhere.
fn values(events: &[Plain]) -> BTreeMap<String, Vec<String>> {
    let fields = ecs::fields().into_iter().map(|name| {
        let target = Target::Ecs(EcsField::new(&name).expect("a field of the table"));
        let texts: BTreeSet<String> = events.iter().flat_map(|e| e.texts(&target)).collect();
        (name, texts.into_iter().collect())
    });
    fields.collect()
}

/// Two events for every row: alone, and with others of its class that compete with it.
fn events(random: &mut Random) -> Vec<Plain> {
    let mut number = random.number();
    let mut made = Vec::new();
    for row in ecs::rows() {
        let covered: Vec<u32> = classes()
            .iter()
            .map(|class| class.uid)
            .filter(|uid| row.scope.may_cover(*uid) && leads(*uid, row.ocsf))
            .collect();
        for competitors in [0, 12] {
            let uid = random.pick(&covered);
            let mut event = base(random, uid);
            let others: Vec<ecs::Row> = ecs::rows()
                .filter(|other| other.scope.may_cover(uid) && leads(uid, other.ocsf))
                .collect();
            for _ in 0..competitors {
                let other = random.pick(&others);
                put(random, &mut event, uid, &other);
            }
            put(random, &mut event, uid, &row);
            number = number.wrapping_add(1);
            let Value::Object(event) = event else {
                unreachable!("an object was written")
            };
            made.push(Plain::new(number, event));
        }
    }
    made
}

fn base(random: &mut Random, uid: u32) -> Value {
    let class = class(uid).expect("a class of the schema");
    let members = class.attribute("activity_id").and_then(|a| a.enumeration);
    let activity = match members.map(|m| m.members) {
        Some(Members::Integers(members)) => random.pick(members).0,
        _ => 0,
    };
    let offset = i64::try_from(random.below(6 * 3_600_000)).expect("six hours");
    let mut event = json!({
        "time": START + offset, "class_uid": uid, "class_name": class.caption, "activity_id": activity,
        "status_id": random.below(4),
    });
    if random.chance(60) {
        event["activity_name"] = json!(random.pick(&[
            "Open",
            "open",
            "Deny access",
            "Zap: Write",
            "Logon",
            "x",
            ""
        ]));
    }
    if uid == 3002 && random.chance(50) {
        event["metadata"] = json!({"event_code": "4648"});
        event["actor"] = json!({"user": {"name": random.pick(TEXTS)}});
    }
    if random.chance(30) {
        event["api"] = json!({"service": {"name": "kubernetes.io"}});
    }
    event
}

fn leads(class_uid: u32, path: &str) -> bool {
    let path = Path::parse(path).expect("a path of the table");
    class(class_uid).is_some_and(|class| resolve(class, &path).is_some())
}

/// Puts a value at a row's path, one to three where it goes through an array.
fn put(random: &mut Random, event: &mut Value, class_uid: u32, row: &ecs::Row) {
    if ["time", "class_uid", "activity_id", "metadata.uid"].contains(&row.ocsf) {
        return;
    }
    let path = Path::parse(row.ocsf).expect("a path of the table");
    let attribute = class(class_uid).and_then(|class| resolve(class, &path));
    let attribute = attribute.expect("`leads` was asked");
    let steps: Vec<&str> = row.ocsf.split('.').collect();
    place(random, event, &steps, &mut |random| {
        value(random, row, attribute)
    });
    match row.transform {
        Transform::GeoPoint => {
            let longitude = row.ocsf.replace(".lat", ".long");
            let steps: Vec<&str> = longitude.split('.').collect();
            place(random, event, &steps, &mut |_| json!(2.5));
        }
        Transform::NamedPipe => {
            event["win_resource"]["type"] = json!(random.pick(&["Named Pipe", "Job"]));
        }
        Transform::RegistryPath if random.chance(60) => {
            event["reg_value"]["name"] = json!(random.pick(&["Run", "a\\b"]));
        }
        Transform::Extension => event["file"]["name"] = json!(random.pick(TEXTS)),
        Transform::Directory => event["file"]["path"] = json!(random.pick(TEXTS)),
        Transform::Category if class_uid == 2004 => event["malware"] = json!([{"name": "x"}]),
        Transform::Category if class_uid == 6003 => {
            event["http_request"] = json!({"http_method": "GET"});
        }
        _ => {}
    }
}

fn place(
    random: &mut Random,
    at: &mut Value,
    steps: &[&str],
    make: &mut impl FnMut(&mut Random) -> Value,
) {
    let Some((step, rest)) = steps.split_first() else {
        *at = make(random);
        return;
    };
    let Some(name) = step.strip_suffix("[]") else {
        return place(random, &mut at[*step], rest, make);
    };
    if !at[name].is_array() {
        at[name] = json!([]);
        let count = 1 + random.below(3);
        at[name] = (0..count).map(|_| Value::Null).collect();
    }
    for element in at[name].as_array_mut().into_iter().flatten() {
        if rest.is_empty() {
            *element = make(random);
            continue;
        }
        if element.is_null() {
            // Members that say what kind of thing the value beside them is.
            *element = json!({
                "algorithm_id": random.pick(&[1, 2, 3, 99]), "algorithm": random.pick(&["imphash", "x"]),
                "type_id": random.pick(&[1, 2, 4, 8]), "type": random.pick(&["EC2 instance", "bucket"]),
            });
        }
        // An element may lack what others have, so that the first value is not always the first element's.
        if random.chance(80) {
            place(random, element, rest, make);
        }
    }
}

const TEXTS: &[&str] = &[
    "alice",
    "ALICE",
    "a b",
    "a_b",
    "x: y-z",
    "x--y-z",
    "Jürgen",
    "10.0.0.5",
    "fe80::1",
    "00:11:22:AA:bb:cc",
    "00-11-22-aa-bb-cc",
    "C:\\Windows\\cmd.exe",
    "/usr/bin/curl",
    "cmd.exe /c \"who ami\"",
    "archive.tar.gz",
    ".exe",
    "exe",
    "HKEY_LOCAL_MACHINE\\Software\\Run",
    "HKLM\\Software",
    "HKLM",
    "hkey_users",
    "text/html; charset=utf-8",
    "text/html",
    "?q=1",
    "q=1",
    "TLSv1.2",
    "SSLv3",
    "1.3",
    "FormError",
    "NXDOMAIN",
    "ServError",
    "Regular File",
    "Folder",
    "kubernetes",
    "example.org",
    "www.example.org",
    "Recursion Desired",
    "RD",
    "Windows",
    "4648",
    "C$",
    "\\pipe\\x",
    "d41d8cd98f00b204e9800998ecf8427e",
    "100%_*?",
    "7",
    "",
];

fn value(random: &mut Random, row: &ecs::Row, attribute: &Attribute) -> Value {
    if let Some(Members::Integers(members)) = attribute.enumeration.map(|e| e.members) {
        return json!(random.pick(members).0);
    }
    if row.transform == Transform::Timestamp {
        return json!(START + random.pick(&[0, 1, 999, 86_400_000]));
    }
    let primitive = attribute.data_type.map(|data_type| data_type.primitive);
    match primitive {
        Some(Primitive::Integer) => json!(random.pick(&[0, 1, 5, -90, 60, 200, 404, 5136])),
        Some(Primitive::Float) => json!(random.pick(&[0.0, 1.5, 30.0, 88.25])),
        Some(Primitive::Boolean) => json!(random.chance(50)),
        _ => json!(random.pick(TEXTS)),
    }
}

fn test_of(random: &mut Random, field: &str, known: &[String]) -> String {
    let one = |random: &mut Random| match known.is_empty() {
        true => random.pick(TEXTS).to_owned(),
        false => known[random.below(known.len())].clone(),
    };
    let literal = |random: &mut Random| quoted(&one(random));
    let test = match random.below(9) {
        0 => "*".to_owned(),
        1 => "\"\"".to_owned(),
        2 => {
            let text = one(random);
            piece(random, &text)
        }
        3 => random.pick(&["10.0.0.0/8", "::/0", "fe80::/10"]).to_owned(),
        4 => {
            let number = random.pick(&["0", "1", "200", "5000000", "1780272000000"]);
            format!("{}{number}", random.pick(&[">", ">=", "<", "<="]))
        }
        5 => {
            let name = format!("ecs:{field}");
            return format!("NOT {name}:{} AND {name}:*", literal(random));
        }
        6 => format!("({} OR {})", literal(random), literal(random)),
        _ => literal(random),
    };
    match random.below(6) {
        0 => format!("NOT ecs:{field}:{test}"),
        1 => format!("ecs:{field}:{test} OR event.kind:alert"),
        _ => format!("ecs:{field}:{test}"),
    }
}

fn stage(random: &mut Random, field: &str) -> String {
    match random.below(12) {
        0 => format!("| count by ecs:{field}, event.outcome"),
        1 => format!("| fields ecs:{field}, @timestamp"),
        2 => format!("| sort ecs:{field} desc | limit 5"),
        3 => "| count by event.type".to_owned(),
        _ => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A part of a text, with wildcards around it.
fn piece(random: &mut Random, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return "*".to_owned();
    }
    let (from, until) = (random.below(chars.len()), random.below(chars.len()));
    let middle: String = chars[from.min(until)..=from.max(until)]
        .iter()
        .map(|c| escaped(*c))
        .collect();
    let (before, after) = (random.pick(&["*", "", "?"]), random.pick(&["*", "*", ""]));
    format!("\"{before}{middle}{after}\"")
}

fn escaped(c: char) -> String {
    if matches!(c, '\\' | '"' | '*' | '?') {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}
