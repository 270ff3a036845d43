//! From the texts of the tables to plans.

use aurora_ocsf::{Path, Primitive, Step};

use super::op::{Constant, Op, Source};
use super::paths::Paths;
use super::when::Condition;
use super::{Kind, Mapping, Row, Tables, Target};
use crate::table::plan::Skeleton;
use crate::table::tsv;

/// Where a row may put the source's own id of an event.
const IDENTITY: &str = "metadata.uid";

struct Text {
    line: usize,
    columns: [&'static str; 5],
}

pub(super) fn mapping(tables: Tables) -> Result<Mapping, String> {
    let rows = tsv::rows("mapping.tsv", tables.mapping)?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(line, columns)| Text { line, columns })
        .collect();
    let mut paths = Paths::new();
    let mut kinds: Vec<Kind> = Vec::new();
    for (line, columns) in tsv::rows("kinds.tsv", tables.kinds)? {
        let kind = kind(columns, &rows, &mut paths);
        kinds.push(kind.map_err(|error| format!("kinds.tsv:{line}: {error}"))?);
    }
    let known = |name: &str| name == "*" || kinds.iter().any(|kind| kind.name == name);
    for Text { line, columns } in &rows {
        if let Some(name) = columns[0].split(',').find(|name| !known(name)) {
            return Err(format!("mapping.tsv:{line}: no kind `{name}`"));
        }
    }
    Ok(Mapping { paths, kinds })
}

fn kind(
    [name, when, class, profiles]: [&'static str; 4],
    rows: &[Text],
    paths: &mut Paths,
) -> Result<Kind, String> {
    let class = class.parse().ok().and_then(aurora_ocsf::class);
    let mut skeleton = Skeleton::new(class.ok_or("no such class")?);
    let profiles: Vec<_> = profiles.split(',').filter(|name| *name != "-").collect();
    let known = |name: &&str| aurora_ocsf::profile(name).ok_or(format!("no profile `{name}`"));
    let on = profiles.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let time = skeleton.slot("time").expect("every class has it");
    let mut compiled = Vec::new();
    for Text { line, columns } in rows {
        if columns[0] != "*" && !columns[0].split(',').any(|kind| kind == name) {
            continue;
        }
        let row = row(columns, name, &mut skeleton, paths);
        compiled.extend(row.map_err(|error| format!("mapping.tsv:{line}: {error}"))?);
    }
    for (path, json) in [
        (
            "metadata.version",
            format!("{:?}", aurora_ocsf::SCHEMA_VERSION),
        ),
        ("metadata.profiles", serde_json::json!(profiles).to_string()),
    ] {
        if json != "[]" {
            compiled.push(Row {
                when: Vec::new(),
                target: target(&mut skeleton, path)?.expect("every class has it"),
                op: Op::Const(Constant::new(json)),
                sources: Vec::new(),
            });
        }
    }
    Ok(Kind {
        name: name.to_owned(),
        when: Condition::parse_all(when, paths),
        layout: skeleton.finish(&on),
        time,
        rows: compiled,
    })
}

/// `None` for a row of every kind whose path this kind's class does not have.
fn row(
    [kinds, when, path, op, sources]: &[&'static str; 5],
    kind: &str,
    skeleton: &mut Skeleton,
    paths: &mut Paths,
) -> Result<Option<Row>, String> {
    let target = match *path {
        "-" => Some(Target::Nowhere),
        IDENTITY => Some(Target::Identity),
        path => target(skeleton, path)?,
    };
    let target = match target {
        Some(target) => target,
        None if *kinds == "*" => return Ok(None),
        None => return Err(format!("the class has no `{path}`")),
    };
    let mut op = Op::parse(op, kind).ok_or_else(|| format!("no transform `{op}`"))?;
    if let Target::Slot { path, .. } = &target {
        let parsed = Path::parse(path).map_err(|error| error.to_string())?;
        let attribute = skeleton.attribute(&parsed).expect("it has a place");
        let indexed = matches!(parsed.steps().last(), Some(Step::Index(_)));
        let primitive = attribute.data_type.map(|data_type| data_type.primitive);
        let list = attribute.is_array && !indexed;
        op.fit(primitive, list, attribute.enumeration)
            .ok_or_else(|| format!("`{path}` is no place for what the transform makes"))?;
    }
    let sources: Vec<_> = sources
        .split(',')
        .filter(|source| *source != "-")
        .map(|source| Source::parse(source, paths))
        .collect();
    if sources.len() != op.sources().unwrap_or(sources.len()) {
        return Err("the transform wants another number of fields".to_owned());
    }
    Ok(Some(Row {
        when: Condition::parse_all(when, paths),
        target,
        op,
        sources,
    }))
}

fn target(skeleton: &mut Skeleton, path: &str) -> Result<Option<Target>, String> {
    let parsed = Path::parse(path).map_err(|error| error.to_string())?;
    if parsed.steps().contains(&Step::Each) {
        return Err(format!("`{path}` names every element"));
    }
    let Some(slot) = skeleton.slot(path) else {
        return Ok(None);
    };
    let aside = path
        .strip_suffix(".ip")
        .and_then(|parent| skeleton.slot(&format!("{parent}.hostname")));
    Ok(Some(Target::Slot {
        path: path.to_owned(),
        slot,
        aside,
    }))
}

impl Op {
    /// Whether a constant is a number decides the attribute; everything else must fit it as it is.
    fn fit(
        &mut self,
        wanted: Option<Primitive>,
        list: bool,
        enumeration: Option<&'static aurora_ocsf::Enumeration>,
    ) -> Option<()> {
        match self {
            Self::Const(constant) => {
                let text = constant.json.starts_with(['"', '[']);
                if wanted == Some(Primitive::String) && !text {
                    *constant = Constant::new(format!("{:?}", constant.json));
                }
            }
            Self::Int(members) => *members = enumeration,
            _ => {}
        }
        let fits = match self.makes() {
            None => true,
            Some(_) if list => false,
            Some(made) => wanted == Some(made) || wanted == Some(Primitive::Json),
        };
        fits.then_some(())
    }
}
