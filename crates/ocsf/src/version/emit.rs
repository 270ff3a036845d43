//! An event of the stored version as one of another: what the other has no place for moves to `unmapped`.
//!
//! The other version's own validator says what does not fit; each problem is mended where it stands, until none is
//! left. A round never adds an attribute that the next would take away, so the rounds come to an end; should they not,
//! the event falls back to the base event, in which everything fits.

use serde_json::{Map, Value, json};

use super::Version;
use crate::schema::{Attribute, Class, Members, Primitive, Requirement, Shape};
use crate::{Path, Problem, ProblemCode, Step, class};

/// More rounds than any event needs: one for each level of an event, and then some.
const ROUNDS: usize = 12;

/// The event as one of `version`, valid when the stored one is.
///
/// - Attributes that the version does not have, or has as another type, move to `unmapped` under their path.
/// - A number that its enumeration lacks becomes 99 (Other) with the caption kept beside it, or moves too.
/// - An event of a class that it does not have becomes a base event.
/// - A required enumeration that the stored version does not ask for becomes 0 (Unknown).
pub fn emit(version: Version, event: &Value) -> Value {
    let mut event = event.clone();
    if !event.is_object() || version == Version::V1_3 {
        return event;
    }
    let stored = uid(&event).and_then(class);
    event["metadata"]["version"] = version.text().into();
    for _ in 0..ROUNDS {
        let problems = version.validate(&event);
        let errors: Vec<Problem> = problems.into_iter().filter(|p| p.code.is_error()).collect();
        if errors.is_empty() {
            return event;
        }
        let mut mending = Mending {
            version,
            stored,
            event: &mut event,
        };
        // From the end, so that an element that goes does not move those before it.
        for problem in errors.iter().rev() {
            mending.mend(problem);
        }
    }
    as_base_event(version, &mut event);
    event
}

fn uid(event: &Value) -> Option<u32> {
    let uid = event.get("class_uid")?.as_u64()?;
    u32::try_from(uid).ok()
}

struct Mending<'e> {
    version: Version,
    /// The class of the stored version.
    stored: Option<&'static Class>,
    event: &'e mut Value,
}

impl Mending<'_> {
    fn mend(&mut self, problem: &Problem) {
        let Ok(path) = Path::parse(&problem.path) else {
            // A problem of the event itself.
            return as_base_event(self.version, self.event);
        };
        match problem.code {
            ProblemCode::Class => as_base_event(self.version, self.event),
            ProblemCode::TypeUid => self.set_type(),
            ProblemCode::Enumeration => self.other(&path),
            ProblemCode::Type => self.retype(&path),
            ProblemCode::Required => self.fill(&path),
            ProblemCode::Constraint => self.move_away(&path),
            _ => self.move_away(&path),
        }
    }

    fn set_type(&mut self) {
        let number = |name: &str| self.event.get(name).and_then(Value::as_i64);
        let class = number("class_uid").unwrap_or(0);
        let activity = number("activity_id").unwrap_or(0);
        self.event["type_uid"] = (class * 100 + activity).into();
        let event = &mut *self.event;
        let names = [text(event, "class_name"), text(event, "activity_name")];
        if let (true, [Some(class), Some(activity)]) = (event.get("type_name").is_some(), names) {
            event["type_name"] = format!("{class}: {activity}").into();
        }
    }

    /// 99 where the enumeration has it, with what it said in the attribute for texts.
    fn other(&mut self, path: &Path) {
        let attribute = attribute(self.version, self.event, path);
        let has_other = attribute
            .and_then(|attribute| attribute.enumeration)
            .is_some_and(|members| members.caption(99).is_some());
        let (Some(attribute), true) = (attribute, has_other) else {
            return self.move_away(path);
        };
        let caption = self.caption(path);
        let steps = path.steps();
        let Some(owner) = at(self.event, &steps[..steps.len() - 1]) else {
            return;
        };
        if let Some(map) = owner.as_object_mut() {
            map.insert(attribute.name.to_owned(), 99.into());
            if let (Some(sibling), Some(caption)) = (attribute.sibling, caption) {
                map.entry(sibling).or_insert(caption.into());
            }
        }
        if path.to_string() == "activity_id" {
            self.set_type();
        }
    }

    /// What the stored version calls the number at `path`.
    fn caption(&mut self, path: &Path) -> Option<&'static str> {
        let stored = crate::resolve(self.stored?, path)?.enumeration?;
        let value = at(self.event, path.steps())?.as_i64()?;
        stored.caption(value)
    }

    /// One value as a list of one, and back; a number as its text, and back.
    fn retype(&mut self, path: &Path) {
        let Some(attribute) = attribute(self.version, self.event, path) else {
            return self.move_away(path);
        };
        let ends_in_index = matches!(path.steps().last(), Some(Step::Index(_)));
        let Some(value) = at(self.event, path.steps()) else {
            return;
        };
        let mended = match value.take() {
            Value::Array(mut values) if !attribute.is_array && values.len() == 1 => {
                values.remove(0)
            }
            other if attribute.is_array && !ends_in_index && !other.is_array() => json!([other]),
            other => {
                *value = retyped(&other, attribute).unwrap_or(other);
                if fits(value, attribute) {
                    return;
                }
                return self.move_away(path);
            }
        };
        *value = mended;
    }

    /// A required attribute that is missing: unknown where it may be, else its owner cannot stand.
    fn fill(&mut self, path: &Path) {
        let filler = attribute(self.version, self.event, path).and_then(filler);
        let Some(value) = filler else {
            let steps = path.steps();
            return match steps.len() {
                0 | 1 => as_base_event(self.version, self.event),
                more => self.move_steps(&steps[..more - 1]),
            };
        };
        let steps = path.steps();
        let owner = at(self.event, &steps[..steps.len() - 1]).and_then(Value::as_object_mut);
        if let (Some(owner), Some(Step::Key(name))) = (owner, steps.last()) {
            owner.insert(name.to_string(), value);
        }
    }

    fn move_away(&mut self, path: &Path) {
        self.move_steps(path.steps());
    }

    fn move_steps(&mut self, steps: &[Step]) {
        let Some((last, owner)) = steps.split_last() else {
            return;
        };
        let owner = match at(self.event, owner) {
            Some(owner) => owner,
            None => return,
        };
        let moved = match (last, owner) {
            (Step::Key(key), Value::Object(map)) => map.shift_remove(&**key),
            (Step::Index(index), Value::Array(values)) if *index < values.len() => {
                Some(values.remove(*index))
            }
            _ => None,
        };
        if let Some(value) = moved {
            keep(self.event, &named(steps), value);
        }
    }
}

