//! From the text of the tables to plans.

use std::collections::HashMap;

use aurora_ocsf::{Enumeration, Path, Primitive};

use super::{
    Choice, Default, Enumerations, Known, Plan, Provider, Rule, SystemField, SystemFields, Tables,
};
use crate::table::names::NameMap;
use crate::table::plan::Skeleton;
use crate::table::tsv;
use crate::windows::transform::Transform;

macro_rules! table {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../../../content/parsers/windows/", $name)),
        )
    };
}

const PROVIDERS: (&str, &str) = table!("providers.tsv");
const EVENTS: (&str, &str) = table!("events.tsv");
const FIELDS: (&str, &str) = table!("fields.tsv");
const SYSTEM: (&str, &str) = table!("system.tsv");
const ENUMERATIONS: (&str, &str) = table!("enumerations.tsv");

/// A row of `fields.tsv`.
struct FieldRow {
    line: usize,
    provider: &'static str,
    /// `None`: every event of the provider.
    events: Option<Vec<u32>>,
    field: &'static str,
    path: &'static str,
    transform: &'static str,
    /// Whether any plan used it; one that none used is a mistake.
    used: std::cell::Cell<bool>,
}

pub(super) fn shipped() -> Result<Tables, String> {
    let system = system_fields()?;
    let fields = field_rows()?;
    let mut plans: HashMap<&str, HashMap<u32, Vec<Choice>>> = HashMap::new();
    for (line, [provider, events, when, class, activity, defaults]) in
        tsv::rows(EVENTS.0, EVENTS.1)?
    {
        let fail = |what: String| format!("{}:{line}: {what}", EVENTS.0);
        for event in ids(events).map_err(fail)? {
            let rows: Vec<_> = fields
                .iter()
                .filter(|row| row.applies(provider, event))
                .collect();
            let plan = plan(&system, class, activity, defaults, &rows).map_err(fail)?;
            let choice = Choice {
                when: condition(when).map_err(fail)?,
                plan,
            };
            let of_provider = plans.entry(provider).or_default();
            of_provider.entry(event).or_default().push(choice);
        }
    }
    if let Some(row) = fields.iter().find(|row| !row.used.get()) {
        return Err(format!(
            "{}:{}: no event of the row has `{}`",
            FIELDS.0, row.line, row.path
        ));
    }
    let base = plan(&system, "0", "0", "-", &[])?;
    let (providers, by_name, by_channel) = providers(&mut plans)?;
    Ok(Tables {
        system,
        enumerations: enumerations()?,
        providers,
        by_name,
        by_channel,
        base,
    })
}

impl FieldRow {
    fn applies(&self, provider: &str, event: u32) -> bool {
        self.provider == provider
            && self
                .events
                .as_ref()
                .is_none_or(|events| events.contains(&event))
    }
}

fn field_rows() -> Result<Vec<FieldRow>, String> {
    let rows = tsv::rows(FIELDS.0, FIELDS.1)?;
    rows.into_iter()
        .map(|(line, [provider, events, field, path, transform])| {
            let events = match events {
                "*" => None,
                events => {
                    Some(ids(events).map_err(|error| format!("{}:{line}: {error}", FIELDS.0))?)
                }
            };
            let used = std::cell::Cell::new(false);
            Ok(FieldRow {
                line,
                provider,
                events,
                field,
                path,
                transform,
                used,
            })
        })
        .collect()
}

fn condition(text: &str) -> Result<Option<(String, Vec<String>)>, String> {
    if text == "-" {
        return Ok(None);
    }
    let (field, values) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no condition"))?;
    Ok(Some((
        field.to_owned(),
        values.split('|').map(str::to_owned).collect(),
    )))
}

