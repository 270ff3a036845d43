//! The schema's facts: classes, objects, attributes, enumerations, types, profiles. All of it is `'static` data.

mod attribute;
mod enumeration;
mod profile;
mod shape;

pub use attribute::{Attribute, DataType, Primitive, Requirement};
pub use enumeration::{Enumeration, Members};
pub(crate) use profile::ProfileSet;
pub use profile::{Profile, profile};
pub use shape::{Class, Constraint, ConstraintKind, Object, Shape};

use crate::generated::{classes::CLASSES, objects::OBJECTS};

/// Every event class of OCSF 1.3 with the `win` and `linux` extensions, in the order of `uid`.
pub fn classes() -> &'static [Class] {
    &CLASSES
}

/// Every object, in the order of its name.
pub fn objects() -> &'static [Object] {
    &OBJECTS
}

/// The class with this `class_uid`.
pub fn class(uid: u32) -> Option<&'static Class> {
    CLASSES
        .binary_search_by_key(&uid, |class| class.uid)
        .ok()
        .map(|index| &CLASSES[index])
}

/// The class with this name, for example `process_activity`. An extension's class has no prefix:
/// `registry_key_activity`.
pub fn class_by_name(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name)
}

/// The object with this name, for example `process`. An extension's object has its prefix: `win/reg_key`.
pub fn object(name: &str) -> Option<&'static Object> {
    OBJECTS
        .binary_search_by_key(&name, |object| object.name)
        .ok()
        .map(|index| &OBJECTS[index])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_class_is_found_by_number_and_name() {
        for class in classes() {
            assert_eq!(super::class(class.uid).unwrap().name, class.name);
            assert_eq!(class_by_name(class.name).unwrap().uid, class.uid);
        }
        assert_eq!(classes().len(), 72);
        assert!(super::class(1000).is_none());
    }

    #[test]
    fn every_object_is_found_by_name() {
        for object in objects() {
            assert!(std::ptr::eq(super::object(object.name).unwrap(), object));
        }
        assert_eq!(objects().len(), 121);
        assert!(object("object_of_no_schema").is_none());
    }

    #[test]
    fn every_attribute_is_found_in_its_shape() {
        let shapes = classes().iter().map(|class| &class.shape);
        for shape in shapes.chain(objects().iter().map(|object| &object.shape)) {
            for attribute in shape.attributes {
                assert!(std::ptr::eq(
                    shape.attribute(attribute.name).unwrap(),
                    *attribute
                ));
            }
            assert!(shape.attribute("").is_none());
            assert!(shape.attribute("Name").is_none());
        }
    }
}
