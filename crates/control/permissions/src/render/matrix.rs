use std::fmt::Write as _;

use crate::{Needs, Permission, Resource, Role, Who};

/// Role × resource × action, for people. `●` has it, `◐` has it and something more is needed.
pub fn matrix() -> String {
    matrix_of(mark)
}

/// What the table says of a role.
pub fn mark(permission: Permission, role: Role) -> &'static str {
    let row = permission.row();
    match (row.who.includes(role), row.needs) {
        (false, _) => "",
        (true, Needs::NOTHING) => "●",
        (true, _) => "◐",
    }
}

/// The same page with other marks, such as those that a site was seen to give.
pub fn matrix_of(mark: impl Fn(Permission, Role) -> &'static str) -> String {
    let mut out = String::from(
        "<!-- Written by `cargo xtask codegen` from crates/control/permissions/src/table.rs. Do not edit. -->\n\
# Who may do what\n\n\
`●` may · `◐` may, when what stands under *needs* is met · empty: may not. Whoever is signed in may do what is marked in all \
columns, whatever their roles. [permissions.md](permissions.md) explains roles, step-up, second persons and broken glass.\n",
    );
    for resource in Resource::ALL {
        let permissions: Vec<_> = Permission::all()
            .filter(|permission| permission.resource() == *resource)
            .collect();
        if permissions.is_empty() {
            continue;
        }
        write!(out, "\n## {resource}\n\n| action |").expect("a String takes all");
        for role in Role::ALL {
            write!(out, " {} |", role.as_str().replace('_', " ")).expect("a String takes all");
        }
        out.push_str(" needs | allows to |\n| --- |");
        out.push_str(&" :-: |".repeat(Role::ALL.len()));
        out.push_str(" --- | --- |\n");
        for permission in permissions {
            line(&mut out, permission, &mark);
        }
    }
    out
}

fn line(
    out: &mut String,
    permission: Permission,
    mark: &impl Fn(Permission, Role) -> &'static str,
) {
    let row = permission.row();
    write!(out, "| {} |", row.action).expect("a String takes all");
    for role in Role::ALL {
        write!(out, " {} |", mark(permission, role)).expect("a String takes all");
    }
    let who = match row.who {
        Who::Anyone => " (of oneself)",
        Who::Roles(_) => "",
    };
    writeln!(out, " {} | {}{who} |", row.needs, row.allows).expect("a String takes all");
}
