//! From the text of the tables to plans.

use std::collections::HashMap;

use aurora_ocsf::Path;

use super::plan::{Known, Skeleton};
use super::{
    Choice, Default, Enumerations, Plan, Provider, Rule, SystemField, SystemFields, Tables, tsv,
};
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
    let mut plans: HashMap<(String, u32), Vec<Choice>> = HashMap::new();
    for (line, [provider, events, when, class, activity, defaults]) in
        tsv::rows(EVENTS.0, EVENTS.1)?
    {
        let fail = |what: String| format!("{}:{line}: {what}", EVENTS.0);
        for event in tsv::ids(events).map_err(fail)? {
            let rows: Vec<_> = fields
                .iter()
                .filter(|row| row.applies(provider, event))
                .collect();
            let plan = plan(&system, class, activity, defaults, &rows).map_err(fail)?;
            let choice = Choice {
                when: condition(when).map_err(fail)?,
                plan,
            };
            plans
                .entry((provider.to_owned(), event))
                .or_default()
                .push(choice);
        }
    }
    if let Some(row) = fields.iter().find(|row| !row.used.get()) {
        return Err(format!(
            "{}:{}: no event of the row has `{}`",
            FIELDS.0, row.line, row.path
        ));
    }
    let base = plan(&system, "0", "0", "-", &[])?;
    let (providers, by_name, by_channel) = providers()?;
    Ok(Tables {
        system,
        enumerations: enumerations()?,
        providers,
        by_name,
        by_channel,
        plans,
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
                events => Some(
                    tsv::ids(events).map_err(|error| format!("{}:{line}: {error}", FIELDS.0))?,
                ),
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
    let known = known(&mut skeleton);
    let system = system_rules(&mut skeleton, system)?;
    let rules = field_rules(&mut skeleton, rows)?;
    let defaults = default_values(&mut skeleton, defaults)?;
    let device = class.attribute("device").and_then(|device| device.profile);
    let Skeleton { root, slots, .. } = skeleton;
    let profile = device.map(aurora_ocsf::Profile::name);
    Ok(Plan {
        class,
        activity,
        profile,
        slots,
        root,
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

fn field_rules(
    skeleton: &mut Skeleton,
    rows: &[&FieldRow],
) -> Result<HashMap<String, Vec<Rule>>, String> {
    let mut rules: HashMap<String, Vec<Rule>> = HashMap::new();
    let named = |field: &str| {
        rows.iter()
            .any(|row| row.events.is_some() && row.field == field)
    };
    for row in rows
        .iter()
        .filter(|row| row.events.is_some() || !named(row.field))
    {
        if let Some(rule) = rule(skeleton, row.path, row.transform)? {
            rules.entry(row.field.to_owned()).or_default().push(rule);
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
    let enumeration = skeleton.enumeration(&parsed);
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
            (_, Ok(number)) => Default::Value(number.into()),
            (text, Err(_)) => Default::Value(text.into()),
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
            fields.by_name.insert(name.clone(), (row, rank));
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

type ByName = HashMap<String, usize>;

fn providers() -> Result<(Vec<Provider>, ByName, ByName), String> {
    let (mut providers, mut by_name, mut by_channel) = (Vec::new(), HashMap::new(), HashMap::new());
    for (_, [alias, name, channel, product]) in tsv::rows(PROVIDERS.0, PROVIDERS.1)? {
        let index = providers.len();
        by_name.entry(name.to_ascii_lowercase()).or_insert(index);
        if channel != "-" {
            by_channel
                .entry(channel.to_ascii_lowercase())
                .or_insert(index);
        }
        let [alias, name, product] = [alias, name, product].map(str::to_owned);
        providers.push(Provider {
            alias,
            name,
            product,
        });
    }
    Ok((providers, by_name, by_channel))
}

fn enumerations() -> Result<Enumerations, String> {
    let mut all: HashMap<String, HashMap<String, i64>> = HashMap::new();
    for (line, [name, value, number]) in tsv::rows(ENUMERATIONS.0, ENUMERATIONS.1)? {
        let number = number
            .parse()
            .map_err(|_| format!("{}:{line}: `{number}`", ENUMERATIONS.0))?;
        all.entry(name.to_owned())
            .or_default()
            .insert(value.to_owned(), number);
    }
    Ok(Enumerations(all))
}
