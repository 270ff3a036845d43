//! Paths into an event: `process.file.hashes[0].value`, `answers[].rdata`, `unmapped."Key with.dots"`.

mod access;
mod parse;

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::schema::{Attribute, Class};

/// A parsed path. Parse once, use often.
///
/// `a.b` is a member of an object, `a[2]` an element of an array counted from 0, `a[]` every element. A member's name
/// that holds a dot, a bracket, a quote or nothing is quoted as a JSON string. Names on arrays reach into
/// every element, so `answers.rdata` reads what `answers[].rdata` reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// `a`
    Key(Box<str>),
    /// `[2]`
    Index(usize),
    /// `[]`
    Each,
}

impl Path {
    /// Reads a path; see the type for its grammar.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::steps(text).map(|steps| Self { steps })
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The names along the path, without indices.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) | Step::Each => None,
        })
    }
}

impl FromStr for Path {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    f.write_str(if at == 0 { "" } else { "." })?;
                    parse::write_key(f, key)?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// The attribute to which a path leads in events of this class. Indices do not matter. Below a free-form attribute
/// (`unmapped`, `json_t`) every path leads to that attribute. `None` when the schema has no such path.
pub fn resolve(class: &Class, path: &Path) -> Option<&'static Attribute> {
    let mut shape = &class.shape;
    let mut keys = path.keys().peekable();
    loop {
        let attribute = shape.attribute(keys.next()?)?;
        if attribute.is_free_form() || keys.peek().is_none() {
            return Some(attribute);
        }
        shape = &attribute.object?.shape;
    }
}

#[cfg(test)]
mod tests;
