//! The table OCSF path → ECS field as a static table. The source says in words how a value changes; `transforms.rs`
//! holds the one list that turns these words into a variant of the ocsf crate's `Transform`.

mod transforms;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::file::GeneratedFile;

const HEADER: &[&str] = &[
    "scope",
    "class_uid_checked",
    "ocsf_path",
    "ecs_field",
    "ecs_type",
    "ecs_status",
    "value_transform",
    "note",
];

/// Reads the table and writes `crates/ocsf/src/generated/ecs.rs`, one row a line in the table's order.
pub fn generate(input: &Path) -> anyhow::Result<Vec<GeneratedFile>> {
    let text = std::fs::read_to_string(input).context("cannot read the table")?;
    let body = table(&text)?;
    let source = "the table OCSF 1.3 path → ECS field";
    Ok(vec![GeneratedFile::rust(
        "crates/ocsf/src/generated/ecs.rs",
        source,
        &body,
    )])
}

fn table(text: &str) -> anyhow::Result<String> {
    let mut lines = text.lines();
    let header: Vec<_> = lines
        .next()
        .context("the table is empty")?
        .split('\t')
        .collect();
    if header != HEADER {
        bail!("the table's columns are {header:?}, not {HEADER:?}");
    }
    let rows = lines
        .enumerate()
        .map(|(index, line)| row(line).with_context(|| format!("in line {}", index + 2)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut out = String::from("use crate::ecs::{Row, Scope::*, Transform::*};\n\n");
    writeln!(out, "pub(crate) static ROWS: [Row; {}] = [", rows.len())?;
    for row in rows {
        writeln!(out, "{row}")?;
    }
    out.push_str("];\n");
    Ok(out)
}

fn row(line: &str) -> anyhow::Result<String> {
    let cells: Vec<_> = line.split('\t').collect();
    let [scope, class, ocsf, ecs, _, _, transform, note] = cells.as_slice() else {
        bail!("{} columns, not {}", cells.len(), HEADER.len());
    };
    let scope = transforms::scope(scope, class)?;
    let transform = transforms::transform(ecs, transform, note)?;
    Ok(format!(
        "Row {{ scope: {scope}, ocsf: {ocsf:?}, ecs: {ecs:?}, transform: {transform} }},"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_source() {
        let made = row("device\t1007\tdevice.ip\thost.ip\tip\tecs\tto array\t")
            .map_err(|error| error.to_string());
        let wanted = r#"Row { scope: Any, ocsf: "device.ip", ecs: "host.ip", transform: List },"#;
        assert_eq!(made.as_deref(), Ok(wanted));
    }

    #[test]
    fn unknown_words_are_an_error() {
        let made = row("device\t1007\tdevice.ip\thost.ip\tip\tecs\tsing it\t")
            .map_err(|error| error.to_string());
        assert_eq!(made, Err("no transform for the words `sing it`".to_owned()));
    }
}
