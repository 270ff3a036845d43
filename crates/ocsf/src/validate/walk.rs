//! The walk over an event, object by object.

use std::fmt;
use std::ops::ControlFlow::{self, Continue};

use serde_json::{Map, Value};

use super::problem::ProblemCode;
use super::{format, trail::Trail};
use crate::schema::{
    Attribute, Class, Constraint, ConstraintKind, DataType, Enumeration, Members, Object,
    Primitive, ProfileSet, Shape,
};

/// Deeper events are refused, so that a hostile one cannot exhaust the stack. It is the depth to which `serde_json`
/// parses, and far beyond any real event.
const MAX_DEPTH: usize = 128;

/// Takes problems as the walk finds them, and says whether to go on.
pub(super) trait Sink {
    /// Whether warnings are wanted; finding some of them costs time.
    const WARNINGS: bool;

    fn put(
        &mut self,
        code: ProblemCode,
        at: &Trail<'_>,
        detail: fmt::Arguments<'_>,
    ) -> ControlFlow<()>;
}

pub(super) fn event(
    classes: &'static [Class],
    event: &Value,
    sink: &mut impl Sink,
) -> ControlFlow<()> {
    let class_uid = event.get("class_uid").unwrap_or(&Value::Null);
    let Some((class, map)) = class_of(classes, class_uid).zip(event.as_object()) else {
        return sink.put(
            ProblemCode::Class,
            &Trail::ROOT.key("class_uid"),
            format_args!("{class_uid}"),
        );
    };
    let mut walk = Walk {
        profiles: ProfileSet::of_event(event),
        sink,
    };
    walk.object(map, &class.shape, &Trail::ROOT)?;
    walk.type_uid(map, class)
}

/// A number with a fraction of zero also names a class, so that its wrong type is reported at its own place.
fn class_of(classes: &'static [Class], class_uid: &Value) -> Option<&'static Class> {
    let uid = class_uid.as_i64().or_else(|| {
        let uid = class_uid.as_f64()?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "only whole numbers of class size pass"
        )]
        (uid.fract() == 0.0 && uid.abs() < 1e9).then_some(uid as i64)
    })?;
    let uid = u32::try_from(uid).ok()?;
    let index = classes.binary_search_by_key(&uid, |class| class.uid).ok()?;
    Some(&classes[index])
}

struct Walk<'s, S> {
    profiles: ProfileSet,
    sink: &'s mut S,
}

