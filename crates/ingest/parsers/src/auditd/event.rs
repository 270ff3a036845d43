//! The records of one event, as the program finds them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use vrl::value::{ObjectMap, Value};

use super::joined::{Fields, add, settle};
use super::line::Record;
use super::{socket, subject, syscalls};

/// Arguments that stand under names of their own; `cmd_line` has all.
const NAMED_ARGUMENTS: usize = 16;

/// What a file may have of a `PATH`.
const ITEM: [&str; 5] = ["name", "inode", "mode", "ouid", "OUID"];

/// One event.
pub(super) struct Joined<'t> {
    /// `{types, time, serial, host, keys, item, created, socket}` and what [`subject::members`] adds.
    pub event: ObjectMap,
    /// Every field of every record under its own name, the `SYSCALL`'s values first. The arguments of an `EXECVE` (`a0`,
    /// `a1`, …) win over a `SYSCALL`'s, which are addresses then. `SYSCALL` is the call's name, also where the log has
    /// only its number.
    pub fields: Fields<'t>,
}

/// `sender` is the host where no record names one.
pub(super) fn join<'t>(mut records: Vec<Record<'t>>, sender: &str) -> Joined<'t> {
    records.sort_by_key(|record| rank(&record.kind));
    let mut event = ObjectMap::new();
    let mut put = |name: &str, value: Value| event.insert(name.into(), value);
    put("created", records.iter().any(creates).into());
    if let Some(item) = item(&records) {
        put("item", item);
    }
    if let Some(first) = records.first() {
        put("time", Value::Integer(first.time));
        put("serial", Value::Integer(first.serial));
    }
    let node = records.iter().find_map(|record| record.node.as_deref());
    let host = node.unwrap_or(sender);
    put(
        "host",
        if host.is_empty() { "localhost" } else { host }.into(),
    );
    let (mut types, mut pairs) = (Vec::new(), Vec::with_capacity(64));
    let mut pieces: BTreeMap<usize, Cow<'_, str>> = BTreeMap::new();
    let executes = records.iter().any(|record| record.kind == "EXECVE");
    for record in records {
        for (place, text) in record.argv {
            *pieces.entry(place).or_default() += text;
        }
        let address = |name: &str| matches!(name, "a0" | "a1" | "a2" | "a3");
        let addresses = executes && record.kind == "SYSCALL";
        for (name, value) in record.fields {
            if name == "saddr"
                && let Some(socket) = socket::read(&value)
            {
                put("socket", Value::Object(socket));
            }
            if !(addresses && address(&name)) {
                pairs.push((name, value));
            }
        }
        if record.kind != "EOE" {
            add(&mut types, record.kind);
        }
    }
    settle(&mut types);
    if types.is_empty() {
        types.push("EOE".into());
    }
    put("types", Value::from(types));
    let mut fields = Fields::of(pairs);
    name_call(&mut fields);
    let argv: Vec<_> = pieces.into_values().collect();
    for (index, argument) in argv.iter().take(NAMED_ARGUMENTS).enumerate() {
        fields.set(&format!("a{index}"), argument.clone());
    }
    if let Some(keys) = keys(&fields) {
        put("keys", keys);
    }
    for (name, value) in subject::members(&fields, &argv) {
        put(name, value);
    }
    Joined { event, fields }
}

/// The path that a system call meant: the last one that is not the folder it is in.
fn item(records: &[Record<'_>]) -> Option<Value> {
    let paths = || records.iter().filter(|record| record.kind == "PATH");
    let is_folder = |record: &&Record<'_>| nametype(record) == Some("PARENT");
    let meant = paths().rfind(|record| !is_folder(record));
    let pairs = meant.or_else(|| paths().next_back())?.fields.iter();
    let pairs = pairs.filter(|(name, _)| ITEM.contains(&&**name));
    let pairs = pairs.map(|(name, value)| ((**name).into(), Value::from(&**value)));
    Some(Value::Object(pairs.collect()))
}

fn creates(record: &Record<'_>) -> bool {
    record.kind == "PATH" && nametype(record) == Some("CREATE")
}

fn nametype<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let found = record.fields.iter().rfind(|(name, _)| name == "nametype");
    found.map(|(_, value)| &**value)
}

/// The names of the rules for which the kernel wrote it; auditd separates several by a control character.
fn keys(fields: &Fields<'_>) -> Option<Value> {
    let keys = fields.first("key")?.split(['\x01', ',']);
    let keys: Vec<_> = keys
        .filter(|key| !key.is_empty())
        .map(Value::from)
        .collect();
    (!keys.is_empty()).then_some(Value::Array(keys))
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

fn name_call(fields: &mut Fields<'_>) {
    if fields.has("SYSCALL") {
        return;
    }
    let (Some(arch), Some(call)) = (fields.only("arch"), fields.only("syscall")) else {
        return;
    };
    // A collector may have written the name already.
    let name = match call.parse::<u16>() {
        Ok(number) => syscalls::name(arch, number).map(Cow::Borrowed),
        Err(_) => Some(Cow::Owned(call.to_owned())),
    };
    if let Some(name) = name {
        fields.set("SYSCALL", name);
    }
}
