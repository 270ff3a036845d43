//! Where each crate of the workspace stands: the one list. The first line that fits a crate's folder holds.

use std::fmt;

/// A height. A crate may depend on its own layer and on those below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// No domain: clock, disk, ids, configuration.
    Base,
    /// Vocabulary and messages.
    Model,
    /// Traits of what is kept and carried.
    Port,
    /// Parts of a plane without input or output.
    Pure,
    /// One implementation of a port.
    Adapter,
    /// What runs.
    Service,
    /// Sees every implementation and hands it to who needs it.
    Node,
    Bin,
    /// Outside the order: tests of whole sites, and the project's chores.
    Beside,
}

/// An area of work. A plane sees of another only its ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    Bus,
    State,
    Ingest,
    Detection,
    Edge,
    Observability,
    Federation,
    Console,
    Control,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub layer: Layer,
    /// `None` below the planes and above them.
    pub plane: Option<Plane>,
}

/// Folder and room. A `*` stands for any text within one folder's name.
const ROOMS: &[(&str, Room)] = &[
    ("crates/base/*", none(Layer::Base)),
    ("crates/model", none(Layer::Model)),
    ("crates/ocsf", none(Layer::Model)),
    ("crates/bus/bus", of(Plane::Bus, Layer::Port)),
    ("crates/bus/bus-*", of(Plane::Bus, Layer::Adapter)),
    ("crates/state/artifacts", of(Plane::State, Layer::Port)),
    ("crates/state/backup", of(Plane::State, Layer::Service)),
    ("crates/state/ephemeral", of(Plane::State, Layer::Port)),
    ("crates/state/events", of(Plane::State, Layer::Port)),
    ("crates/state/hunt", of(Plane::State, Layer::Port)),
    ("crates/state/records", of(Plane::State, Layer::Port)),
    ("crates/state/*-*", of(Plane::State, Layer::Adapter)),
    ("crates/state/store", of(Plane::State, Layer::Service)),
    ("crates/ingest/dedupe", of(Plane::Ingest, Layer::Pure)),
    ("crates/ingest/demo", of(Plane::Ingest, Layer::Pure)),
    ("crates/ingest/formats", of(Plane::Ingest, Layer::Pure)),
    ("crates/ingest/parsers", of(Plane::Ingest, Layer::Pure)),
    ("crates/ingest/push", of(Plane::Ingest, Layer::Pure)),
    ("crates/ingest/follow", of(Plane::Ingest, Layer::Service)),
    ("crates/ingest/listeners", of(Plane::Ingest, Layer::Service)),
    ("crates/ingest/normalise", of(Plane::Ingest, Layer::Service)),
    (
        "crates/detection/correlation",
        of(Plane::Detection, Layer::Pure),
    ),
    (
        "crates/detection/engineering",
        of(Plane::Detection, Layer::Pure),
    ),
    (
        "crates/detection/incidents",
        of(Plane::Detection, Layer::Service),
    ),
    (
        "crates/detection/indicators",
        of(Plane::Detection, Layer::Pure),
    ),
    (
        "crates/detection/notify",
        of(Plane::Detection, Layer::Service),
    ),
    ("crates/detection/plan", of(Plane::Detection, Layer::Pure)),
    ("crates/detection/rules", of(Plane::Detection, Layer::Pure)),
    (
        "crates/detection/shipped",
        of(Plane::Detection, Layer::Pure),
    ),
    ("crates/detection/sigma", of(Plane::Detection, Layer::Pure)),
    (
        "crates/detection/detect",
        of(Plane::Detection, Layer::Service),
    ),
    (
        "crates/detection/window-state",
        of(Plane::Detection, Layer::Port),
    ),
    (
        "crates/detection/window-state-*",
        of(Plane::Detection, Layer::Adapter),
    ),
    ("crates/edge/collector", of(Plane::Edge, Layer::Service)),
    (
        "crates/observability/audit",
        of(Plane::Observability, Layer::Pure),
    ),
    (
        "crates/observability/audit-sequencer",
        of(Plane::Observability, Layer::Service),
    ),
    (
        "crates/observability/audit-witness",
        of(Plane::Observability, Layer::Service),
    ),
    (
        "crates/observability/freshness",
        of(Plane::Observability, Layer::Service),
    ),
    (
        "crates/observability/ledger",
        of(Plane::Observability, Layer::Service),
    ),
    (
        "crates/observability/otlp",
        of(Plane::Observability, Layer::Service),
    ),
    (
        "crates/federation/carrier",
        of(Plane::Federation, Layer::Port),
    ),
    ("crates/federation/core", of(Plane::Federation, Layer::Pure)),
    (
        "crates/federation/service",
        of(Plane::Federation, Layer::Service),
    ),
    ("crates/federation/*", of(Plane::Federation, Layer::Adapter)),
    ("crates/control/approvals", of(Plane::Control, Layer::Port)),
    ("crates/control/people", of(Plane::Control, Layer::Port)),
    (
        "crates/control/people-*",
        of(Plane::Control, Layer::Adapter),
    ),
    (
        "crates/control/permissions",
        of(Plane::Control, Layer::Port),
    ),
    (
        "crates/control/permissions-*",
        of(Plane::Control, Layer::Adapter),
    ),
    ("crates/console/messages", of(Plane::Console, Layer::Pure)),
    ("crates/console/api", of(Plane::Console, Layer::Service)),
    ("crates/console/client", of(Plane::Console, Layer::Service)),
    ("crates/control/site-ca", of(Plane::Control, Layer::Service)),
    ("crates/node", none(Layer::Node)),
    ("bin/*", none(Layer::Bin)),
    ("crates/hostile", none(Layer::Beside)),
    ("crates/sandbox", none(Layer::Beside)),
    ("xtask", none(Layer::Beside)),
];

