//! From fields to the event.

use std::borrow::Cow;

use aurora_clock::Timestamp;
use serde_json::{Map, Value};

use super::node::Node;
use super::record::Record;
use super::table::{Child, Default, Object, Plan, Provider, Rule, Tables};
use super::time::{self, When};
use super::transform::{self, Done, Slots, Transform, is_hostname};
use crate::{Failure, Parsed};
use plan::Check;

use super::table::plan;

const AUDIT_FAILURE: u64 = 0x0010_0000_0000_0000;
/// The provider whose events do not come from Windows.
const LINUX: &str = "Linux-Sysmon";
const AUDIT_SUCCESS: u64 = 0x0020_0000_0000_0000;

pub(super) fn event(
    mut record: Record<'_>,
    tables: &Tables,
    received_at: Timestamp,
) -> Result<Parsed, Failure> {
    let when = time::take(&mut record, &tables.system);
    let head = Head::of(&record, tables, when, received_at);
    let field = |name: &str| record.field(name).and_then(Node::text);
    let plan = head.provider.zip(head.event_id);
    let plan = plan.and_then(|(provider, id)| tables.plan(&provider.alias, id, field));
    let (event, whole) = draft(&record, tables, plan.unwrap_or(&tables.base), &head);
    let event = if whole {
        event
    } else {
        draft(&record, tables, &tables.base, &head).0
    };
    Ok(Parsed {
        event,
        identity: head.identity,
    })
}

/// What must be known of a record before its fields are placed.
struct Head<'t> {
    provider: Option<&'t Provider>,
    event_id: Option<u32>,
    millis: i64,
    original_time: Option<String>,
    severity: Option<i64>,
    status: Option<i64>,
    identity: Option<String>,
    /// The provider's name, when only the channel told it.
    inferred: bool,
}

impl<'t> Head<'t> {
    fn of(
        record: &Record<'_>,
        tables: &'t Tables,
        when: Option<When>,
        received_at: Timestamp,
    ) -> Self {
        let fields = &tables.system;
        let text = |row: usize| record.system_text(row);
        let (name, channel) = (text(fields.provider), text(fields.channel));
        let provider = tables.provider(name.as_deref(), channel.as_deref());
        let millis = when
            .as_ref()
            .map_or(received_at.as_millis(), |when| when.millis);
        let timed = when.is_some();
        Self {
            provider,
            event_id: text(fields.event_id).and_then(|id| id.trim().parse().ok()),
            millis,
            original_time: when.map(|when| when.text),
            severity: severity(record, tables),
            status: status(record.system[fields.keywords].as_ref()),
            identity: identity(record, tables, millis).filter(|_| timed),
            inferred: name.is_none(),
        }
    }
}

/// Computer, channel, record id, and the time because ids begin anew when a log is cleared.
fn identity(record: &Record<'_>, tables: &Tables, millis: i64) -> Option<String> {
    let fields = &tables.system;
    let text = |row: usize| record.system_text(row);
    let (computer, channel, id) = (
        text(fields.computer)?,
        text(fields.channel)?,
        text(fields.record_id)?,
    );
    Some(format!("{computer}\n{channel}\n{id}\n{millis}"))
}

fn severity(record: &Record<'_>, tables: &Tables) -> Option<i64> {
    let level = record.system_text(tables.system.level);
    let number = |name: &str, text: Cow<'_, str>| tables.enumerations.number(name, &text);
    let of_level = level.and_then(|level| number("level", level));
    of_level.or_else(|| number("nxlog_severity", record.field("SeverityValue")?.scalar()?))
}

