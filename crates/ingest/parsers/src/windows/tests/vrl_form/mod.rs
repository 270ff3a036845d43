//! The VRL form of the tables: `content/parsers/windows/parser.vrl`, generated here and held to the native form.
//!
//! `UPDATE_EXPECT=1` writes the file. `engine.vrl` beside this file is the program around the tables' rows.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path as FilePath;

use aurora_ocsf::{Path, Step};
use serde_json::json;

use super::*;
use crate::Reads;
use crate::content::{self, ContentParser};
use crate::table::plan::{Check, Child, Object};
use crate::windows::table::Tables;

const ENGINE: &str = include_str!("engine.vrl");

macro_rules! rows {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../../../../content/parsers/windows/",
            $name
        ))
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
    };
}

/// The class of each row of `events.tsv`, by provider and event id.
fn classes(provider: &str, event: &str) -> Vec<u32> {
    let rows = rows!("events.tsv")
        .filter(|row| row[0] == provider && row[1].split(',').any(|id| id == event));
    rows.map(|row| row[3].parse().unwrap()).collect()
}

fn has(class: u32, path: &str) -> bool {
    aurora_ocsf::resolve(
        aurora_ocsf::class(class).unwrap(),
        &Path::parse(path).unwrap(),
    )
    .is_some()
}

/// A path as VRL's `set` wants it.
fn segments(path: &str) -> Value {
    let path = Path::parse(path).unwrap();
    let steps = path.steps().iter().map(|step| match step {
        Step::Key(key) => json!(**key),
        Step::Index(index) => json!(index),
        Step::Each => unreachable!("no table names every element"),
    });
    steps.collect()
}

/// What the engine needs to know of a row beside field, transform and path.
fn more(path: &str, transform: &str, class: u32) -> (String, Value) {
    let keep = transform.ends_with('+');
    let (name, argument) = transform
        .trim_end_matches('+')
        .split_once(':')
        .unwrap_or((transform.trim_end_matches('+'), ""));
    let mut more = Map::new();
    let sibling = |levels: usize, name: &str| {
        let parent = path.rsplitn(levels + 1, '.').nth(levels)?;
        let path = format!("{parent}.{name}");
        has(class, &path).then(|| segments(&path))
    };
    let aside = match name {
        "host" | "file_path" | "image" | "value_path" => sibling(1, "name"),
        "domain_user" => sibling(1, "domain"),
        "product" => sibling(1, "vendor_name"),
        _ => None,
    };
    let owner = (name == "image").then(|| sibling(2, "name")).flatten();
    let attribute = aurora_ocsf::resolve(
        aurora_ocsf::class(class).unwrap(),
        &Path::parse(path).unwrap(),
    );
    let members = match attribute
        .and_then(|attribute| attribute.enumeration)
        .map(|members| members.members)
    {
        Some(aurora_ocsf::Members::Integers(members)) if name == "int" => {
            Some(members.iter().map(|(number, _)| *number).collect::<Value>())
        }
        _ => None,
    };
    for (key, value) in [("aside", aside), ("owner", owner), ("members", members)] {
        more.extend(value.map(|value| (key.to_owned(), value)));
    }
    match name {
        "map" => more.extend([("map".to_owned(), argument.into())]),
        "product" => more.extend([("vendor".to_owned(), argument.into())]),
        _ => {}
    }
    if keep {
        more.insert("keep".to_owned(), true.into());
    }
    (
        if name == "url" {
            "text".to_owned()
        } else {
            name.to_owned()
        },
        Value::Object(more),
    )
}

/// A table as text that the program reads when it runs: VRL's compiler takes minutes over literals of this size.
fn text(value: &Value) -> String {
    format!(
        "s'{}'",
        value.to_string().replace('\\', "\\\\").replace('\'', "\\'")
    )
}

fn literal(value: &Value) -> String {
    let kind = if value.is_array() { "array" } else { "object" };
    format!("{kind}!(parse_json!({}))", text(value))
}