/// Puts what has no place under `unmapped`, beside what stands there.
fn keep(event: &mut Value, name: &str, value: Value) {
    if value.is_null() {
        return;
    }
    let unmapped = &mut event["unmapped"];
    if !unmapped.is_object() {
        let old = unmapped.take();
        *unmapped = Value::Object(Map::new());
        if !old.is_null() {
            unmapped["unmapped"] = old;
        }
    }
    if let Some(map) = unmapped.as_object_mut() {
        let mut free = name.to_owned();
        while map.contains_key(&free) {
            free.push('_');
        }
        map.insert(free, value);
    }
}

/// `file.hashes[1].value`
fn named(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                name.push_str(if name.is_empty() { "" } else { "." });
                name.push_str(key);
            }
            Step::Index(index) => name.push_str(&format!("[{index}]")),
            Step::Each => name.push_str("[]"),
        }
    }
    name
}

fn at<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(&**key),
        Step::Index(index) => value.get_mut(*index),
        Step::Each => None,
    })
}

fn attribute(version: Version, event: &Value, path: &Path) -> Option<&'static Attribute> {
    crate::resolve(version.class(uid(event)?)?, path)
}

fn text(event: &Value, name: &str) -> Option<String> {
    event.get(name)?.as_str().map(str::to_owned)
}

/// Another class's event as a base event: what the base event has stays, the rest is unmapped.
fn as_base_event(version: Version, event: &mut Value) {
    let Some(base) = version.class(0) else { return };
    let class = text(event, "class_name");
    let Some(map) = event.as_object_mut() else {
        return;
    };
    let (kept, moved): (Vec<_>, Vec<_>) = std::mem::take(map)
        .into_iter()
        .partition(|(name, _)| base.attribute(name).is_some());
    map.extend(kept);
    let activity = map.get("activity_id").and_then(Value::as_i64);
    let number = if activity == Some(0) { 0 } else { 99 };
    for (name, value) in [
        ("class_uid", json!(0)),
        ("class_name", json!(base.caption)),
        ("category_uid", json!(0)),
        ("category_name", json!(base.category_caption)),
        ("activity_id", json!(number)),
        ("type_uid", json!(number)),
        ("type_name", json!(format!("{}: Other", base.caption))),
    ] {
        if base.attribute(name).is_some() {
            map.insert(name.to_owned(), value);
        }
    }
    for (name, value) in moved {
        keep(event, &name, value);
    }
    if let Some(class) = class.filter(|name| name != base.caption) {
        keep(event, "class_name", class.into());
    }
}

fn retyped(value: &Value, attribute: &Attribute) -> Option<Value> {
    match (attribute.data_type?.primitive, value) {
        (Primitive::String, Value::Number(number)) => Some(number.to_string().into()),
        (Primitive::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        (Primitive::Float, Value::String(text)) => text.parse::<f64>().ok().map(Value::from),
        _ => None,
    }
}

/// Whether one value, or one of an array, is of the attribute's type.
fn fits(value: &Value, attribute: &Attribute) -> bool {
    match attribute.data_type.map(|data_type| data_type.primitive) {
        None => value.is_object(),
        Some(Primitive::String) => value.is_string(),
        Some(Primitive::Integer) => value.is_i64() || value.is_u64(),
        Some(Primitive::Float) => value.is_number(),
        Some(Primitive::Boolean) => value.is_boolean(),
        Some(Primitive::Json) => true,
    }
}

/// What stands for a required value that is not known: 0, an object of such, a list of none.
fn filler(attribute: &'static Attribute) -> Option<Value> {
    if attribute.is_array {
        return Some(json!([]));
    }
    if let Some(object) = attribute.object {
        return unknown(&object.shape);
    }
    match attribute.enumeration?.members {
        Members::Integers(_) => attribute.enumeration?.caption(0).map(|_| json!(0)),
        Members::Texts(_) => None,
    }
}

fn unknown(shape: &Shape) -> Option<Value> {
    let required = shape.attributes.iter().filter(|attribute| {
        attribute.requirement == Requirement::Required && attribute.profile.is_none()
    });
    let members = required
        .map(|attribute| Some((attribute.name.to_owned(), filler(attribute)?)))
        .collect::<Option<Map<String, Value>>>()?;
    shape.constraints.is_empty().then(|| Value::Object(members))
}
