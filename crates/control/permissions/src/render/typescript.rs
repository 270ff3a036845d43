use std::fmt::Write as _;

use crate::{Permission, Role};

/// The console's types.
pub fn typescript() -> String {
    let mut out = String::from(
        "// Written by `cargo xtask codegen` from crates/control/permissions/src/table.rs. Do not edit.\n\n",
    );
    let roles = Role::ALL.map(Role::as_str);
    list(&mut out, "roles", "Role", roles.iter().copied());
    out.push('\n');
    let permissions: Vec<_> = Permission::all().map(|p| p.to_string()).collect();
    list(
        &mut out,
        "permissions",
        "Permission",
        permissions.iter().map(String::as_str),
    );
    out
}

fn list<'a>(out: &mut String, name: &str, kind: &str, words: impl Iterator<Item = &'a str>) {
    writeln!(out, "export const {name} = [").expect("a String takes all");
    for word in words {
        writeln!(out, "  '{word}',").expect("a String takes all");
    }
    writeln!(
        out,
        "] as const;\n\nexport type {kind} = (typeof {name})[number];"
    )
    .expect("a String takes all");
}