fn header() -> String {
    let mut out = String::new();
    let mut enumerations: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for row in rows!("enumerations.tsv") {
        enumerations
            .entry(row[0])
            .or_default()
            .insert(row[1], row[2].parse().unwrap());
    }
    let (mut providers, mut channels) = (BTreeMap::new(), BTreeMap::new());
    for row in rows!("providers.tsv") {
        let entry = json!({"alias": row[0], "name": row[1], "product": row[3]});
        providers
            .entry(row[1].to_ascii_lowercase())
            .or_insert(entry.clone());
        if row[2] != "-" {
            channels.entry(row[2].to_ascii_lowercase()).or_insert(entry);
        }
    }
    let system = rows!("system.tsv").map(|row| {
        let (transform, more) = if row[2] == "-" { (String::new(), json!({})) } else { more(row[2], row[3], 1007) };
        let path = if row[2] == "-" { Value::Null } else { segments(row[2]) };
        json!({"field": row[0], "names": row[1].split(',').collect::<Vec<_>>(), "path": path, "transform": transform,
               "more": more, "device": row[2].starts_with("device.")})
    });
    let names: Map<_, _> = rows!("system.tsv")
        .flat_map(|row| row[1].split(',').map(str::to_owned).collect::<Vec<_>>())
        .map(|name| (name, true.into()))
        .collect();
    let mut table =
        |name: &str, value: Value| writeln!(out, "{name} = {}", literal(&value)).unwrap();
    table("enumerations", json!(enumerations));
    table("providers", json!(providers));
    table("channels", json!(channels));
    table("system_names", json!(names));
    table("system_fields", system.collect());
    let profiled: Vec<_> = used_classes()
        .into_iter()
        .filter(|class| {
            let device = aurora_ocsf::class(*class).unwrap().attribute("device");
            device.is_some_and(|device| device.profile.is_some())
        })
        .collect();
    writeln!(out, "host_profile = {}", json!(profiled)).unwrap();
    out
}

fn used_classes() -> Vec<u32> {
    let mut classes: Vec<_> = rows!("events.tsv")
        .map(|row| row[3].parse().unwrap())
        .collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// One row a line, so that a change of the tables shows as a change of few lines.
fn lines(open: &str, rows: impl Iterator<Item = String>, close: &str) -> String {
    let rows: Vec<_> = rows
        .map(|row| row.replace('\\', "\\\\").replace('\'', "\\'"))
        .collect();
    format!("s'{open}\n{}\n{close}'", rows.join(",\n"))
}

fn events() -> String {
    let rows = rows!("events.tsv").map(|row| {
        let (field, values) = match row[2].split_once('=') {
            Some((field, values)) => (json!(field), json!(values.split('|').collect::<Vec<_>>())),
            None => (Value::Null, Value::Null),
        };
        let defaults = row[5].split("; ").filter(|pair| *pair != "-").map(|pair| {
            let (path, value) = pair.split_once('=').unwrap();
            let name = path
                .rsplit_once('.')
                .map(|(parent, _)| segments(&format!("{parent}.name")));
            match value.parse::<i64>() {
                Ok(number) => json!([segments(path), number]),
                Err(_) if value == "$Computer" => json!([segments(path), value, name]),
                Err(_) => json!([segments(path), value]),
            }
        });
        let defaults: Value = defaults.collect();
        let ids: Vec<_> = row[1].split(',').collect();
        let [class, activity] = [row[3], row[4]].map(|number| number.parse::<i64>().unwrap());
        json!([row[0], ids, field, values, class, activity, defaults]).to_string()
    });
    lines("[", rows, "]")
}

fn devices() -> String {
    let classes = used_classes()
        .into_iter()
        .filter(|class| has(*class, "device.hostname"));
    json!(classes.collect::<Vec<_>>()).to_string()
}

fn fields() -> String {
    let all: Vec<_> = rows!("fields.tsv").collect();
    let mut providers: Vec<_> = all.iter().map(|row| row[0]).collect();
    providers.dedup();
    let of_provider = providers.iter().map(|provider| {
        let rows = all
            .iter()
            .filter(|row| row[0] == *provider)
            .map(|row| field(row, &all).to_string());
        format!(
            "{}: [\n{}\n]",
            json!(provider),
            rows.collect::<Vec<_>>().join(",\n")
        )
    });
    lines("{", of_provider, "}")
}

fn field(row: &[&str], all: &[Vec<&str>]) -> Value {
    let [provider, events, field, path, transform] = row[..] else {
        panic!("{row:?}")
    };
    let ids: Vec<&str> = match events {
        "*" => rows!("events.tsv")
            .filter(|row| row[0] == provider)
            .flat_map(|row| row[1].split(',').collect::<Vec<_>>())
            .collect(),
        events => events.split(',').collect(),
    };
    let same = |other: &&Vec<&str>| other[0] == provider && other[2] == field && other[1] != "*";
    let named: Vec<_> = all
        .iter()
        .filter(same)
        .flat_map(|other| other[1].split(','))
        .collect();
    let all_classes: Vec<u32> = ids.iter().flat_map(|id| classes(provider, id)).collect();
    let mut fitting: Vec<_> = all_classes
        .iter()
        .copied()
        .filter(|class| has(*class, path))
        .collect();
    let everywhere = fitting.len() == all_classes.len();
    fitting.sort_unstable();
    fitting.dedup();
    let (name, more) = more(path, transform, fitting[0]);
    let (ids, others) = if events == "*" {
        (Value::Null, json!(named))
    } else {
        (json!(ids), Value::Null)
    };
    let fitting = if everywhere {
        Value::Null
    } else {
        json!(fitting)
    };
    json!([ids, others, fitting, [field, name, segments(path), more]])
}

/// Checks of every object that some plan of the class may make, the innermost first.
fn checks(tables: &Tables) -> String {
    let of_class = used_classes().into_iter().map(|class| {
        let mut found = BTreeMap::new();
        for plan in tables.plans().filter(|plan| plan.layout.class.uid == class) {
            collect(&plan.layout.root, &mut Vec::new(), &mut found);
        }
        let mut found: Vec<_> = found.into_iter().collect();
        let depth = |path: &str| serde_json::from_str::<Vec<Value>>(path).unwrap().len();
        found.sort_by_key(|(path, _)| std::cmp::Reverse(depth(path)));
        let checks = found.into_iter().map(|(path, (all, one))| {
            json!([serde_json::from_str::<Value>(&path).unwrap(), all, one])
        });
        format!("\"{class}\": {}", checks.collect::<Value>())
    });
    lines("{", of_class, "}")
}

type Found = BTreeMap<String, (Vec<Vec<&'static str>>, Option<Vec<&'static str>>)>;

fn collect(object: &Object, path: &mut Vec<Value>, found: &mut Found) {
    let (mut all, mut just_one) = (Vec::new(), None);
    for check in &object.checks {
        match check {
            Check::Required(name) => all.push(vec![*name]),
            Check::AtLeastOne(names) => all.push(names.to_vec()),
            Check::JustOne(names) => just_one = Some(names.to_vec()),
        }
    }
    found.insert(json!(path).to_string(), (all, just_one));
    for member in &object.children {
        path.push(member.name.as_str().into());
        let mut depth = 1;
        let mut child = &member.child;
        while let Child::Array(inner) = child {
            path.push(0.into());
            depth += 1;
            child = inner;
        }
        if let Child::Object(inner) = child {
            collect(inner, path, found);
        }
        path.truncate(path.len() - depth);
    }
}

/// The whole program.
fn generate() -> String {
    let tables = Tables::shipped();
    let (intro, engine) = ENGINE.split_once("b = object!(.body)").unwrap();
    let engine = engine
        .replace("#@EVENTS", &events())
        .replace("#@DEVICES", &devices())
        .replace("#@FIELDS", &fields())
        .replace("#@CHECKS", &checks(&tables));
    format!("{intro}{}\nb = object!(.body){engine}", header())
}

fn file() -> std::path::PathBuf {
    FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers/windows/parser.vrl")
}

#[test]
fn the_program_is_generated_from_the_tables() {
    expect_test::expect_file![file()].assert_eq(&generate());
}

/// VRL has no whole numbers beyond 63 bits and reads them as fractions; nothing else differs.
fn narrow(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64().is_none() => *value = number.as_f64().into(),
        Value::Array(values) => values.iter_mut().for_each(narrow),
        Value::Object(members) => members.values_mut().for_each(narrow),
        _ => {}
    }
}

