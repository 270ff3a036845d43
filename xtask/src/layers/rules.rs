//! What may depend on what.

use std::collections::BTreeMap;

use super::drivers::DRIVERS;
use super::rooms::{Layer, Room, room_of};

/// A crate of the workspace.
pub struct Member {
    pub name: String,
    /// Relative to the repository's root.
    pub folder: String,
    pub has_shared_lints: bool,
    pub dependencies: Vec<Dependency>,
}

pub struct Dependency {
    pub name: String,
    /// A dev-dependency, or one that only the feature `testkit` brings in.
    pub for_tests: bool,
    pub in_workspace: bool,
}

/// Every breach, a line each, in the order of the crates.
pub fn check(members: &[Member]) -> Vec<String> {
    let rooms: BTreeMap<&str, Room> = members
        .iter()
        .filter_map(|member| Some((member.name.as_str(), room_of(&member.folder)?)))
        .collect();
    members
        .iter()
        .flat_map(|member| check_member(member, &rooms))
        .collect()
}

fn check_member(member: &Member, rooms: &BTreeMap<&str, Room>) -> Vec<String> {
    let Member { name, folder, .. } = member;
    let mut breaches = Vec::new();
    if !member.has_shared_lints {
        breaches.push(format!(
            "{name}: `{folder}/Cargo.toml` lacks `[lints] workspace = true`; add it"
        ));
    }
    match rooms.get(name.as_str()) {
        None => breaches.push(format!(
            "{name}: nothing says where `{folder}` stands; add a line with its layer and plane to `xtask/src/layers/rooms.rs`"
        )),
        Some(from) => {
            let edges = member.dependencies.iter().filter(|dependency| dependency.name != *name);
            let edges = edges.filter_map(|dependency| Some((dependency, rooms.get(dependency.name.as_str())?)));
            let found = edges.filter_map(|(dependency, to)| Some((dependency, to, breach(*from, *to, dependency)?)));
            breaches.extend(found.map(|(dependency, to, reason)| {
                format!("{name} ({from}) → {} ({to}): {reason}", dependency.name)
            }));
        }
    }
    breaches.extend(stray_drivers(member));
    breaches
}

/// What is wrong with this edge.
fn breach(from: Room, to: Room, dependency: &Dependency) -> Option<&'static str> {
    // A test may bring up a memory adapter or a whole site.
    if dependency.for_tests && matches!(to.layer, Layer::Adapter | Layer::Beside) {
        return None;
    }
    // What stands beside the order may use everything.
    let from_height = from.layer.height()?;
    let Some(to_height) = to.layer.height() else {
        return Some("only tests may use what stands beside the order");
    };
    if to_height > from_height {
        return Some("a dependency upward; turn it round or move the shared part down");
    }
    let sees_adapters = matches!(from.layer, Layer::Adapter | Layer::Node | Layer::Bin);
    if to.layer == Layer::Adapter && !sees_adapters {
        return Some("only the node picks adapters; depend on the port");
    }
    let other_plane = from
        .plane
        .zip(to.plane)
        .is_some_and(|(from, to)| from != to);
    // Golden tests go through both planes' pure parts; the product never does.
    let golden_test = dependency.for_tests && to.layer == Layer::Pure;
    if other_plane && to.layer != Layer::Port && !golden_test {
        return Some("a plane sees of another only its ports; meet on the bus or in the model");
    }
    None
}

