//! The table OCSF path → ECS field, from `content/ecs/fields.tsv` to a static table. The words of its columns are the
//! names of the ocsf crate's variants in lower case, so that a word nobody knows does not compile.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::file::GeneratedFile;

const HEADER: &[&str] = &["scope", "ocsf", "ecs", "type", "status", "transform"];

/// Reads the table and writes `crates/ocsf/src/generated/ecs.rs`, one row a line in the table's order.
pub fn generate(input: &Path) -> anyhow::Result<Vec<GeneratedFile>> {
    let text = std::fs::read_to_string(input).context("cannot read the table")?;
    Ok(vec![GeneratedFile::rust(
        "crates/ocsf/src/generated/ecs.rs",
        "`content/ecs/fields.tsv`",
        &table(&text)?,
    )])
}

fn table(text: &str) -> anyhow::Result<String> {
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.starts_with('#'));
    let (_, header) = lines.next().context("the table is empty")?;
    if header.split('\t').ne(HEADER.iter().copied()) {
        bail!("the table's columns are `{header}`, not {HEADER:?}");
    }
    let rows = lines
        .map(|(number, line)| row(line).with_context(|| format!("in line {number}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut out = String::from("use crate::ecs::{Kind, Row, Scope, Transform};\n\n");
    writeln!(out, "pub(crate) static ROWS: [Row; {}] = [", rows.len())?;
    for row in rows {
        writeln!(out, "{row}")?;
    }
    out.push_str("];\n");
    Ok(out)
}

fn row(line: &str) -> anyhow::Result<String> {
    let cells: Vec<_> = line.split('\t').collect();
    let [scope, ocsf, ecs, kind, status, transform] = cells.as_slice() else {
        bail!("{} columns, not {}", cells.len(), HEADER.len());
    };
    let scope = match scope.parse::<u32>() {
        Ok(uid) => format!("Class({uid})"),
        Err(_) => variant(scope),
    };
    let transform = match transform.split_once(' ') {
        Some((name, argument)) => format!("{}({argument:?})", variant(name)),
        None => variant(transform),
    };
    let standard = match *status {
        "ecs" => true,
        "custom" => false,
        other => bail!("`{other}` is neither `ecs` nor `custom`"),
    };
    let kind = variant(kind);
    Ok(format!(
        "Row {{ scope: Scope::{scope}, ocsf: {ocsf:?}, ecs: {ecs:?}, kind: Kind::{kind}, standard: {standard}, transform: Transform::{transform} }},"
    ))
}

/// `also_to` as `AlsoTo`.
fn variant(word: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    word.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_source() {
        let made = row("1001\tdevice.name\thost.name\tkeyword\tecs\tfallback device.hostname")
            .map_err(|error| error.to_string());
        let wanted = r#"Row { scope: Scope::Class(1001), ocsf: "device.name", ecs: "host.name", kind: Kind::Keyword, standard: true, transform: Transform::Fallback("device.hostname") },"#;
        assert_eq!(made.as_deref(), Ok(wanted));
    }

    #[test]
    fn a_status_is_one_of_two() {
        let made = row("any\tdevice.ip\thost.ip\tip\tperhaps\tlist").map_err(|e| e.to_string());
        assert_eq!(
            made,
            Err("`perhaps` is neither `ecs` nor `custom`".to_owned())
        );
    }
}
