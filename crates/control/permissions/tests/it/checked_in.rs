//! What is checked in is what the table says. `UPDATE=1` writes it anew.

use aurora_permissions::render;

fn check(path: &str, text: &str) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(format!("{root}/{path}"), text).unwrap();
    }
    let checked_in = std::fs::read_to_string(format!("{root}/{path}")).unwrap_or_default();
    assert!(
        checked_in == text,
        "`{path}` is stale: run `cargo xtask codegen permissions`"
    );
}

#[test]
fn the_generated_files_are_up_to_date() {
    check("docs/permissions-matrix.md", &render::matrix());
    check("content/policies/aurorasoc.cedarschema", &render::schema());
    check("content/policies/aurorasoc.cedar", &render::policies());
    check("console/src/api/permissions.ts", &render::typescript());
}
