//! The OCSF schema's facts as static tables: names, types, requirements, enumerations, profiles, constraints.
//!
//! Descriptions stay out: they are prose, they are long, and no code decides on them.

mod emit;
#[path = "../../../../crates/ocsf/src/hash.rs"]
#[allow(dead_code, reason = "only the ocsf crate looks names up")]
mod hash;
mod schema;
mod tables;
mod versions;

use std::path::Path;

use anyhow::Context as _;

use super::file::GeneratedFile;
pub use versions::generate as generate_versions;

/// Reads the exported schema and writes `crates/ocsf/src/generated/{enums,attributes,classes,objects,types}.rs`.
pub fn generate(input: &Path) -> anyhow::Result<Vec<GeneratedFile>> {
    let schema = read(input)?;
    let source = source(&schema);
    let tables = tables::Tables::build(&schema)?;
    let file = |name: &str, body: String| {
        GeneratedFile::rust(
            &format!("crates/ocsf/src/generated/{name}.rs"),
            &source,
            &body,
        )
    };
    Ok(vec![
        file("types", emit::types(&schema)?),
        file("profiles", emit::profiles(&tables)),
        file("enums", emit::enums(&tables)),
        file("attributes", emit::attributes(&tables)?),
        file("objects", emit::objects(&schema, &tables)?),
        file("classes", emit::classes(&schema, &tables)?),
    ])
}

fn read(input: &Path) -> anyhow::Result<schema::Schema> {
    let text = std::fs::read_to_string(input)
        .with_context(|| format!("cannot read the schema `{}`", input.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("cannot parse the schema `{}`", input.display()))
}

fn source(schema: &schema::Schema) -> String {
    let version = &schema.version;
    format!("the OCSF {version} schema export (Apache-2.0), facts only")
}
