use std::fmt;
use std::ops::Bound;

use crate::{Field, Filter, Output, Pattern, Piece, Query, Range, Sort, SortKey, Test};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)?;
        match &self.output {
            Output::Events => {}
            Output::Fields(fields) => write!(f, " | fields {}", Names(fields))?,
            Output::Count { by } if by.is_empty() => f.write_str(" | count")?,
            Output::Count { by } => write!(f, " | count by {}", Names(by))?,
        }
        for (at, sort) in self.sort.iter().enumerate() {
            write!(f, "{}{sort}", if at == 0 { " | sort " } else { ", " })?;
        }
        match self.limit {
            Some(limit) => write!(f, " | limit {limit}"),
            None => Ok(()),
        }
    }
}

struct Names<'a>(&'a [Field]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, field) in self.0.iter().enumerate() {
            write!(f, "{}{field}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::And(parts) => join(f, parts, " AND "),
            Self::Or(parts) => join(f, parts, " OR "),
            Self::Not(inner) => write!(f, "NOT {}", Operand(inner)),
            Self::Field(field, test) => write!(f, "{field}:{test}"),
            Self::Text(pattern) => pattern.fmt(f),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Filter], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        write!(f, "{}{}", if at == 0 { "" } else { between }, Operand(part))?;
    }
    Ok(())
}

/// In parentheses where it has parts of its own.
struct Operand<'a>(&'a Filter);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(_) | Filter::Or(_) => write!(f, "({})", self.0),
            other => other.fmt(f),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("*"),
            Self::Matches(pattern) => pattern.fmt(f),
            Self::Within(net) => net.fmt(f),
            Self::Between(range) => range.fmt(f),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lower, self.upper) {
            (Bound::Included(lower), Bound::Unbounded) => write!(f, ">={lower}"),
            (Bound::Excluded(lower), Bound::Unbounded) => write!(f, ">{lower}"),
            (Bound::Unbounded, Bound::Included(upper)) => write!(f, "<={upper}"),
            (Bound::Unbounded, Bound::Excluded(upper)) => write!(f, "<{upper}"),
            (lower, upper) => {
                let open = if matches!(lower, Bound::Excluded(_)) {
                    '{'
                } else {
                    '['
                };
                let close = if matches!(upper, Bound::Excluded(_)) {
                    '}'
                } else {
                    ']'
                };
                write!(f, "{open}{} TO {}{close}", End(lower), End(upper))
            }
        }
    }
}

struct End(Bound<f64>);

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Bound::Included(number) | Bound::Excluded(number) => number.fmt(f),
            Bound::Unbounded => f.write_str("*"),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.is_plain() { "" } else { "\"" };
        f.write_str(quote)?;
        for piece in self.pieces() {
            match piece {
                Piece::AnyRun => f.write_str("*")?,
                Piece::AnyOne => f.write_str("?")?,
                Piece::Text(text) => {
                    for c in text.chars() {
                        let escape = matches!(c, '\\' | '"' | '*' | '?');
                        write!(f, "{}{c}", if escape { "\\" } else { "" })?;
                    }
                }
            }
        }
        f.write_str(quote)
    }
}

impl Pattern {
    /// Whether it reads back as the same pattern without quotes.
    fn is_plain(&self) -> bool {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '%');
        let starts_plain = match self.pieces().first() {
            Some(Piece::Text(text)) => text.starts_with(|c: char| c.is_alphanumeric()),
            Some(_) => !self.is_any(),
            None => false,
        };
        let keyword = self.as_literal().is_some_and(|text| {
            ["and", "or", "not", "to"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word))
        });
        starts_plain
            && !keyword
            && self.pieces().iter().all(|piece| match piece {
                Piece::Text(text) => text.chars().all(plain),
                _ => true,
            })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            SortKey::Count => f.write_str("count")?,
            SortKey::Field(field) => field.fmt(f)?,
        }
        f.write_str(if self.descending { " desc" } else { " asc" })
    }
}
