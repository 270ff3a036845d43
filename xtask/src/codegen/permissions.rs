//! What is made of the table of permissions.

use aurora_permissions::render;

use super::file::GeneratedFile;

pub fn generate() -> Vec<GeneratedFile> {
    [
        ("docs/permissions-matrix.md", render::matrix()),
        ("content/policies/aurorasoc.cedarschema", render::schema()),
        ("content/policies/aurorasoc.cedar", render::policies()),
        ("console/src/api/permissions.ts", render::typescript()),
    ]
    .map(|(path, text)| GeneratedFile {
        path: path.to_owned(),
        text,
    })
    .into()
}