const fn none(layer: Layer) -> Room {
    Room { layer, plane: None }
}

const fn of(plane: Plane, layer: Layer) -> Room {
    Room {
        layer,
        plane: Some(plane),
    }
}

/// The room of the crate in this folder, relative to the repository's root.
pub fn room_of(folder: &str) -> Option<Room> {
    ROOMS
        .iter()
        .find(|(pattern, _)| fits(pattern, folder))
        .map(|(_, room)| *room)
}

fn fits(pattern: &str, folder: &str) -> bool {
    let (patterns, names) = (pattern.split('/'), folder.split('/'));
    patterns.clone().count() == names.clone().count()
        && patterns.zip(names).all(|(p, name)| fits_name(p, name))
}

/// `bus-*` fits `bus-local`: the parts between the stars follow one another.
fn fits_name(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    (0..=name.len()).any(|at| name.is_char_boundary(at) && fits_name(rest, &name[at..]))
}

impl Layer {
    /// Pure parts and adapters stand at one height: neither needs the other.
    pub fn height(self) -> Option<u8> {
        Some(match self {
            Self::Base => 0,
            Self::Model => 1,
            Self::Port => 2,
            Self::Pure | Self::Adapter => 3,
            Self::Service => 4,
            Self::Node => 5,
            Self::Bin => 6,
            Self::Beside => return None,
        })
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = format!("{:?}", self.layer).to_lowercase();
        match self.plane {
            Some(plane) => write!(f, "{} {layer}", format!("{plane:?}").to_lowercase()),
            None => f.write_str(&layer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_finds_its_room() {
        assert_eq!(room_of("crates/base/clock"), Some(none(Layer::Base)));
        assert_eq!(room_of("crates/bus/bus"), Some(of(Plane::Bus, Layer::Port)));
        assert_eq!(
            room_of("crates/bus/bus-nats"),
            Some(of(Plane::Bus, Layer::Adapter))
        );
        assert_eq!(
            room_of("crates/state/events"),
            Some(of(Plane::State, Layer::Port))
        );
        assert_eq!(
            room_of("crates/state/events-memory"),
            Some(of(Plane::State, Layer::Adapter))
        );
        assert_eq!(room_of("crates/state/vectors"), None);
        assert_eq!(room_of("crates/base"), None);
        assert_eq!(room_of("crates/base/log/inner"), None);
    }
}
