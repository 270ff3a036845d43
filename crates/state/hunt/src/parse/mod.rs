//! Recursive descent over the text, bounded in length, depth and number of terms.

mod cursor;
mod filter;
mod stages;
mod value;

use cursor::Cursor;
pub(crate) use value::as_number;

use crate::{Error, Field, Names, Query, UnknownName};

/// The longest query, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The deepest nesting of parentheses and NOT, also of those that a query has when it is shown.
pub const MAX_DEPTH: usize = 32;
/// Field tests and words, in all.
pub const MAX_TERMS: usize = 256;

/// Reads a hunt, resolving its fields with `names`.
///
/// # Errors
/// See [`Error`].
pub fn parse_with(text: &str, names: &dyn Names) -> Result<Query, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::TooLong {
            bytes: text.len(),
            limit: MAX_BYTES,
        });
    }
    let mut parser = Parser {
        cursor: Cursor::new(text),
        names,
        terms: 0,
        in_list: false,
    };
    parser.query()
}

struct Parser<'n> {
    cursor: Cursor,
    names: &'n dyn Names,
    terms: usize,
    /// Inside `field:( … )`, where a comma parts values.
    in_list: bool,
}

impl Parser<'_> {
    fn query(&mut self) -> Result<Query, Error> {
        let filter = self.filter()?;
        // `a b OR c` is shown with a parenthesis that it need not have, and what is shown can be read.
        if filter.nesting() > MAX_DEPTH {
            return Err(Error::TooDeep {
                at: self.cursor.at(),
                limit: MAX_DEPTH,
            });
        }
        let query = self.stages(filter)?;
        match self.cursor.peek() {
            None => Ok(query),
            Some(')') => Err(self.expected("the end of the query: this `)` was never opened")),
            Some(_) => Err(self.expected("a filter, `|` or the end of the query")),
        }
    }

    fn field(&self, written: String, at: usize) -> Result<Field, Error> {
        match self.names.resolve(&written) {
            Ok(targets) => Ok(Field { written, targets }),
            Err(UnknownName::NoSuchField { nearest }) => Err(Error::UnknownField {
                at,
                name: written,
                nearest,
            }),
            Err(UnknownName::Object { example }) => Err(Error::NotAValue {
                at,
                name: written,
                example,
            }),
        }
    }

    fn count_term(&mut self, at: usize) -> Result<(), Error> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Error::TooManyTerms {
                at,
                limit: MAX_TERMS,
            });
        }
        Ok(())
    }

    /// What was wanted here, and what stands here instead.
    fn expected(&self, expected: &'static str) -> Error {
        Error::Syntax {
            at: self.cursor.at(),
            expected,
            found: self.cursor.found(),
        }
    }
}
