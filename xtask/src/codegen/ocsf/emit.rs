//! The tables as Rust source, one row a line. The types that the source names stand in `crates/ocsf/src/schema/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};

use super::hash;
use super::schema::{Attribute, Schema};
use super::tables::{Enumeration, Row, Tables};

pub fn types(schema: &Schema) -> anyhow::Result<String> {
    let mut out = String::from("use crate::schema::{DataType, Primitive};\n\n");
    writeln!(
        out,
        "pub(crate) static TYPES: [DataType; {}] = [",
        schema.types.len()
    )?;
    for (name, data_type) in &schema.types {
        writeln!(
            out,
            "DataType {{ name: {name:?}, primitive: Primitive::{}, regex: {:?}, max_len: {:?}, range: {:?} }},",
            primitive(schema, name)?,
            data_type.regex,
            data_type.max_len,
            data_type.range,
        )?;
    }
    out.push_str("];\n\n");
    for (index, name) in schema.types.keys().enumerate() {
        writeln!(
            out,
            "pub(crate) const {}: &DataType = &TYPES[{index}];",
            constant(name)
        )?;
    }
    Ok(out)
}

/// `ip_t` is a `string_t` in the end: follows the chain of base types.
fn primitive(schema: &Schema, name: &str) -> anyhow::Result<&'static str> {
    let data_type = schema
        .types
        .get(name)
        .with_context(|| format!("unknown type `{name}`"))?;
    if let Some(base) = &data_type.base {
        return primitive(schema, base);
    }
    Ok(match name {
        "boolean_t" => "Boolean",
        "float_t" => "Float",
        "integer_t" | "long_t" => "Integer",
        "json_t" => "Json",
        "string_t" => "String",
        _ => bail!("`{name}` has no base type and is no known primitive"),
    })
}

fn constant(type_name: &str) -> String {
    type_name.to_uppercase()
}

pub fn profiles(tables: &Tables) -> String {
    let names: Vec<_> = tables.profiles.keys().collect();
    format!(
        "pub(crate) static PROFILES: [&str; {}] = {names:?};\n",
        names.len()
    )
}

pub fn enums(tables: &Tables) -> String {
    let mut out = String::from("use crate::schema::{Enumeration, Members::{Integers, Texts}};\n\n");
    out.push_str("const fn e(members: crate::schema::Members) -> Enumeration { Enumeration { members } }\n\n");
    out.push_str(&format!(
        "pub(crate) static ENUMS: [Enumeration; {}] = [\n",
        tables.enums.len()
    ));
    for enumeration in tables.enums.keys() {
        out.push_str(&match enumeration {
            Enumeration::Integers(members) => format!("e(Integers(&{members:?})),\n"),
            Enumeration::Texts(members) => format!("e(Texts(&{members:?})),\n"),
        });
    }
    out.push_str("];\n");
    out
}

pub fn attributes(tables: &Tables) -> anyhow::Result<String> {
    let mut out = String::from(
        "use super::enums::ENUMS as E;\nuse super::objects::OBJECTS as O;\nuse super::types::*;\n\
         use crate::schema::{Attribute, DataType, Enumeration, Object, Profile, Requirement, Requirement::*};\n\n",
    );
    out.push_str("#[allow(clippy::too_many_arguments, reason = \"one row a line\")]\n");
    out.push_str(
        "const fn a(name: &'static str, data_type: Option<&'static DataType>, is_array: bool, \
         object: Option<&'static Object>, requirement: Requirement, profile: Option<Profile>, \
         enumeration: Option<&'static Enumeration>, sibling: Option<&'static str>, deprecated: bool) -> Attribute {\n    \
         Attribute { name, data_type, is_array, object, requirement, profile, enumeration, sibling, deprecated }\n}\n\n",
    );
    writeln!(
        out,
        "pub(crate) static ATTRIBUTES: [Attribute; {}] = [",
        tables.rows.len()
    )?;
    for row in tables.rows.keys() {
        writeln!(out, "{}", attribute(row, tables)?)?;
    }
    out.push_str("];\n");
    Ok(out)
}

