//! The records of one event, as the program finds them.

use std::collections::btree_map::Entry;

use vrl::value::{ObjectMap, Value};

use super::line::Record;
use super::{socket, subject, syscalls};

/// Arguments that stand under names of their own; `cmd_line` has all.
const NAMED_ARGUMENTS: usize = 16;

/// Joins records into `{types, time, serial, node, fields, item, created, socket}` and what [`subject::members`] adds.
///
/// `fields` holds every field of every record under its own name: a scalar, or an array of the distinct values where
/// records differ, the `SYSCALL`'s first. The arguments of an `EXECVE` (`a0`, `a1`, …) win over a `SYSCALL`'s, which
/// are addresses then. `SYSCALL` is the call's name, also where the log has only its number.
pub(super) fn join(mut records: Vec<Record>) -> Value {
    records.sort_by_key(|record| rank(&record.kind));
    let (mut event, mut fields) = (ObjectMap::new(), ObjectMap::new());
    let executes = records.iter().any(|record| record.kind == "EXECVE");
    let created = records.iter().any(creates);
    event.insert("created".into(), Value::Boolean(created));
    if let Some(item) = item(&records) {
        event.insert("item".into(), item);
    }
    if let Some(first) = records.first() {
        event.insert("time".into(), Value::Integer(first.time));
        event.insert("serial".into(), Value::Integer(first.serial));
    }
    if let Some(node) = records.iter().find_map(|record| record.node.as_deref()) {
        event.insert("node".into(), node.into());
    }
    let (mut types, mut argv) = (Vec::new(), Vec::new());
    for record in records {
        argv.extend(record.argv.into_iter().map(Value::from));
        for (key, value) in record.fields {
            if key == "saddr"
                && let Some(socket) = socket::read(&value)
            {
                event.insert("socket".into(), Value::Object(socket));
            }
            let address = executes
                && record.kind == "SYSCALL"
                && matches!(key.as_str(), "a0" | "a1" | "a2" | "a3");
            if !address {
                add(&mut fields, key, value.into());
            }
        }
        let kind = Value::from(record.kind);
        if kind.to_str() != Some("EOE") && !types.contains(&kind) {
            types.push(kind);
        }
    }
    name_call(&mut fields);
    for (index, argument) in argv.iter().take(NAMED_ARGUMENTS).enumerate() {
        fields.insert(format!("a{index}").into(), argument.clone());
    }
    if types.is_empty() {
        types.push(Value::from("EOE"));
    }
    event.insert("types".into(), Value::Array(types));
    for (name, value) in subject::members(&fields, &argv) {
        event.insert(name.into(), value);
    }
    event.insert("fields".into(), Value::Object(fields));
    Value::Object(event)
}

/// The path that a system call meant: the last one that is not the folder it is in.
fn item(records: &[Record]) -> Option<Value> {
    let paths = || records.iter().filter(|record| record.kind == "PATH");
    let is_folder = |record: &&Record| nametype(record) == Some("PARENT");
    let meant = paths().rfind(|record| !is_folder(record));
    let pairs = meant.or_else(|| paths().next_back())?.fields.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str().into(), Value::from(value.as_str())));
    Some(Value::Object(pairs.collect()))
}

fn creates(record: &Record) -> bool {
    record.kind == "PATH" && nametype(record) == Some("CREATE")
}

fn nametype(record: &Record) -> Option<&str> {
    let found = record.fields.iter().rfind(|(name, _)| name == "nametype");
    found.map(|(_, value)| value.as_str())
}

/// Whose values stand first.
fn rank(kind: &str) -> u8 {
    match kind {
        "SYSCALL" => 0,
        "EXECVE" => 1,
        "PATH" => 3,
        "EOE" => 4,
        _ => 2,
    }
}

fn add(fields: &mut ObjectMap, key: String, value: Value) {
    let mut place = match fields.entry(key.into()) {
        Entry::Vacant(place) => {
            place.insert(value);
            return;
        }
        Entry::Occupied(place) => place,
    };
    match place.get_mut() {
        Value::Array(values) => {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        first if *first == value => {}
        first => {
            let one = std::mem::replace(first, Value::Null);
            *first = Value::Array(vec![one, value]);
        }
    }
}

fn name_call(fields: &mut ObjectMap) {
    if fields.contains_key("SYSCALL") {
        return;
    }
    let text = |key: &str| fields.get(key).and_then(Value::to_str);
    let (Some(arch), Some(call)) = (text("arch"), text("syscall")) else {
        return;
    };
    // A collector may have written the name already.
    let name = match call.parse::<u16>() {
        Ok(number) => syscalls::name(arch, number).map(str::to_owned),
        Err(_) => Some(call.to_owned()),
    };
    if let Some(name) = name {
        fields.insert("SYSCALL".into(), Value::from(name));
    }
}