/// Whether an audit succeeded, from the bits or words of `Keywords`.
fn status(keywords: Option<&Node<'_>>) -> Option<i64> {
    let bits = match keywords? {
        Node::Number(number) => number
            .as_u64()
            .or_else(|| number.as_i64().map(i64::cast_unsigned))?,
        Node::Text(text) => match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok()?,
            None => text.parse::<i64>().ok()?.cast_unsigned(),
        },
        Node::List(words) => {
            let has = |word: &str| words.iter().any(|node| node.text() == Some(word));
            return if has("Audit Success") {
                Some(1)
            } else {
                has("Audit Failure").then_some(2)
            };
        }
        _ => return None,
    };
    match (bits & AUDIT_SUCCESS != 0, bits & AUDIT_FAILURE != 0) {
        (true, false) => Some(1),
        (false, true) => Some(2),
        _ => None,
    }
}

/// The event after this plan, and whether it has what its class requires.
fn draft(
    record: &Record<'_>,
    tables: &Tables,
    plan: &Plan,
    head: &Head<'_>,
) -> (Map<String, Value>, bool) {
    let mut draft = Draft {
        record,
        tables,
        plan,
        slots: Slots {
            values: vec![None; plan.slots],
        },
        fields: Vec::new(),
    };
    draft.system();
    draft.data();
    draft.known(head);
    draft.defaults();
    draft.finish()
}

struct Draft<'d> {
    record: &'d Record<'d>,
    tables: &'d Tables,
    plan: &'d Plan,
    slots: Slots,
    fields: Vec<Field<'d>>,
}

/// A field, and the one place from which it can be read back, if there is one.
struct Field<'d> {
    name: &'d str,
    node: &'d Node<'d>,
    home: Option<usize>,
}

impl<'d> Draft<'d> {
    fn system(&mut self) {
        let rows = self.tables.system.rows.iter();
        for ((row, node), rule) in rows.zip(&self.record.system).zip(&self.plan.system) {
            if let Some(node) = node {
                let rules = rule.as_ref().map_or(&[][..], std::slice::from_ref);
                self.field(&row.field, node, rules);
            }
        }
    }

    fn data(&mut self) {
        for (name, node) in &self.record.data {
            let rules = self.plan.rules.get(&**name).map_or(&[][..], Vec::as_slice);
            self.field(name, node, rules);
        }
    }

    fn field(&mut self, name: &'d str, node: &'d Node<'d>, rules: &[Rule]) {
        let mut home = None;
        for (at, rule) in rules.iter().enumerate() {
            let vendor = match &rule.transform {
                Transform::Product(field) => self.record.field(field).and_then(Node::text),
                _ => None,
            };
            let done = transform::place(
                rule,
                node,
                vendor,
                &self.tables.enumerations,
                &mut self.slots,
            );
            if at == 0 && done == Done::Exact && !rule.keep {
                home = Some(rule.slot);
            }
        }
        self.fields.push(Field { name, node, home });
    }

    fn known(&mut self, head: &Head<'_>) {
        let known = &self.plan.known;
        let mut put = |slot: usize, value: Value| {
            self.slots.values[slot].get_or_insert(value);
        };
        put(known.time, head.millis.into());
        put(known.version, aurora_ocsf::SCHEMA_VERSION.into());
        if let Some(text) = &head.original_time {
            put(known.original_time, text.as_str().into());
        }
        if let Some(severity) = head.severity {
            put(known.severity, severity.into());
        }
        if let Some((slot, status)) = known.status.zip(head.status) {
            put(slot, status.into());
        }
        put(
            known.product_name,
            head.provider
                .map_or("Windows", |provider| &provider.product)
                .into(),
        );
        put(known.product_vendor, "Microsoft".into());
        if let Some((name, kind)) = known.os_name.zip(known.os_type) {
            let (os, number) = match head.provider {
                Some(provider) if provider.name == LINUX => ("Linux", 200),
                _ => ("Windows", 100),
            };
            put(name, os.into());
            put(kind, number.into());
        }
        let provider = self.plan.system[self.tables.system.provider].as_ref();
        if let (Some(rule), Some(provider), true) = (provider, head.provider, head.inferred) {
            put(rule.slot, provider.name.as_str().into());
        }
    }