fn plan(
    system: &SystemFields,
    class: &str,
    activity: &str,
    defaults: &str,
    rows: &[&FieldRow],
) -> Result<Plan, String> {
    let class = class
        .parse()
        .ok()
        .and_then(aurora_ocsf::class)
        .ok_or_else(|| format!("no class `{class}`"))?;
    let activity = activity
        .parse()
        .map_err(|_| format!("no activity `{activity}`"))?;
    let mut skeleton = Skeleton::new(class);
    // `host`, when the class has its device from that profile.
    let profile = class.attribute("device").and_then(|device| device.profile);
    let mut known = known(&mut skeleton);
    let system = system_rules(&mut skeleton, system)?;
    let rules = field_rules(&mut skeleton, rows)?;
    let defaults = default_values(&mut skeleton, defaults)?;
    known.profiles = profile.and_then(|_| skeleton.slot("metadata.profiles"));
    let layout = skeleton.finish(profile.as_slice());
    Ok(Plan {
        layout,
        activity,
        rules,
        system,
        defaults,
        known,
    })
}

fn known(skeleton: &mut Skeleton) -> Known {
    let mut slot = |path: &str| skeleton.slot(path);
    let every = "every class has it";
    Known {
        time: slot("time").expect(every),
        severity: slot("severity_id").expect(every),
        status: slot("status_id"),
        product_name: slot("metadata.product.name").expect(every),
        product_vendor: slot("metadata.product.vendor_name").expect(every),
        version: slot("metadata.version").expect(every),
        original_time: slot("metadata.original_time").expect(every),
        os_name: slot("device.os.name"),
        os_type: slot("device.os.type_id"),
        profiles: None,
    }
}

fn system_rules(
    skeleton: &mut Skeleton,
    fields: &SystemFields,
) -> Result<Vec<Option<Rule>>, String> {
    let rule = |row: &SystemField| match &row.path {
        Some((path, transform)) => rule(skeleton, path, transform),
        None => Ok(None),
    };
    fields.rows.iter().map(rule).collect()
}

fn field_rules(skeleton: &mut Skeleton, rows: &[&FieldRow]) -> Result<NameMap<Vec<Rule>>, String> {
    let mut rules: NameMap<Vec<Rule>> = NameMap::default();
    let named = |field: &str| {
        rows.iter()
            .any(|row| row.events.is_some() && row.field == field)
    };
    for row in rows
        .iter()
        .filter(|row| row.events.is_some() || !named(row.field))
    {
        if let Some(rule) = rule(skeleton, row.path, row.transform)? {
            rules.entry(row.field, Vec::new).push(rule);
            row.used.set(true);
        }
    }
    Ok(rules)
}

/// `None` when the class has no such path.
fn rule(skeleton: &mut Skeleton, path: &str, transform: &str) -> Result<Option<Rule>, String> {
    let parsed = Path::parse(path).map_err(|error| error.to_string())?;
    let Some(slot) = skeleton.slot(path) else {
        return Ok(None);
    };
    let (transform, keep) = transform
        .strip_suffix('+')
        .map_or((transform, false), |rest| (rest, true));
    let transform =
        Transform::parse(transform).ok_or_else(|| format!("no transform `{transform}`"))?;
    let mut sibling = |levels: usize, name: &str| {
        let parent = path.rsplitn(levels + 1, '.').nth(levels)?;
        skeleton.slot(&format!("{parent}.{name}"))
    };
    let aside = match &transform {
        Transform::Host | Transform::FilePath | Transform::Image | Transform::ValuePath => {
            sibling(1, "name")
        }
        Transform::DomainUser => sibling(1, "domain"),
        Transform::Product(_) => sibling(1, "vendor_name"),
        _ => None,
    };
    let owner_name = (transform == Transform::Image)
        .then(|| sibling(2, "name"))
        .flatten();
    let attribute = skeleton.attribute(&parsed).expect("it has a place");
    let wanted = attribute.data_type.map(|data_type| data_type.primitive);
    let fits = |made| [Some(made), Some(Primitive::Json)].contains(&wanted);
    if !transform.makes().is_none_or(fits) {
        return Err(format!("`{path}` is no place for what the transform makes"));
    }
    let enumeration: Option<&'static Enumeration> = attribute.enumeration;
    Ok(Some(Rule {
        transform,
        slot,
        aside,
        owner_name,
        keep,
        enumeration,
    }))
}

