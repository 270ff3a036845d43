//! Attributes and their types.

use super::{Enumeration, Object, Profile};

/// An attribute as one class or object has it: the same name may differ in requirement or enumeration elsewhere.
#[derive(Debug)]
pub struct Attribute {
    pub name: &'static str,
    /// `None` for objects.
    pub data_type: Option<&'static DataType>,
    pub is_array: bool,
    /// The object's type. `None` for scalars and for the free-form object, such as `unmapped`.
    pub object: Option<&'static Object>,
    pub requirement: Requirement,
    /// The profile that brings this attribute in.
    pub profile: Option<Profile>,
    pub enumeration: Option<&'static Enumeration>,
    /// The attribute that holds this enumeration's caption: `severity` for `severity_id`.
    pub sibling: Option<&'static str>,
    pub deprecated: bool,
}

/// How much the schema wants an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    Required,
    Recommended,
    Optional,
}

/// A scalar type.
#[derive(Debug, PartialEq, Eq)]
pub struct DataType {
    /// `ip_t`.
    pub name: &'static str,
    /// What it is in JSON.
    pub primitive: Primitive,
    /// The pattern that the schema gives. Values that do not fit are a warning, not an error.
    pub regex: Option<&'static str>,
    /// In characters.
    pub max_len: Option<usize>,
    /// Smallest and largest value.
    pub range: Option<(i64, i64)>,
}

/// The JSON form of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Primitive {
    Boolean,
    Float,
    Integer,
    /// Anything.
    Json,
    String,
}

impl Attribute {
    /// `ip_t`, or `object_t` for every object.
    pub fn type_name(&self) -> &'static str {
        self.data_type
            .map_or("object_t", |data_type| data_type.name)
    }

    /// Whether anything may stand below this attribute: free-form objects and `json_t`.
    pub fn is_free_form(&self) -> bool {
        match self.data_type {
            None => self.object.is_none(),
            Some(data_type) => data_type.primitive == Primitive::Json,
        }
    }

    pub fn is_required(&self) -> bool {
        self.requirement == Requirement::Required
    }
}
