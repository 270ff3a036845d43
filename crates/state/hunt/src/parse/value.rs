use std::ops::Bound;

use ipnet::IpNet;

use super::Parser;
use crate::{Error, Pattern, Piece, Range, Test};

impl Parser<'_> {
    /// What follows `field:`, save a list.
    pub(super) fn test(&mut self) -> Result<Test, Error> {
        self.cursor.skip_space();
        match self.cursor.peek() {
            Some('>' | '<') => self.comparison(),
            Some('[' | '{') => self.range(),
            Some('"') => Ok(exists_or(self.pattern()?)),
            None | Some('|' | ')') => Err(self
                .expected("a value; `*` asks whether there is one, `\"\"` whether there is none")),
            Some(_) => self.bare_value(),
        }
    }

    fn bare_value(&mut self) -> Result<Test, Error> {
        let start = self.cursor.at();
        let pattern = self.pattern()?;
        let text = self.cursor.since(start);
        match text.parse::<IpNet>() {
            Ok(net) => Ok(Test::Within(net.trunc())),
            Err(_) => Ok(exists_or(pattern)),
        }
    }

    /// `>10`, `>=10`, `<10`, `<=10`.
    fn comparison(&mut self) -> Result<Test, Error> {
        let above = self.cursor.next() == Some('>');
        let included = self.cursor.take('=');
        self.cursor.skip_space();
        let number = self.number()?;
        let bound = if included {
            Bound::Included(number)
        } else {
            Bound::Excluded(number)
        };
        Ok(Test::Between(if above {
            Range {
                lower: bound,
                upper: Bound::Unbounded,
            }
        } else {
            Range {
                lower: Bound::Unbounded,
                upper: bound,
            }
        }))
    }

    /// `[1 TO 5]`, `{1 TO 5}`, either mixed, `*` for no bound.
    fn range(&mut self) -> Result<Test, Error> {
        let at = self.cursor.at();
        let lower_included = self.cursor.next() == Some('[');
        let lower = self.end()?;
        self.cursor.skip_space();
        if !self.cursor.take_word("TO") {
            return Err(self.expected("`TO` between the bounds, as in `[1 TO 5]`"));
        }
        let upper = self.end()?;
        self.cursor.skip_space();
        let upper_included = self.cursor.take(']');
        if !upper_included && !self.cursor.take('}') {
            return Err(self.expected("`]` or `}` after the upper bound"));
        }
        if lower.is_none() && upper.is_none() {
            return Err(Error::Meaningless {
                at,
                problem: "a range has a bound: `field:*` asks for any value",
            });
        }
        Ok(Test::Between(Range {
            lower: bound(lower, lower_included),
            upper: bound(upper, upper_included),
        }))
    }

    fn end(&mut self) -> Result<Option<f64>, Error> {
        self.cursor.skip_space();
        if self.cursor.take('*') {
            return Ok(None);
        }
        self.number().map(Some)
    }

    /// A number, or a time as epoch milliseconds.
    fn number(&mut self) -> Result<f64, Error> {
        let at = self.cursor.at();
        let quoted = self.cursor.take('"');
        let value = self.cursor.take_while(|c| {
            !c.is_whitespace() && !matches!(c, '"' | ')' | '(' | '|' | ']' | '}' | ',')
        });
        if quoted && !self.cursor.take('"') {
            return Err(self.expected("a `\"` after the bound"));
        }
        let expected = "a number, an RFC 3339 time or a date such as 2026-01-31";
        as_number(&value).ok_or(Error::BadValue {
            at,
            value,
            expected,
        })
    }

    /// Text with wildcards, quoted or up to the next blank or parenthesis.
    pub(super) fn pattern(&mut self) -> Result<Pattern, Error> {
        let start = self.cursor.at();
        let quoted = self.cursor.take('"');
        let mut pieces = Vec::new();
        loop {
            match self.cursor.peek() {
                Some('"') if quoted => {
                    self.cursor.next();
                    return Ok(Pattern::new(pieces));
                }
                None if quoted => {
                    self.cursor.back_to(start);
                    return Err(self.expected(
                        "a closing `\"`: a backslash before one makes it part of the text, `\\\\\"` does not",
                    ));
                }
                Some(c) if quoted || !self.ends_word(c) => pieces.push(self.piece(quoted)),
                _ if pieces.is_empty() => return Err(self.expected("a filter")),
                _ => return Ok(Pattern::new(pieces)),
            }
        }
    }

    fn piece(&mut self, quoted: bool) -> Piece {
        let c = self.cursor.next().expect("the caller saw a character");
        match c {
            '*' => Piece::AnyRun,
            '?' => Piece::AnyOne,
            '\\' => Piece::Text(self.escaped(quoted).to_string()),
            c => Piece::Text(c.to_string()),
        }
    }

    /// What a backslash and the next character stand for.
    fn escaped(&mut self, quoted: bool) -> char {
        match self.cursor.peek() {
            Some(c @ ('*' | '?' | '"' | '\\')) => {
                self.cursor.next();
                c
            }
            Some(c) if !quoted && self.ends_word(c) => {
                self.cursor.next();
                c
            }
            _ => '\\',
        }
    }

    fn ends_word(&self, c: char) -> bool {
        c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"') || (self.in_list && c == ',')
    }
}

fn exists_or(pattern: Pattern) -> Test {
    if pattern.is_any() {
        Test::Exists
    } else {
        Test::Matches(pattern)
    }
}

fn bound(number: Option<f64>, included: bool) -> Bound<f64> {
    match number {
        None => Bound::Unbounded,
        Some(number) if included => Bound::Included(number),
        Some(number) => Bound::Excluded(number),
    }
}

/// A number, or a time as epoch milliseconds.
pub(crate) fn as_number(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond() as f64);
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let at = jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()?;
    Some(at.as_millisecond() as f64)
}
