//! The places of one kind of event, in the order in which they are written, and what OCSF asks of its objects.

use aurora_ocsf::{
    Attribute, Class, Constraint, ConstraintKind, Enumeration, Path, Profile, Shape, Step,
};

/// One kind of event. What can be known of it before a record comes (its class, that every path exists, which
/// enumerations must be filled in) is settled here, once.
pub(crate) struct Layout {
    pub class: &'static Class,
    pub root: Object,
    /// How many places there are.
    pub slots: usize,
    /// The place of `activity_id`.
    pub activity: usize,
    pub(super) class_name: Caption,
    pub(super) category_name: Caption,
    pub(super) type_name: Caption,
    /// The members of `type_uid`.
    pub(super) types: Option<&'static Enumeration>,
}

/// A text of the event that says what one of its numbers means.
pub(super) struct Caption {
    /// `"status":`
    pub key: Box<[u8]>,
    /// The child that would stand there.
    pub own: u64,
}

/// An object of the event, or the event itself.
#[derive(Default)]
pub(crate) struct Object {
    pub children: Vec<Member>,
    /// What OCSF asks of the object beyond what is filled in.
    pub checks: Vec<Check>,
    pub(super) needs: Vec<Need>,
    pub(super) fills: Vec<Fill>,
    /// Of `metadata`, to which each event's own id is added: the child that would say when the event was taken.
    pub(super) sealed: Option<u64>,
    shape: Option<&'static Shape>,
}

pub(crate) struct Member {
    pub name: String,
    pub child: Child,
    /// `"name":`
    pub(super) key: Box<[u8]>,
    /// At the top level: the attribute that holds the caption of this number, with the captions.
    pub(super) caption: Option<(Caption, &'static Enumeration)>,
}

pub(crate) enum Child {
    Slot(usize),
    Object(Object),
    /// An array with this one element.
    Array(Box<Child>),
}

#[derive(Clone, Copy)]
pub(crate) enum Check {
    Required(&'static str),
    AtLeastOne(&'static [&'static str]),
    JustOne(&'static [&'static str]),
}

/// A [`Check`] over the children's numbers.
#[derive(Clone, Copy)]
pub(super) enum Need {
    Any(u64),
    One(u64),
}

/// A required enumeration: 0 (Unknown) where nothing else stands.
pub(super) struct Fill {
    /// The child that would stand there.
    pub own: u64,
    /// `"type_id":`
    pub key: Box<[u8]>,
    pub caption: Option<(Caption, &'static str)>,
}

/// Every event has them; they are written by themselves.
const ALWAYS: [&str; 5] = ["class_uid", "category_uid", "type_uid", "time", "metadata"];

impl Object {
    fn of(shape: &'static Shape) -> Self {
        Self {
            shape: Some(shape),
            ..Self::default()
        }
    }

    fn child(&self, name: &str) -> Option<u64> {
        let at = self.children.iter().position(|child| child.name == name)?;
        assert!(at < 64, "an object has at most 64 places in a plan");
        Some(1 << at)
    }

    fn mask(&self, names: &[&str]) -> u64 {
        let bits = names.iter().filter_map(|name| self.child(name));
        bits.fold(0, |mask, bit| mask | bit)
    }