fn attribute(row: &Row, tables: &Tables) -> anyhow::Result<String> {
    let object = row.object.as_ref().map(|name| {
        tables
            .objects
            .get(name)
            .with_context(|| format!("`{}` is of unknown object `{name}`", row.name))
    });
    let object = object.transpose()?;
    let data_type = (row.data_type != "object_t").then(|| constant(&row.data_type));
    let requirement = match row.requirement.as_str() {
        "required" => "Required",
        "recommended" => "Recommended",
        "optional" => "Optional",
        other => bail!("`{}` has unknown requirement `{other}`", row.name),
    };
    Ok(format!(
        "a({:?}, {}, {}, {}, {requirement}, {}, {}, {:?}, {}),",
        row.name,
        option(data_type),
        row.is_array,
        option(object.map(|index| format!("&O[{index}]"))),
        option(
            row.profile
                .as_ref()
                .map(|name| format!("Profile({})", tables.profiles[name]))
        ),
        option(
            row.enumeration
                .as_ref()
                .map(|members| format!("&E[{}]", tables.enums[members]))
        ),
        row.sibling,
        row.deprecated,
    ))
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

pub fn objects(schema: &Schema, tables: &Tables) -> anyhow::Result<String> {
    let mut out = String::from(
        "use super::attributes::ATTRIBUTES as A;\nuse crate::schema::{Constraint, ConstraintKind::*, Object, Profile, Shape};\n\n",
    );
    writeln!(
        out,
        "pub(crate) static OBJECTS: [Object; {}] = [",
        schema.objects.len()
    )?;
    for (name, object) in &schema.objects {
        let shape = shape(name, &object.attributes, &object.constraints, tables)?;
        writeln!(
            out,
            "Object {{ name: {name:?}, caption: {:?}, extension: {:?}, deprecated: {}, shape: {shape} }},",
            object.caption,
            object.extension,
            object.deprecated.is_some(),
        )?;
    }
    out.push_str("];\n");
    Ok(out)
}

pub fn classes(schema: &Schema, tables: &Tables) -> anyhow::Result<String> {
    let mut out = String::from(
        "use super::attributes::ATTRIBUTES as A;\nuse crate::schema::{Class, Constraint, ConstraintKind::*, Profile, Shape};\n\n",
    );
    writeln!(
        out,
        "// Sorted by `uid`.\npub(crate) static CLASSES: [Class; {}] = [",
        schema.classes.len()
    )?;
    let mut classes: Vec<_> = schema.classes.values().collect();
    classes.sort_by_key(|class| class.uid);
    for class in classes {
        let shape = shape(&class.name, &class.attributes, &class.constraints, tables)?;
        let profiles: Vec<_> = class
            .profiles
            .iter()
            .map(|name| format!("Profile({})", tables.profiles[name]))
            .collect();
        writeln!(
            out,
            "Class {{ uid: {}, name: {:?}, caption: {:?}, category: {:?}, category_uid: {}, category_caption: {:?}, \
             extension: {:?}, deprecated: {}, profiles: &[{}], shape: {shape} }},",
            class.uid,
            class.name,
            class.caption,
            class.category,
            class.category_uid,
            class.category_name.as_deref().unwrap_or("Uncategorized"),
            class.extension,
            class.deprecated.is_some(),
            profiles.join(", "),
        )?;
    }
    out.push_str("];\n");
    Ok(out)
}

/// What classes and objects have in common: attributes, their lookup table, and what must be there.
fn shape(
    owner: &str,
    attributes: &BTreeMap<String, Attribute>,
    constraints: &BTreeMap<String, Vec<String>>,
    tables: &Tables,
) -> anyhow::Result<String> {
    ensure!(
        attributes.len() <= 128,
        "`{owner}` has more attributes than a bit mask of 128 holds"
    );
    let mut required = 0_u128;
    let mut by_profile = BTreeMap::<usize, u128>::new();
    let mut indices = Vec::new();
    for (position, (name, attribute)) in attributes.iter().enumerate() {
        let row = Row::new(name, attribute)?;
        indices.push(format!("&A[{}]", tables.rows[&row]));
        if row.requirement == "required" {
            let mask = match &row.profile {
                Some(profile) => by_profile.entry(tables.profiles[profile]).or_default(),
                None => &mut required,
            };
            *mask |= 1 << position;
        }
    }
    let by_profile: Vec<_> = by_profile
        .iter()
        .map(|(profile, mask)| format!("(Profile({profile}), {mask:#x})"))
        .collect();
    let names: Vec<&str> = attributes.keys().map(String::as_str).collect();
    Ok(format!(
        "Shape {{ attributes: &[{}], slots: &{:?}, required: {required:#x}, required_by_profile: &[{}], constraints: &[{}] }}",
        indices.join(", "),
        slots(&names),
        by_profile.join(", "),
        constraint_list(owner, &names, constraints)?,
    ))
}

fn constraint_list(
    owner: &str,
    names: &[&str],
    constraints: &BTreeMap<String, Vec<String>>,
) -> anyhow::Result<String> {
    let mut out = Vec::new();
    for (kind, paths) in constraints {
        let kind = match kind.as_str() {
            "at_least_one" => "AtLeastOne",
            "just_one" => "JustOne",
            other => bail!("`{owner}` has a constraint of unknown kind `{other}`"),
        };
        let mask = mask_of(names, paths);
        out.push(format!(
            "Constraint {{ kind: {kind}, paths: &{paths:?}, mask: {mask:#x} }}"
        ));
    }
    Ok(out.join(", "))
}

/// The attributes named by `paths` as bits, or 0 when one of them is dotted. A name that is no attribute can never be
/// there in a valid event and gets no bit (1.3 has one: `log_file` of `event_log`).
fn mask_of(names: &[&str], paths: &[String]) -> u128 {
    if paths.iter().any(|path| path.contains('.')) {
        return 0;
    }
    let positions = paths
        .iter()
        .filter_map(|path| names.binary_search(&path.as_str()).ok());
    positions.fold(0, |mask, position| mask | 1 << position)
}

/// Lays out the table that `hash::find` reads: a power of two, at most half full.
fn slots(names: &[&str]) -> Vec<u8> {
    let size = (names.len() * 2).next_power_of_two();
    let mut slots = vec![hash::EMPTY; size];
    for (position, text) in names.iter().enumerate() {
        let mut slot = hash::name(text) & (size - 1);
        while slots[slot] != hash::EMPTY {
            slot = (slot + 1) & (size - 1);
        }
        slots[slot] = u8::try_from(position).expect("no class has 255 attributes");
    }
    slots
}
