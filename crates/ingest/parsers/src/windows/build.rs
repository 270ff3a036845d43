//! From fields to the event.

use std::borrow::Cow;

use aurora_clock::Timestamp;

use super::record::{Field, Record};
use super::table::{Default, Plan, Provider, Rule, Tables};
use super::time::{self, When};
use super::transform::{self, Done, Transform, is_hostname};
use crate::table::json::{Kind, Node};
use crate::table::write::{Pen, Seal, Slot, Slots, Span, Unmapped};

const AUDIT_FAILURE: u64 = 0x0010_0000_0000_0000;
/// The provider whose events do not come from Windows.
const LINUX: &str = "Linux-Sysmon";
const AUDIT_SUCCESS: u64 = 0x0020_0000_0000_0000;

/// An event that stands in a buffer.
pub(super) struct Written {
    pub identity: Option<String>,
    pub class_uid: u32,
    pub millis: i64,
    pub spans: Vec<Span>,
}

/// Writes the event of a record. `seal` gives what is added to it, from its identity.
pub(super) fn event<'s>(
    mut record: Record<'_>,
    tables: &Tables,
    received_at: Timestamp,
    seal: impl FnOnce(Option<&str>) -> Option<Seal<'s>>,
    out: &mut Vec<u8>,
) -> Written {
    let when = time::take(&mut record, &tables.system);
    let head = Head::of(&record, tables, when, received_at);
    let seal = seal(head.identity.as_deref());
    let field = |name: &str| record.field(name).and_then(Node::text);
    let plan = head.provider.zip(head.event_id);
    let plan = plan.and_then(|(provider, id)| tables.plan(provider, id, field));
    let own = plan.and_then(|plan| Some((draft(&record, tables, plan, &head, seal, out)?, plan)));
    let (spans, plan) = own.unwrap_or_else(|| {
        let spans = draft(&record, tables, &tables.base, &head, seal, out);
        (spans.expect("class 0 asks for nothing"), &tables.base)
    });
    Written {
        class_uid: plan.layout.class.uid,
        millis: head.millis,
        identity: head.identity,
        spans,
    }
}

/// What must be known of a record before its fields are placed.
struct Head<'t, 'r> {
    provider: Option<&'t Provider>,
    event_id: Option<u32>,
    millis: i64,
    original_time: Option<Node<'r>>,
    severity: Option<i64>,
    status: Option<i64>,
    identity: Option<String>,
    /// The provider's name, when only the channel told it.
    inferred: bool,
}