impl<S: Sink> Walk<'_, S> {
    fn object(
        &mut self,
        map: &Map<String, Value>,
        shape: &Shape,
        at: &Trail<'_>,
    ) -> ControlFlow<()> {
        let mut seen = 0_u128;
        for (key, value) in map {
            let Some(position) = shape.position(key) else {
                self.sink.put(
                    ProblemCode::Unknown,
                    &at.key(key),
                    format_args!("no such attribute"),
                )?;
                continue;
            };
            seen |= 1 << position;
            let attribute = shape.attributes[usize::from(position)];
            self.attribute(value, attribute, &at.key(key))?;
        }
        self.required(shape, seen, at)?;
        for constraint in shape.constraints {
            self.constraint(constraint, map, seen, at)?;
        }
        Continue(())
    }

    fn attribute(
        &mut self,
        value: &Value,
        attribute: &Attribute,
        at: &Trail<'_>,
    ) -> ControlFlow<()> {
        if value.is_null() {
            return self.warn(ProblemCode::Null, at, format_args!("leave it out instead"));
        }
        if attribute.deprecated {
            self.warn(
                ProblemCode::Deprecated,
                at,
                format_args!("deprecated in the schema"),
            )?;
        }
        if !attribute.is_array {
            return self.value(value, attribute, at);
        }
        let Some(values) = value.as_array() else {
            return self.wrong_type("array", value, at);
        };
        for (index, value) in values.iter().enumerate() {
            self.value(value, attribute, &at.index(index))?;
        }
        Continue(())
    }

    fn value(&mut self, value: &Value, attribute: &Attribute, at: &Trail<'_>) -> ControlFlow<()> {
        match attribute.data_type {
            Some(data_type) => self.scalar(value, attribute, data_type, at),
            None => self.nested(value, attribute.object, at),
        }
    }

    fn nested(
        &mut self,
        value: &Value,
        object: Option<&'static Object>,
        at: &Trail<'_>,
    ) -> ControlFlow<()> {
        let Some(map) = value.as_object() else {
            return self.wrong_type("object", value, at);
        };
        let Some(object) = object else {
            return Continue(());
        };
        if at.depth > MAX_DEPTH {
            let detail = format_args!("nested deeper than {MAX_DEPTH} levels");
            return self.sink.put(ProblemCode::Type, at, detail);
        }
        self.object(map, &object.shape, at)
    }

    fn scalar(
        &mut self,
        value: &Value,
        attribute: &Attribute,
        data_type: &DataType,
        at: &Trail<'_>,
    ) -> ControlFlow<()> {
        let fits = match data_type.primitive {
            Primitive::String => value.is_string(),
            Primitive::Integer => value.is_i64() || value.is_u64(),
            Primitive::Boolean => value.is_boolean(),
            Primitive::Float => value.is_number(),
            Primitive::Json => true,
        };
        if !fits {
            return self.wrong_type(data_type.name, value, at);
        }
        if let Some(enumeration) = attribute.enumeration
            && !is_member(value, enumeration)
        {
            self.sink.put(
                ProblemCode::Enumeration,
                at,
                format_args!("{value} is no member"),
            )?;
        }
        if S::WARNINGS
            && let Some(text) = value.as_str()
            && !format::fits(data_type, text)
        {
            self.sink.put(
                ProblemCode::Format,
                at,
                format_args!("not the form of {}", data_type.name),
            )?;
        }
        Continue(())
    }

    fn required(&mut self, shape: &Shape, seen: u128, at: &Trail<'_>) -> ControlFlow<()> {
        let missing = shape.required_mask(self.profiles) & !seen;
        for attribute in shape.attributes_of(missing) {
            let detail = format_args!("required {} is missing", attribute.type_name());
            self.sink
                .put(ProblemCode::Required, &at.key(attribute.name), detail)?;
        }
        Continue(())
    }

    fn constraint(
        &mut self,
        constraint: &Constraint,
        map: &Map<String, Value>,
        seen: u128,
        at: &Trail<'_>,
    ) -> ControlFlow<()> {
        let present = match constraint.mask {
            0 => count(constraint.paths.iter().filter(|path| reaches(map, path))),
            mask => (seen & mask).count_ones(),
        };
        let holds = match constraint.kind {
            ConstraintKind::AtLeastOne => present >= 1,
            ConstraintKind::JustOne => present == 1,
        };
        if holds {
            return Continue(());
        }
        let detail = format_args!("{} of {:?}", constraint.kind.name(), constraint.paths);
        self.sink.put(ProblemCode::Constraint, at, detail)
    }

    fn type_uid(&mut self, map: &Map<String, Value>, class: &Class) -> ControlFlow<()> {
        let integer = |name| map.get(name).and_then(Value::as_i64);
        let Some((activity, found)) = integer("activity_id").zip(integer("type_uid")) else {
            return Continue(());
        };
        let wanted = i128::from(class.uid) * 100 + i128::from(activity);
        if i128::from(found) == wanted {
            return Continue(());
        }
        let detail = format_args!("{wanted} wanted, got {found}");
        self.sink
            .put(ProblemCode::TypeUid, &Trail::ROOT.key("type_uid"), detail)
    }

    fn wrong_type(&mut self, wanted: &str, value: &Value, at: &Trail<'_>) -> ControlFlow<()> {
        let detail = format_args!("{wanted} wanted, got {}", json_type(value));
        self.sink.put(ProblemCode::Type, at, detail)
    }

    fn warn(
        &mut self,
        code: ProblemCode,
        at: &Trail<'_>,
        detail: fmt::Arguments<'_>,
    ) -> ControlFlow<()> {
        if S::WARNINGS {
            self.sink.put(code, at, detail)
        } else {
            Continue(())
        }
    }
}

fn is_member(value: &Value, enumeration: &Enumeration) -> bool {
    match enumeration.members {
        Members::Integers(_) => value
            .as_i64()
            .is_some_and(|value| enumeration.caption(value).is_some()),
        Members::Texts(_) => value
            .as_str()
            .is_some_and(|value| enumeration.has_text(value)),
    }
}

/// Whether a dotted name leads to something.
fn reaches(map: &Map<String, Value>, path: &str) -> bool {
    let mut steps = path.split('.');
    let first = steps.next().and_then(|name| map.get(name));
    steps
        .fold(first, |value, name| value.and_then(|value| value.get(name)))
        .is_some()
}

fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
