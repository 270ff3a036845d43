//! The versions in which events are emitted beside the one in which they are stored.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::file::GeneratedFile;
use super::schema::Schema;
use super::tables::Tables;
use super::{emit, read, source};

/// Versions, and the modules of their tables.
const VERSIONS: &[(&str, &str)] = &[("1.1.0", "v1_1"), ("1.5.0", "v1_5")];

/// Reads the exports beside `input` and writes `crates/ocsf/src/generated/v*/` and the profiles that the stored
/// version lacks.
pub fn generate(input: &Path) -> anyhow::Result<Vec<GeneratedFile>> {
    let export = |version: &str| read(&input.with_file_name(format!("schema-{version}.json")));
    let mut profiles = Tables::build(&export("1.3.0")?)?.profiles;
    let stored = profiles.len();
    let mut files = Vec::new();
    let mut sources = Vec::new();
    for (version, module) in VERSIONS {
        let schema = export(version)?;
        let mut tables = Tables::build(&schema)?;
        for name in tables.profiles.keys() {
            let next = profiles.len();
            profiles.entry(name.clone()).or_insert(next);
        }
        tables.profiles.clone_from(&profiles);
        sources.push(source(&schema));
        files.extend(of_version(module, &schema, &tables)?);
    }
    files.push(GeneratedFile::rust(
        "crates/ocsf/src/generated/profiles_of_versions.rs",
        &sources.join(" and "),
        &more(&profiles, stored),
    ));
    Ok(files)
}

fn of_version(
    module: &str,
    schema: &Schema,
    tables: &Tables,
) -> anyhow::Result<Vec<GeneratedFile>> {
    let source = source(schema);
    let file = |name: &str, body: String| {
        let path = format!("crates/ocsf/src/generated/{module}/{name}.rs");
        GeneratedFile::rust(&path, &source, &body)
    };
    let modules = ["attributes", "classes", "enums", "objects", "types"]
        .map(|name| format!("pub(crate) mod {name};\n"));
    Ok(vec![
        file("mod", modules.concat()),
        file("types", emit::types(schema)?),
        file("enums", emit::enums(tables)),
        file("attributes", emit::attributes(tables)?),
        file("objects", emit::objects(schema, tables)?),
        file("classes", emit::classes(schema, tables)?),
    ])
}

/// The profiles from number `stored` on.
fn more(profiles: &BTreeMap<String, usize>, stored: usize) -> String {
    let mut names: Vec<_> = profiles.iter().filter(|(_, at)| **at >= stored).collect();
    names.sort_by_key(|(_, at)| **at);
    let names: Vec<&String> = names.into_iter().map(|(name, _)| name).collect();
    let count = names.len();
    format!("pub(crate) static MORE: [&str; {count}] = {names:?};\n")
}
