//! Classes and objects, and what they have in common.

use super::{Attribute, Profile, ProfileSet};
use crate::hash;

/// An event class.
#[derive(Debug)]
pub struct Class {
    /// `class_uid`, with the extension's part: 1007, 201001.
    pub uid: u32,
    /// `process_activity`.
    pub name: &'static str,
    /// `Process Activity`, which is also `class_name`.
    pub caption: &'static str,
    /// `system`.
    pub category: &'static str,
    /// `category_uid`, 0 for the base event.
    pub category_uid: u32,
    /// `System Activity`, which is also `category_name`.
    pub category_caption: &'static str,
    /// `win` or `linux`.
    pub extension: Option<&'static str>,
    pub deprecated: bool,
    /// Profiles that an event of this class may name in `metadata.profiles`.
    pub profiles: &'static [Profile],
    pub shape: Shape,
}

/// An object type.
#[derive(Debug)]
pub struct Object {
    /// `process`; an extension's object has its prefix: `win/reg_key`.
    pub name: &'static str,
    pub caption: &'static str,
    pub extension: Option<&'static str>,
    pub deprecated: bool,
    pub shape: Shape,
}

/// Attributes and what the schema asks of them together.
#[derive(Debug)]
pub struct Shape {
    /// In the order of their names.
    pub attributes: &'static [&'static Attribute],
    /// The lookup table that [`hash::find`] reads.
    pub(crate) slots: &'static [u8],
    /// Bit n: attribute n is required whatever the profiles.
    pub(crate) required: u128,
    /// The same for attributes that a profile brings in.
    pub(crate) required_by_profile: &'static [(Profile, u128)],
    pub constraints: &'static [Constraint],
}

/// A rule on several attributes of one class or object.
#[derive(Debug)]
pub struct Constraint {
    pub kind: ConstraintKind,
    /// Names of attributes; a dotted one reaches into an object.
    pub paths: &'static [&'static str],
    /// Bit n: attribute n is among `paths`. 0 when a path is dotted, which a mask cannot say.
    pub(crate) mask: u128,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    AtLeastOne,
    JustOne,
}

impl ConstraintKind {
    /// As the schema spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AtLeastOne => "at_least_one",
            Self::JustOne => "just_one",
        }
    }
}

impl Class {
    /// The attribute of this name at the event's top level.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.shape.attribute(name)
    }
}

impl Object {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.shape.attribute(name)
    }
}

impl Shape {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.position(name)
            .map(|position| self.attributes[usize::from(position)])
    }

    /// The attributes that must be there under these profiles, as bits of their positions.
    pub(crate) fn required_mask(&self, profiles: ProfileSet) -> u128 {
        let extra = self
            .required_by_profile
            .iter()
            .filter(|(profile, _)| profiles.has(*profile));
        extra.fold(self.required, |mask, (_, more)| mask | more)
    }

    /// The attributes that must be there under these profiles.
    pub(crate) fn required_attributes(
        &self,
        profiles: ProfileSet,
    ) -> impl Iterator<Item = &'static Attribute> + use<> {
        self.attributes_of(self.required_mask(profiles))
    }

    /// The attributes whose bits are set, in the order of their names.
    pub(crate) fn attributes_of(
        &self,
        mut mask: u128,
    ) -> impl Iterator<Item = &'static Attribute> + use<> {
        let attributes = self.attributes;
        std::iter::from_fn(move || {
            let position = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
            mask &= mask - 1;
            Some(attributes[position])
        })
    }

    /// Where in `attributes` the attribute of this name stands.
    pub(crate) fn position(&self, name: &str) -> Option<u8> {
        hash::find(self.slots, name, |position| {
            self.attributes[usize::from(position)].name == name
        })
    }
}
