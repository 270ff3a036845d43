//! Lists inside JSON documents of any size, an element at a time.

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Gives every element of the document's list to `each`: of the document itself when it is one, or
/// of what stands under `key`. A single object without the key is its own only element.
///
/// # Errors
/// The text of what is wrong with the document.
pub(super) fn elements(
    input: &mut dyn BufRead,
    key: &str,
    each: &mut dyn FnMut(Value),
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_reader(input);
    Elements { key, each }.deserialize(&mut reader)?;
    reader.end()
}

struct Elements<'e> {
    key: &'e str,
    each: &'e mut dyn FnMut(Value),
}

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, or an object with `{}`", self.key)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<Value>()? {
            (self.each)(element);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = serde_json::Map::new();
        let mut listed = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.key {
                listed = true;
                map.next_value_seed(Elements {
                    key: "",
                    each: &mut *self.each,
                })?;
            } else if listed {
                map.next_value::<IgnoredAny>()?;
            } else {
                rest.insert(name, map.next_value()?);
            }
        }
        if !listed {
            (self.each)(Value::Object(rest));
        }
        Ok(())
    }
}