    fn defaults(&mut self) {
        for (slot, default) in &self.plan.defaults {
            let (slot, value) = match default {
                Default::Value(value) => (*slot, value.clone()),
                Default::Computer { name } => {
                    let Some(computer) = self.record.system_text(self.tables.system.computer)
                    else {
                        continue;
                    };
                    let fits = is_hostname(&computer);
                    let Some(slot) = (if fits { Some(*slot) } else { *name }) else {
                        continue;
                    };
                    (slot, computer.into_owned().into())
                }
            };
            self.slots.values[slot].get_or_insert(value);
        }
    }

    fn finish(mut self) -> (Map<String, Value>, bool) {
        let mut event = Map::with_capacity(self.plan.root.children.len() + 10);
        event.insert("class_uid".to_owned(), self.plan.class.uid.into());
        event.insert("activity_id".to_owned(), self.plan.activity.into());
        let mut dropped = Vec::new();
        let whole = emit(&self.plan.root, &mut self.slots, &mut event, &mut dropped);
        if let Some(Value::Object(metadata)) = event.get_mut("metadata")
            && let Some(profile) = self.plan.profile
        {
            metadata.insert("profiles".to_owned(), vec![Value::from(profile)].into());
        }
        let unmapped = self.unmapped(&dropped);
        if !unmapped.is_empty() {
            event.insert("unmapped".to_owned(), unmapped.into());
        }
        (event, whole)
    }

    fn unmapped(&self, dropped: &[usize]) -> Map<String, Value> {
        let mut unmapped = Map::with_capacity(8);
        for field in &self.fields {
            let kept = field.home.is_some_and(|slot| !dropped.contains(&slot));
            if !kept {
                put_flat(&mut unmapped, field.name, field.node);
            }
        }
        for (name, node) in &self.record.extra {
            put_flat(&mut unmapped, name, node);
        }
        unmapped
    }
}

/// Objects become dotted names. A name that is taken stays with its first owner.
fn put_flat(unmapped: &mut Map<String, Value>, name: &str, node: &Node<'_>) {
    match node {
        Node::Null => {}
        Node::Object(members) => {
            for (key, node) in members {
                put_flat(unmapped, &format!("{name}.{key}"), node);
            }
        }
        node => {
            if !unmapped.contains_key(name) {
                unmapped.insert(name.to_owned(), node.clone().into_value());
            }
        }
    }
}

/// Moves the values of an object's places into `map`. An inner object that lacks what OCSF asks of it is left out, and its
/// places go to `dropped`. False when `map` itself lacks something.
fn emit(
    object: &Object,
    slots: &mut Slots,
    map: &mut Map<String, Value>,
    dropped: &mut Vec<usize>,
) -> bool {
    for (name, child) in &object.children {
        if let Some(value) = value_of(child, slots, dropped) {
            map.insert(name.clone(), value);
        }
    }
    object.checks.iter().all(|check| match check {
        Check::Required(name) => map.contains_key(*name),
        Check::AtLeastOne(names) => names.iter().any(|name| map.contains_key(*name)),
        Check::JustOne(names) => names.iter().filter(|name| map.contains_key(**name)).count() == 1,
    })
}

fn value_of(child: &Child, slots: &mut Slots, dropped: &mut Vec<usize>) -> Option<Value> {
    match child {
        Child::Slot(slot) => slots.values[*slot].take(),
        Child::Array(child) => {
            value_of(child, slots, dropped).map(|value| Value::Array(vec![value]))
        }
        Child::Object(object) => {
            let mut map = Map::new();
            let whole = emit(object, slots, &mut map, dropped);
            if !whole {
                drop_places(object, dropped);
            }
            (whole && !map.is_empty()).then_some(Value::Object(map))
        }
    }
}

fn drop_places(object: &Object, dropped: &mut Vec<usize>) {
    for (_, child) in &object.children {
        let mut child = child;
        while let Child::Array(inner) = child {
            child = inner;
        }
        match child {
            Child::Slot(slot) => dropped.push(*slot),
            Child::Object(object) => drop_places(object, dropped),
            Child::Array(_) => unreachable!("the loop above went through arrays"),
        }
    }
}