/// The event of each form, as the normalise service would have it.
fn both(
    native: &WindowsParser,
    generated: &ContentParser,
    body: &[u8],
) -> [(Value, Option<String>); 2] {
    let source = SourceName::new("windows");
    let origin = OriginId(aurora_ids::Id128::from_bytes([0; 16]));
    let input = Input {
        body,
        received_at: RECEIVED_AT,
        host: "test",
        source: &source,
        origin,
        seq: 0,
    };
    let generated = generated
        .parse(&input)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut native = native.parse(&input).unwrap();
    native[0].event.values_mut().for_each(narrow);
    [native, generated].map(|mut parsed| {
        let mut parsed = parsed.remove(0);
        crate::fit::fit(&mut parsed.event);
        (finished(parsed.event), parsed.identity)
    })
}

#[test]
fn both_forms_make_the_same_events() {
    let native = super::parser();
    let spec = content::Spec {
        name: "windows",
        description: Description {
            reads: Reads::Json,
            ..super::description()
        },
        source: generate().into(),
        tables: None,
    };
    let program = ContentParser::new(spec);
    let golden =
        FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers/windows/golden");
    let mut bodies: Vec<_> = std::fs::read_dir(golden)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    bodies.retain(|path| path.extension().is_some_and(|extension| extension == "in"));
    let mut bodies: Vec<_> = bodies
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    // The program finds objects; a text is made one before it.
    bodies.retain(|body| body.starts_with(b"{"));
    if let Some(data) = external::data() {
        let bench = external::records(&data.join("bench/windows-270872.jsonl.zst"));
        bodies.extend(bench.step_by(997));
    }
    for body in &bodies {
        let [(native, own), (generated, other)] = both(&native, &program, body);
        let text = String::from_utf8_lossy(body);
        assert_eq!(own, other, "{text}");
        assert!(
            native == generated,
            "{text}\nnative {native:#}\ngenerated {generated:#}"
        );
    }
    println!("{} records", bodies.len());
}
