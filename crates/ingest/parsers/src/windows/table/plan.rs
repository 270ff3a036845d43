//! What happens to the fields of one kind of event: places, rules and defaults.

use std::collections::HashMap;

use aurora_ocsf::{Class, Constraint, ConstraintKind, Enumeration, Path, Shape, Step};
use serde_json::Value;

use super::super::transform::Transform;

/// One kind of event.
pub(in crate::windows) struct Plan {
    pub class: &'static Class,
    pub activity: i64,
    /// `host`, when the class has its device from that profile.
    pub profile: Option<&'static str>,
    pub slots: usize,
    pub root: Object,
    pub rules: HashMap<String, Vec<Rule>>,
    /// By the rows of `system.tsv`.
    pub system: Vec<Option<Rule>>,
    pub defaults: Vec<(usize, Default)>,
    pub known: Known,
}

/// The places that the code itself fills.
pub(in crate::windows) struct Known {
    pub time: usize,
    pub severity: usize,
    pub status: Option<usize>,
    pub version: usize,
    pub original_time: usize,
    pub product_name: usize,
    pub product_vendor: usize,
    pub os_name: Option<usize>,
    pub os_type: Option<usize>,
}

/// One row of `fields.tsv` for one kind of event.
#[derive(Clone)]
pub(in crate::windows) struct Rule {
    pub transform: Transform,
    pub slot: usize,
    /// The sibling that the transform fills too: `name`, `domain`, `vendor_name`.
    pub aside: Option<usize>,
    /// For `image`: the name of the process that the file belongs to.
    pub owner_name: Option<usize>,
    /// The field stays under `unmapped` in any case.
    pub keep: bool,
    pub enumeration: Option<&'static Enumeration>,
}

pub(in crate::windows) enum Default {
    Value(Value),
    /// The computer's name, as the transform `host` puts it; the slot of `name` stands here.
    Computer {
        name: Option<usize>,
    },
}

/// An object of the event, or the event itself.
#[derive(Default)]
pub(in crate::windows) struct Object {
    pub children: Vec<(String, Child)>,
    /// What OCSF asks of the object beyond what `complete` fills in.
    pub checks: Vec<Check>,
}

pub(in crate::windows) enum Child {
    Slot(usize),
    Object(Object),
    /// An array with this one element.
    Array(Box<Child>),
}

pub(in crate::windows) enum Check {
    Required(&'static str),
    AtLeastOne(&'static [&'static str]),
    JustOne(&'static [&'static str]),
}

impl Object {
    fn of(shape: &Shape) -> Self {
        let zero = |members: &Enumeration| members.caption(0).is_some();
        let required = shape.attributes.iter().filter(|attribute| {
            let filled = attribute.enumeration.is_some_and(zero) && !attribute.is_array;
            attribute.is_required() && attribute.profile.is_none() && !filled
        });
        let mut checks: Vec<_> = required
            .map(|attribute| Check::Required(attribute.name))
            .collect();
        checks.extend(shape.constraints.iter().map(Check::of));
        Self {
            children: Vec::new(),
            checks,
        }
    }
}

impl Check {
    fn of(constraint: &Constraint) -> Self {
        match constraint.kind {
            ConstraintKind::AtLeastOne => Self::AtLeastOne(constraint.paths),
            ConstraintKind::JustOne => Self::JustOne(constraint.paths),
        }
    }
}

/// Grows a plan's tree of places.
pub(super) struct Skeleton {
    class: &'static Class,
    pub root: Object,
    pub slots: usize,
}

/// What `complete`, or the code that follows the plan, puts at the top of every event.
const ALWAYS: [&str; 6] = [
    "class_uid",
    "category_uid",
    "type_uid",
    "activity_id",
    "time",
    "severity_id",
];

impl Skeleton {
    pub(super) fn new(class: &'static Class) -> Self {
        let mut root = Object::of(&class.shape);
        root.checks
            .retain(|check| !matches!(check, Check::Required(name) if ALWAYS.contains(name)));
        root.checks
            .retain(|check| !matches!(check, Check::Required("metadata")));
        Self {
            class,
            root,
            slots: 0,
        }
    }

    /// Whether events of the class have this path.
    pub(super) fn has(&self, path: &Path) -> bool {
        aurora_ocsf::resolve(self.class, path).is_some()
    }

    pub(super) fn enumeration(&self, path: &Path) -> Option<&'static Enumeration> {
        aurora_ocsf::resolve(self.class, path)?.enumeration
    }

    /// The place at a path, made when it is new. `None` when the class has no such path.
    pub(super) fn slot(&mut self, path: &str) -> Option<usize> {
        let path = Path::parse(path).ok().filter(|path| self.has(path))?;
        Some(place(
            &mut self.root,
            &self.class.shape,
            path.steps(),
            &mut self.slots,
        ))
    }
}

fn place(object: &mut Object, shape: &'static Shape, steps: &[Step], slots: &mut usize) -> usize {
    let Some((Step::Key(key), rest)) = steps.split_first() else {
        unreachable!("paths of the tables begin with names")
    };
    let attribute = shape.attribute(key);
    let indexed = matches!(rest.first(), Some(Step::Index(_)));
    let rest = if indexed { &rest[1..] } else { rest };
    let at = object
        .children
        .iter()
        .position(|(name, _)| **name == **key)
        .unwrap_or_else(|| {
            let inner = attribute.and_then(|attribute| attribute.object);
            let fresh = match (rest.is_empty(), inner) {
                (true, _) => {
                    *slots += 1;
                    Child::Slot(*slots - 1)
                }
                (false, Some(inner)) => Child::Object(Object::of(&inner.shape)),
                (false, None) => Child::Object(Object::default()),
            };
            let child = if indexed {
                Child::Array(Box::new(fresh))
            } else {
                fresh
            };
            object.children.push((key.to_string(), child));
            object.children.len() - 1
        });
    let mut child = &mut object.children[at].1;
    while let Child::Array(inner) = child {
        child = inner;
    }
    match child {
        Child::Object(inner) if !rest.is_empty() => {
            match attribute.and_then(|attribute| attribute.object) {
                Some(object) => place(inner, &object.shape, rest, slots),
                None => free_form(inner, rest, slots),
            }
        }
        Child::Slot(slot) if rest.is_empty() => *slot,
        _ => unreachable!(
            "the compiler of the tables refuses a path that is both a value and an object"
        ),
    }
}

/// Below `json_t` any names may stand.
fn free_form(object: &mut Object, steps: &[Step], slots: &mut usize) -> usize {
    let name: Vec<_> = steps
        .iter()
        .map(|step| {
            if let Step::Key(key) = step {
                &**key
            } else {
                ""
            }
        })
        .collect();
    let name = name.join(".");
    for (key, child) in &object.children {
        if let (true, Child::Slot(slot)) = (*key == name, child) {
            return *slot;
        }
    }
    object.children.push((name, Child::Slot(*slots)));
    *slots += 1;
    *slots - 1
}