fn stray_drivers(member: &Member) -> impl Iterator<Item = String> {
    let used = member
        .dependencies
        .iter()
        .filter(|dependency| !dependency.for_tests && !dependency.in_workspace);
    used.filter_map(|dependency| {
        let (driver, allowed) = DRIVERS.iter().find(|(driver, _)| *driver == dependency.name)?;
        if allowed.contains(&member.name.as_str()) {
            return None;
        }
        let where_to = match allowed {
            [] => "no crate yet".to_owned(),
            names => names.join(", "),
        };
        Some(format!(
            "{}: the driver `{driver}` belongs into {where_to}; a new adapter is named in `xtask/src/layers/drivers.rs`",
            member.name
        ))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// A workspace of these crates: name, folder, dependencies. A `dev:` marks one for tests.
    fn check(crates: &[(&str, &str, &[&str])], wanted: Expect) {
        let names: Vec<_> = crates.iter().map(|(name, ..)| *name).collect();
        let members: Vec<_> = crates
            .iter()
            .map(|(name, folder, dependencies)| Member {
                name: (*name).to_owned(),
                folder: (*folder).to_owned(),
                has_shared_lints: *folder != "crates/base/unlinted",
                dependencies: dependencies
                    .iter()
                    .map(|text| dependency(text, &names))
                    .collect(),
            })
            .collect();
        wanted.assert_eq(&super::check(&members).join("\n"));
    }

    fn dependency(text: &str, names: &[&str]) -> Dependency {
        let name = text.strip_prefix("dev:").unwrap_or(text);
        Dependency {
            name: name.to_owned(),
            for_tests: name != text,
            in_workspace: names.contains(&name),
        }
    }

    #[test]
    fn a_workspace_in_order() {
        check(
            &[
                ("clock", "crates/base/clock", &["serde"]),
                ("model", "crates/model", &["clock"]),
                (
                    "records",
                    "crates/state/records",
                    &["model", "dev:memory", "dev:records"],
                ),
                ("memory", "crates/state/records-memory", &["records"]),
                (
                    "aurora-records-sqlite",
                    "crates/state/records-sqlite",
                    &["records", "sqlx"],
                ),
                ("parsers", "crates/ingest/parsers", &["model"]),
                (
                    "normalise",
                    "crates/ingest/normalise",
                    &["parsers", "records", "dev:memory", "dev:sqlx"],
                ),
                (
                    "node",
                    "crates/node",
                    &["normalise", "aurora-records-sqlite", "dev:sandbox"],
                ),
                ("bin", "bin/aurorasoc", &["node"]),
                ("sandbox", "crates/sandbox", &["node", "memory"]),
                ("xtask", "xtask", &["clock"]),
            ],
            expect![""],
        );
    }

    #[test]
    fn upward() {
        check(
            &[
                ("clock", "crates/base/clock", &["model"]),
                ("model", "crates/model", &["dev:bus"]),
                ("bus", "crates/bus/bus", &["node"]),
                ("node", "crates/node", &[]),
            ],
            expect![[r#"
                clock (base) → model (model): a dependency upward; turn it round or move the shared part down
                model (model) → bus (bus port): a dependency upward; turn it round or move the shared part down
                bus (bus port) → node (node): a dependency upward; turn it round or move the shared part down"#]],
        );
    }

    #[test]
    fn plane_to_plane() {
        check(
            &[
                ("parsers", "crates/ingest/parsers", &[]),
                (
                    "detect",
                    "crates/detection/detect",
                    &["parsers", "dev:ledger"],
                ),
                ("ledger", "crates/observability/ledger", &["events"]),
                ("events", "crates/state/events", &[]),
            ],
            expect![[r#"
                detect (detection service) → parsers (ingest pure): a plane sees of another only its ports; meet on the bus or in the model
                detect (detection service) → ledger (observability service): a plane sees of another only its ports; meet on the bus or in the model"#]],
        );
    }

    #[test]
    fn an_adapter_outside_the_node() {
        check(
            &[
                ("memory", "crates/state/records-memory", &[]),
                ("engine", "crates/state/events-engine", &["memory"]),
                ("api", "crates/console/api", &["memory"]),
                ("store", "crates/state/store", &["memory"]),
                ("local", "crates/bus/bus-local", &["memory"]),
            ],
            expect![[r#"
                api (console service) → memory (state adapter): only the node picks adapters; depend on the port
                store (state service) → memory (state adapter): only the node picks adapters; depend on the port
                local (bus adapter) → memory (state adapter): a plane sees of another only its ports; meet on the bus or in the model"#]],
        );
    }

    #[test]
    fn beside() {
        check(
            &[
                ("sandbox", "crates/sandbox", &[]),
                ("node", "crates/node", &["sandbox"]),
            ],
            expect![
                "node (node) → sandbox (beside): only tests may use what stands beside the order"
            ],
        );
    }

    #[test]
    fn drivers() {
        check(
            &[
                ("node", "crates/node", &["sqlx", "rocksdb"]),
                ("aurora-parsers", "crates/ingest/parsers", &["vrl"]),
            ],
            expect![[r#"
                node: the driver `sqlx` belongs into aurora-records-postgres, aurora-records-sqlite; a new adapter is named in `xtask/src/layers/drivers.rs`
                node: the driver `rocksdb` belongs into aurora-window-state-rocksdb; a new adapter is named in `xtask/src/layers/drivers.rs`"#]],
        );
    }

    #[test]
    fn lints_and_unknown_rooms() {
        check(
            &[
                ("unlinted", "crates/base/unlinted", &[]),
                ("hal", "crates/robotics/hal", &["unlinted"]),
            ],
            expect![[r#"
                unlinted: `crates/base/unlinted/Cargo.toml` lacks `[lints] workspace = true`; add it
                hal: nothing says where `crates/robotics/hal` stands; add a line with its layer and plane to `xtask/src/layers/rooms.rs`"#]],
        );
    }
}
