use std::path::Path;

/// `UPDATE=1` writes the file anew.
#[test]
fn the_checked_in_document_is_what_the_routes_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/openapi.json");
    let made = aurora_api::openapi();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is old: run `cargo xtask codegen`"
    );
}