fn default_values(skeleton: &mut Skeleton, text: &str) -> Result<Vec<(usize, Default)>, String> {
    if text == "-" {
        return Ok(Vec::new());
    }
    let pairs = text.split("; ").map(|pair| {
        let (path, value) = pair
            .split_once('=')
            .ok_or_else(|| format!("`{pair}` is no default"))?;
        let slot = skeleton
            .slot(path)
            .ok_or_else(|| format!("the class has no `{path}`"))?;
        let value = match (value, value.parse::<i64>()) {
            ("$Computer", _) => {
                let name = path
                    .rsplit_once('.')
                    .map(|(parent, _)| format!("{parent}.name"));
                Default::Computer {
                    name: name.and_then(|name| skeleton.slot(&name)),
                }
            }
            (_, Ok(number)) => Default::Number(number),
            (text, Err(_)) => Default::Text(text.to_owned()),
        };
        Ok((slot, value))
    });
    pairs.collect()
}

fn system_fields() -> Result<SystemFields, String> {
    let mut fields = SystemFields::default();
    for (row, (_, [field, names, path, transform])) in
        tsv::rows(SYSTEM.0, SYSTEM.1)?.into_iter().enumerate()
    {
        let names: Vec<_> = names.split(',').map(str::to_owned).collect();
        for (rank, name) in names.iter().enumerate() {
            fields.by_name.entry(name, || (row, rank));
            for (at, _) in name.match_indices('_') {
                let (element, attribute) = (&name[..at], &name[at + 1..]);
                let of_element = fields.by_element.entry(element, NameMap::default);
                of_element.entry(attribute, || (row, rank));
            }
        }
        let path = (path != "-").then(|| (path.to_owned(), transform.to_owned()));
        fields.rows.push(SystemField {
            field: field.to_owned(),
            names,
            path,
        });
    }
    let row = |name: &str| {
        fields
            .rows
            .iter()
            .position(|row| row.field == name)
            .ok_or_else(|| format!("{}: no `{name}`", SYSTEM.0))
    };
    let (provider, event_id, channel) = (row("Provider_Name")?, row("EventID")?, row("Channel")?);
    let (computer, record_id, level) = (row("Computer")?, row("EventRecordID")?, row("Level")?);
    let (keywords, time) = (row("Keywords")?, row("SystemTime")?);
    Ok(SystemFields {
        provider,
        event_id,
        channel,
        computer,
        record_id,
        level,
        keywords,
        time,
        ..fields
    })
}

type Providers = (Vec<Provider>, NameMap<usize>, NameMap<usize>);

fn providers(plans: &mut HashMap<&str, HashMap<u32, Vec<Choice>>>) -> Result<Providers, String> {
    let (mut providers, mut by_name, mut by_channel) =
        (Vec::new(), NameMap::default(), NameMap::default());
    for (_, [alias, name, channel, product]) in tsv::rows(PROVIDERS.0, PROVIDERS.1)? {
        let index = providers.len();
        by_name.entry(&name.to_ascii_lowercase(), || index);
        if channel != "-" {
            by_channel.entry(&channel.to_ascii_lowercase(), || index);
        }
        let [name, product] = [name, product].map(str::to_owned);
        // Of providers that share an alias, the first one keeps the plans.
        let first = providers
            .iter()
            .position(|other: &Provider| other.alias == alias);
        providers.push(Provider {
            alias: alias.to_owned(),
            name,
            product,
            plans: plans.remove(alias).unwrap_or_default(),
            like: first.unwrap_or(index),
        });
    }
    Ok((providers, by_name, by_channel))
}

fn enumerations() -> Result<Enumerations, String> {
    let mut all: NameMap<NameMap<i64>> = NameMap::default();
    for (line, [name, value, number]) in tsv::rows(ENUMERATIONS.0, ENUMERATIONS.1)? {
        let number = number
            .parse()
            .map_err(|_| format!("{}:{line}: `{number}`", ENUMERATIONS.0))?;
        *all.entry(name, NameMap::default).entry(value, || number) = number;
    }
    Ok(Enumerations(all))
}

/// Event ids separated by commas.
fn ids(text: &str) -> Result<Vec<u32>, String> {
    text.split(',')
        .map(|id| id.parse().map_err(|_| format!("`{id}` is no event id")))
        .collect()
}