    /// Settles what does not change any more.
    fn finish(&mut self, profiles: &[Profile], top: bool) {
        for member in &mut self.children {
            let mut child = &mut member.child;
            while let Child::Array(inner) = child {
                child = inner;
            }
            if let Child::Object(object) = child {
                object.finish(profiles, false);
                let metadata = top && member.name == "metadata";
                object.sealed = metadata.then(|| object.mask(&["logged_time"]));
            }
        }
        let Some(shape) = self.shape else { return };
        let required = shape.attributes.iter().filter(|attribute| {
            let on = attribute
                .profile
                .is_none_or(|profile| profiles.contains(&profile));
            attribute.is_required() && on && !(top && ALWAYS.contains(&attribute.name))
        });
        let (filled, asked): (Vec<&'static Attribute>, Vec<_>) = required
            .copied()
            .partition(|attribute| is_filled(attribute));
        self.checks = asked
            .iter()
            .map(|attribute| Check::Required(attribute.name))
            .collect();
        self.checks.extend(shape.constraints.iter().map(Check::of));
        self.needs = self
            .checks
            .iter()
            .map(|check| match check {
                Check::Required(name) => Need::Any(self.mask(&[name])),
                Check::AtLeastOne(names) => Need::Any(self.mask(names)),
                Check::JustOne(names) => Need::One(self.mask(names)),
            })
            .collect();
        self.fills = filled
            .iter()
            .map(|attribute| Fill {
                own: self.mask(&[attribute.name]),
                key: key(attribute.name),
                caption: caption(shape, attribute).filter(|_| top).and_then(
                    |(sibling, members)| Some((self.caption(sibling), members.caption(0)?)),
                ),
            })
            .collect();
        if top {
            let captions = self.children.iter().map(|member| {
                let (sibling, members) = caption(shape, shape.attribute(&member.name)?)?;
                Some((self.caption(sibling), members))
            });
            let captions: Vec<_> = captions.collect();
            for (member, caption) in self.children.iter_mut().zip(captions) {
                member.caption = caption;
            }
        }
    }

    fn caption(&self, name: &str) -> Caption {
        Caption {
            key: key(name),
            own: self.mask(&[name]),
        }
    }
}

fn is_filled(attribute: &Attribute) -> bool {
    let zero = |members: &Enumeration| members.caption(0).is_some();
    attribute.enumeration.is_some_and(zero) && !attribute.is_array
}

fn caption(
    shape: &Shape,
    attribute: &'static Attribute,
) -> Option<(&'static str, &'static Enumeration)> {
    let sibling = attribute
        .sibling
        .filter(|name| shape.attribute(name).is_some());
    sibling.zip(attribute.enumeration)
}

/// `"name":`
fn key(name: &str) -> Box<[u8]> {
    let mut key = serde_json::to_vec(name).expect("a name is text");
    key.push(b':');
    key.into()
}

impl Check {
    fn of(constraint: &Constraint) -> Self {
        match constraint.kind {
            ConstraintKind::AtLeastOne => Self::AtLeastOne(constraint.paths),
            ConstraintKind::JustOne => Self::JustOne(constraint.paths),
        }
    }
}

/// Grows the tree of places of a [`Layout`].
pub(crate) struct Skeleton {
    class: &'static Class,
    root: Object,
    slots: usize,
    activity: usize,
}

impl Skeleton {
    pub(crate) fn new(class: &'static Class) -> Self {
        let mut new = Self {
            class,
            root: Object::of(&class.shape),
            slots: 0,
            activity: 0,
        };
        new.activity = new.slot("activity_id").expect("every class has it");
        new
    }

    pub(crate) fn attribute(&self, path: &Path) -> Option<&'static Attribute> {
        aurora_ocsf::resolve(self.class, path)
    }

    /// The place at a path, made when it is new. `None` when the class has no such path.
    pub(crate) fn slot(&mut self, path: &str) -> Option<usize> {
        let path = Path::parse(path).ok()?;
        self.attribute(&path)?;
        Some(place(
            &mut self.root,
            &self.class.shape,
            path.steps(),
            &mut self.slots,
        ))
    }

    pub(crate) fn finish(mut self, profiles: &[Profile]) -> Layout {
        self.root.finish(profiles, true);
        let types = self.class.attribute("type_uid");
        Layout {
            class: self.class,
            slots: self.slots,
            activity: self.activity,
            class_name: self.root.caption("class_name"),
            category_name: self.root.caption("category_name"),
            type_name: self.root.caption("type_name"),
            types: types.and_then(|attribute| attribute.enumeration),
            root: self.root,
        }
    }
}

fn place(object: &mut Object, shape: &'static Shape, steps: &[Step], slots: &mut usize) -> usize {
    let Some((Step::Key(name), rest)) = steps.split_first() else {
        unreachable!("paths of the tables begin with names")
    };
    let attribute = shape.attribute(name);
    let indexed = matches!(rest.first(), Some(Step::Index(_)));
    let rest = if indexed { &rest[1..] } else { rest };
    let at = object
        .children
        .iter()
        .position(|member| *member.name == **name)
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
            object.children.push(Member::new(name, child));
            object.children.len() - 1
        });
    let mut child = &mut object.children[at].child;
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

impl Member {
    fn new(name: &str, child: Child) -> Self {
        Self {
            name: name.to_owned(),
            child,
            key: key(name),
            caption: None,
        }
    }
}

/// Below `json_t` any names may stand.
fn free_form(object: &mut Object, steps: &[Step], slots: &mut usize) -> usize {
    let name: Vec<_> = steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => &**key,
            _ => "",
        })
        .collect();
    let name = name.join(".");
    for member in &object.children {
        if let (true, Child::Slot(slot)) = (member.name == name, &member.child) {
            return *slot;
        }
    }
    object
        .children
        .push(Member::new(&name, Child::Slot(*slots)));
    *slots += 1;
    *slots - 1
}