impl<'t, 'r> Head<'t, 'r> {
    fn of(
        record: &Record<'r>,
        tables: &'t Tables,
        when: Option<When<'r>>,
        received_at: Timestamp,
    ) -> Self {
        let fields = &tables.system;
        let text = |row: usize| record.system_text(row);
        let (name, channel) = (text(fields.provider), text(fields.channel));
        let provider = tables.provider(name.as_deref(), channel.as_deref());
        let timed = when.as_ref().map(|when| when.millis);
        let millis = timed.unwrap_or(received_at.as_millis());
        Self {
            provider,
            event_id: text(fields.event_id).and_then(|id| id.trim().parse().ok()),
            millis,
            original_time: when.map(|when| when.node),
            severity: severity(record, tables),
            status: record.system[fields.keywords].and_then(status),
            identity: timed.and_then(|millis| identity(record, tables, millis)),
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
    Some([&*computer, &channel, &id, &millis.to_string()].join("\n"))
}

fn severity(record: &Record<'_>, tables: &Tables) -> Option<i64> {
    let level = record.system_text(tables.system.level);
    let number = |name: &str, text: Cow<'_, str>| tables.enumerations.number(name, &text);
    let of_level = level.and_then(|level| number("level", level));
    of_level.or_else(|| number("nxlog_severity", record.field("SeverityValue")?.scalar()?))
}

/// Whether an audit succeeded, from the bits or words of `Keywords`.
fn status(keywords: Node<'_>) -> Option<i64> {
    let bits = match keywords.kind() {
        Kind::Int | Kind::Number => {
            let text = keywords.inner();
            let signed = || text.parse().map(i64::cast_unsigned);
            text.parse::<u64>().or_else(|_| signed()).ok()?
        }
        Kind::Text => {
            let text = keywords.text()?;
            match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).ok()?,
                None => text.parse::<i64>().ok()?.cast_unsigned(),
            }
        }
        Kind::List => {
            let has = |word: &str| keywords.children().any(|node| node.says(word));
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

/// Writes the event after this plan; `None` when it lacks what its class requires.
fn draft(
    record: &Record<'_>,
    tables: &Tables,
    plan: &Plan,
    head: &Head<'_, '_>,
    seal: Option<Seal<'_>>,
    out: &mut Vec<u8>,
) -> Option<Vec<Span>> {
    let mut draft = Draft {
        record,
        tables,
        plan,
        slots: Slots::new(&plan.layout),
        homes: Vec::with_capacity(tables.system.rows.len() + record.data.len()),
    };
    draft.system();
    draft.data();
    draft.known(head);
    draft.defaults();
    let Draft { slots, homes, .. } = draft;
    let mut pen = Pen::new(out, slots, seal);
    let whole = pen.event(&plan.layout, |dropped, unmapped| {
        rest(record, tables, &homes, dropped, unmapped);
    });
    whole.then_some(pen.spans)
}

struct Draft<'d, 'r> {
    record: &'d Record<'r>,
    tables: &'d Tables,
    plan: &'d Plan,
    slots: Slots<'d>,
    /// For the system's rows and then for each data field: the one place from which it can be read back, if there is
    /// one.
    homes: Vec<Option<usize>>,
}

impl<'d> Draft<'d, '_> {
    fn system(&mut self) {
        for (node, rule) in self.record.system.iter().zip(&self.plan.system) {
            let home = match (node, rule) {
                (Some(node), Some(rule)) => self.field(*node, std::slice::from_ref(rule)),
                _ => None,
            };
            self.homes.push(home);
        }
    }

    fn data(&mut self) {
        for field in &self.record.data {
            let rules = self.plan.rules.find(field.name.as_bytes(), field.hash);
            let home = rules.and_then(|rules| self.field(field.node, rules));
            self.homes.push(home);
        }
    }

    fn field(&mut self, node: Node<'d>, rules: &[Rule]) -> Option<usize> {
        let mut home = None;
        for (at, rule) in rules.iter().enumerate() {
            let vendor = match &rule.transform {
                Transform::Product(field) => self.record.field(field),
                _ => None,
            };
            let enumerations = &self.tables.enumerations;
            let done = transform::place(rule, node, vendor, enumerations, &mut self.slots);
            if at == 0 && done == Done::Exact && !rule.keep {
                home = Some(rule.slot);
            }
        }
        home
    }

    fn known(&mut self, head: &Head<'d, 'd>) {
        let known = &self.plan.known;
        let slots = &mut self.slots;
        slots.put(self.plan.layout.activity, Slot::Int(self.plan.activity));
        slots.put(known.time, Slot::Int(head.millis));
        slots.put(known.version, text(aurora_ocsf::SCHEMA_VERSION));
        if let Some(node) = head.original_time {
            slots.put(known.original_time, Slot::Json(node.json()));
        }
        if let Some(severity) = head.severity {
            slots.put(known.severity, Slot::Int(severity));
        }
        if let Some((slot, status)) = known.status.zip(head.status) {
            slots.put(slot, Slot::Int(status));
        }
        let product = head
            .provider
            .map_or("Windows", |provider| &provider.product);
        slots.put(known.product_name, text(product));
        slots.put(known.product_vendor, text("Microsoft"));
        if let Some((name, kind)) = known.os_name.zip(known.os_type) {
            let (os, number) = match head.provider {
                Some(provider) if provider.name == LINUX => ("Linux", 200),
                _ => ("Windows", 100),
            };
            slots.put(name, text(os));
            slots.put(kind, Slot::Int(number));
        }
        let provider = self.plan.system[self.tables.system.provider].as_ref();
        if let (Some(rule), Some(provider), true) = (provider, head.provider, head.inferred) {
            slots.put(rule.slot, text(&provider.name));
        }
        if let Some(profiles) = known.profiles {
            slots.put(profiles, Slot::Json("[\"host\"]".into()));
        }
    }

    fn defaults(&mut self) {
        for (slot, default) in &self.plan.defaults {
            match default {
                Default::Number(number) => self.slots.put(*slot, Slot::Int(*number)),
                Default::Text(default) => self.slots.put(*slot, text(default)),
                Default::Computer { name } => {
                    let row = self.tables.system.computer;
                    let Some(computer) = self.record.system_text(row) else {
                        continue;
                    };
                    let fits = is_hostname(&computer);
                    let slot = if fits { Some(*slot) } else { *name };
                    self.slots.put_at(slot, Slot::Text(computer));
                }
            }
        }
    }
}

fn text(text: &str) -> Slot<'_> {
    Slot::Text(Cow::Borrowed(text))
}

/// What is not in a place of its own.
fn rest(
    record: &Record<'_>,
    tables: &Tables,
    homes: &[Option<usize>],
    dropped: &[usize],
    unmapped: &mut Unmapped<'_>,
) {
    let kept = |home: &Option<usize>| home.is_some_and(|slot| !dropped.contains(&slot));
    let (of_system, of_data) = homes.split_at(tables.system.rows.len());
    let rows = tables.system.rows.iter().zip(&record.system);
    for ((row, node), _) in rows.zip(of_system).filter(|(_, home)| !kept(home)) {
        if let Some(node) = node {
            unmapped.put(&row.field, *node);
        }
    }
    let data = record.data.iter().zip(of_data);
    let data = data.filter(|(_, home)| !kept(home)).map(|(field, _)| field);
    for Field {
        name, node, list, ..
    } in data.chain(&record.extra)
    {
        if list.is_empty() {
            unmapped.put(name, *node);
        } else {
            unmapped.put_list(name, list);
        }
    }
}
