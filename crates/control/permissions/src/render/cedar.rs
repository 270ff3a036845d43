//! The table in Cedar's words.
//!
//! A permission is an action; what has something in common is a group of actions: `has:analyst` for
//! what a role has, `needs:…` for what an action needs. A role permits its group, a need forbids its
//! group unless it is met. What is done to is the collection of one kind of thing in one tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::{CustomRole, Needs, Permission, Resource, Role, Who};

/// Where our words stand.
pub const NAMESPACE: &str = "AuroraSOC";

/// Within one's own site and tenants.
const AT_HOME: &str =
    "resource in principal.site && (principal.everywhere || resource in principal.tenants)";

/// `DeadLetter` for `dead_letter`: the type of what is acted on.
pub fn entity_type(resource: Resource) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let name: String = resource.as_str().split('_').map(capital).collect();
    match resource {
        // A role is also what a principal is in.
        Resource::Role => "Roles".to_owned(),
        // These are what principals and scopes are made of.
        Resource::Person => "People".to_owned(),
        Resource::Site => "SiteItself".to_owned(),
        _ => name,
    }
}

/// A need as a policy: the group of actions that have it, and when it is met.
struct Need {
    group: String,
    met: String,
}

fn needs(needs: Needs) -> Vec<Need> {
    let mut all = Vec::new();
    let suffix = match (needs.host_alone, needs.always) {
        (false, false) => "",
        (true, false) => ":host_alone",
        (false, true) => ":always",
        (true, true) => ":host_alone:always",
    };
    let waived = if needs.always {
        ""
    } else {
        " || context.broken_glass"
    };
    if needs.at_the_host {
        all.push(Need {
            group: "needs:host".to_owned(),
            met: "context.local".to_owned(),
        });
    }
    if let Some(seconds) = needs.within_seconds {
        all.push(Need {
            group: format!("needs:age:{seconds}"),
            met: format!("context.age <= {seconds}"),
        });
    }
    if needs.step_up {
        let suffix = if needs.always { ":always" } else { "" };
        all.push(Need {
            group: format!("needs:step_up{suffix}"),
            met: format!("context.local || context.stepped_up{waived}"),
        });
    }
    if needs.approvers > 0 {
        let people = needs.approvers;
        let host = if needs.host_alone {
            "context.local || "
        } else {
            ""
        };
        all.push(Need {
            group: format!("needs:approvers:{people}{suffix}"),
            met: format!("{host}context.approvers >= {people}{waived}"),
        });
    }
    all
}

/// The groups of actions that a permission is in.
pub fn groups(permission: Permission) -> Vec<String> {
    let row = permission.row();
    let mut groups: Vec<String> = match row.who {
        Who::Anyone => vec!["has:anyone".to_owned()],
        Who::Roles(_) => {
            let roles = Role::ALL.into_iter().filter(|role| role.has(permission));
            roles.map(|role| format!("has:{role}")).collect()
        }
    };
    groups.extend(needs(row.needs).into_iter().map(|need| need.group));
    groups
}

fn all_needs() -> BTreeMap<String, String> {
    let all = Permission::all().flat_map(|permission| needs(permission.needs()));
    all.map(|need| (need.group, need.met)).collect()
}

/// Cedar's schema.
pub fn schema() -> String {
    let mut out = String::from(
        "// Written by `cargo xtask codegen` from crates/control/permissions/src/table.rs. Do not edit.\n\n",
    );
    let facts = "{\n  permission: String,\n  age: Long,\n  local: Bool,\n  stepped_up: Bool,\n  approvers: Long,\n  broken_glass: Bool,\n}";
    let who = "{\n  site: Site,\n  everywhere: Bool,\n  tenants: Set<Tenant>,\n  narrowed: Bool,\n  only: Set<String>,\n}";
    write!(out, "namespace {NAMESPACE} {{\ntype Facts = {facts};\nentity Site;\nentity Tenant in [Site];\nentity Role;\n").expect("a String takes all");
    writeln!(
        out,
        "entity Person, Service, LocalOperator in [Role] = {who};"
    )
    .expect("a String takes all");
    for resource in Resource::ALL {
        writeln!(out, "entity {} in [Tenant];", entity_type(*resource))
            .expect("a String takes all");
    }
    let mut named: BTreeSet<String> = all_needs().into_keys().collect();
    named.insert("has:anyone".to_owned());
    named.extend(Role::ALL.map(|role| format!("has:{role}")));
    for group in named {
        writeln!(out, "action \"{group}\";").expect("a String takes all");
    }
    for permission in Permission::all() {
        let groups: Vec<_> = groups(permission)
            .into_iter()
            .map(|group| format!("\"{group}\""))
            .collect();
        writeln!(
            out,
            "action \"{permission}\" in [{}] appliesTo {{ principal: [Person, Service, LocalOperator], resource: [{}], context: Facts }};",
            groups.join(", "),
            entity_type(permission.resource())
        )
        .expect("a String takes all");
    }
    out.push_str("}\n");
    out
}

/// Cedar's policies of the built-in roles and of all needs, each named by its `@id`.
pub fn policies() -> String {
    let mut out = String::from(
        "// Written by `cargo xtask codegen` from crates/control/permissions/src/table.rs. Do not edit.\n",
    );
    for role in Role::ALL {
        permit(
            &mut out,
            &format!("role:{role}"),
            &format!("principal in {NAMESPACE}::Role::\"{role}\""),
            &format!("action in {NAMESPACE}::Action::\"has:{role}\""),
        );
    }
    permit(
        &mut out,
        "anyone",
        "principal",
        &format!("action in {NAMESPACE}::Action::\"has:anyone\""),
    );
    out.push_str("\n@id(\"narrowed\")\nforbid (principal, action, resource)\nwhen { principal.narrowed && !principal.only.contains(context.permission) };\n");
    for (group, met) in all_needs() {
        write!(out, "\n@id(\"{group}\")\nforbid (principal, action in {NAMESPACE}::Action::\"{group}\", resource)\nunless {{ {met} }};\n").expect("a String takes all");
    }
    out
}

/// The policy of a role that an administrator made; none for a role that has nothing.
pub fn custom_policy(role: &CustomRole) -> Option<String> {
    if role.permissions.is_empty() {
        return None;
    }
    let actions: Vec<_> = role
        .permissions
        .iter()
        .map(|permission| format!("{NAMESPACE}::Action::\"{permission}\""))
        .collect();
    let mut out = String::new();
    permit(
        &mut out,
        &format!("role:{}", role.name),
        &format!("principal in {NAMESPACE}::Role::\"{}\"", role.name),
        &format!("action in [{}]", actions.join(", ")),
    );
    Some(out)
}

fn permit(out: &mut String, id: &str, principal: &str, action: &str) {
    write!(
        out,
        "\n@id(\"{id}\")\npermit ({principal}, {action}, resource)\nwhen {{ {AT_HOME} }};\n"
    )
    .expect("a String takes all");
}
