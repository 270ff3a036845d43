//! Text patterns: literals, `*`, `?` and the dash of `windash`.

use memchr::memmem::Finder;

use crate::fold::fold;

/// The characters that Windows programs take as the start of an option, as `windash` lists them:
/// hyphen, slash, en dash, em dash, horizontal bar.
pub(crate) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(String),
    /// `?`: exactly one character.
    AnyChar,
    /// `*`: any number of characters, also none.
    AnyRun,
    /// One of [`DASHES`].
    AnyDash,
}

/// Reads a rule's value. A backslash escapes `*`, `?` and itself; before anything else it is plain.
pub(crate) fn parse_wildcards(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if matches!(chars.peek(), Some('*' | '?' | '\\')) => literal.extend(chars.next()),
            '*' => push_special(&mut parts, &mut literal, Part::AnyRun),
            '?' => push_special(&mut parts, &mut literal, Part::AnyChar),
            _ => literal.push(c),
        }
    }
    flush(&mut parts, &mut literal);
    parts
}

fn push_special(parts: &mut Vec<Part>, literal: &mut String, special: Part) {
    flush(parts, literal);
    parts.push(special);
}

fn flush(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal)));
    }
}

/// The value's text when it holds no wildcard.
pub(crate) fn plain(parts: &[Part]) -> Option<String> {
    let mut whole = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => whole.push_str(text),
            _ => return None,
        }
    }
    Some(whole)
}

/// Any dash of a literal stands for all of them.
pub(crate) fn windash(parts: Vec<Part>) -> Vec<Part> {
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let Part::Literal(text) = part else {
            out.push(part);
            continue;
        };
        let mut literal = String::new();
        for c in text.chars() {
            if DASHES.contains(&c) {
                push_special(&mut out, &mut literal, Part::AnyDash);
            } else {
                literal.push(c);
            }
        }
        flush(&mut out, &mut literal);
    }
    out
}

/// A compiled pattern: what stands between the `*`s, in order.
#[derive(Clone, Debug)]
pub struct TextPattern {
    /// Never empty. One piece: the whole text. More: the first begins it, the last ends it.
    pieces: Vec<Piece>,
    cased: bool,
}

/// A stretch of fixed length: no `*` inside.
#[derive(Clone, Debug, Default)]
struct Piece {
    units: Vec<Unit>,
    chars: usize,
    /// Between two `*`: looks for the one literal that the piece is, when it is one.
    finder: Option<Finder<'static>>,
}

/// What a pattern asks of a text, for those who look for many patterns at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<'p> {
    /// The whole text is this.
    Whole(&'p str),
    Start(&'p str),
    End(&'p str),
    Anywhere(&'p str),
    /// Any text, also none.
    Any,
    /// Several literals, or single characters that may vary: see [`TextPattern::literals`].
    Mixed,
}

#[derive(Clone, Debug)]
enum Unit {
    Literal(String),
    AnyChar,
    AnyDash,
}

impl TextPattern {
    pub(crate) fn new(parts: &[Part], cased: bool) -> Self {
        let mut pieces = vec![Piece::default()];
        for part in parts {
            let piece = pieces.last_mut().expect("starts with one piece");
            match part {
                Part::AnyRun => pieces.push(Piece::default()),
                Part::AnyChar => piece.push(Unit::AnyChar),
                Part::AnyDash => piece.push(Unit::AnyDash),
                Part::Literal(text) if cased => piece.push(Unit::Literal(text.clone())),
                Part::Literal(text) => piece.push(Unit::Literal(fold(text).into_owned())),
            }
        }
        let last = pieces.len() - 1;
        pieces.iter_mut().take(last).skip(1).for_each(Piece::finish);
        Self { pieces, cased }
    }

    /// Whether the pattern compares case.
    pub fn cased(&self) -> bool {
        self.cased
    }

    /// The longest literal, for those who look for rules that match nearly everything.
    pub fn longest_literal(&self) -> usize {
        let units = self.pieces.iter().flat_map(|piece| &piece.units);
        let lengths = units.map(|unit| {
            if let Unit::Literal(text) = unit {
                text.len()
            } else {
                0
            }
        });
        lengths.max().unwrap_or(0)
    }

    /// Literals are as they are compared: folded unless the pattern is cased.
    pub fn shape(&self) -> Shape<'_> {
        let literal = |piece: &'_ Piece| match piece.units.as_slice() {
            [] => Some(0),
            [Unit::Literal(_)] => Some(1),
            _ => None,
        };
        let kinds: Option<Vec<usize>> = self.pieces.iter().map(literal).collect();
        let only = |index: usize| match self.pieces[index].units.first() {
            Some(Unit::Literal(text)) => text.as_str(),
            _ => "",
        };
        match kinds.as_deref() {
            Some([_]) => Shape::Whole(only(0)),
            Some(kinds) if kinds.iter().all(|kind| *kind == 0) => Shape::Any,
            Some([1, 0]) => Shape::Start(only(0)),
            Some([0, 1]) => Shape::End(only(1)),
            Some([0, 1, 0]) => Shape::Anywhere(only(1)),
            _ => Shape::Mixed,
        }
    }

    /// Every literal; a text that matches contains all of them.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        let units = self.pieces.iter().flat_map(|piece| &piece.units);
        units.filter_map(|unit| match unit {
            Unit::Literal(text) => Some(text.as_str()),
            Unit::AnyChar | Unit::AnyDash => None,
        })
    }

    /// `text` must be folded ([`crate::fold`]) unless the pattern is cased.
    pub fn matches(&self, text: &str) -> bool {
        let (first, rest) = self.pieces.split_first().expect("never empty");
        let Some(after) = first.at_start(text) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return text.len() == after;
        };
        let mut from = after;
        for piece in middle {
            match piece.find(&text[from..]) {
                Some(end) => from += end,
                None => return false,
            }
        }
        last.at_end(&text[from..])
    }
}

impl Piece {
    fn push(&mut self, unit: Unit) {
        self.chars += if let Unit::Literal(text) = &unit {
            text.chars().count()
        } else {
            1
        };
        self.units.push(unit);
    }

    fn finish(&mut self) {
        if let [Unit::Literal(only)] = self.units.as_slice() {
            self.finder = Some(Finder::new(only).into_owned());
        }
    }

    /// The end of this piece when the text starts with it.
    fn at_start(&self, text: &str) -> Option<usize> {
        let mut at = 0;
        for unit in &self.units {
            let rest = &text[at..];
            at += match unit {
                Unit::Literal(literal) => rest
                    .starts_with(literal.as_str())
                    .then_some(literal.len())?,
                Unit::AnyChar => rest.chars().next()?.len_utf8(),
                Unit::AnyDash => rest
                    .chars()
                    .next()
                    .filter(|c| DASHES.contains(c))?
                    .len_utf8(),
            };
        }
        Some(at)
    }

    /// The end of the leftmost place where this piece stands.
    fn find(&self, text: &str) -> Option<usize> {
        match self.units.as_slice() {
            [] => Some(0),
            [Unit::Literal(only)] => {
                let finder = self.finder.as_ref()?;
                finder.find(text.as_bytes()).map(|at| at + only.len())
            }
            [Unit::Literal(head), ..] => {
                let mut starts = text.match_indices(head.as_str()).map(|(at, _)| at);
                // Overlapping places of the head are missed by `match_indices`: step by characters
                // only when the head can overlap itself.
                if overlaps_itself(head) {
                    return self.find_stepwise(text);
                }
                starts.find_map(|at| self.at_start(&text[at..]).map(|end| at + end))
            }
            _ => self.find_stepwise(text),
        }
    }

    fn find_stepwise(&self, text: &str) -> Option<usize> {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        starts
            .into_iter()
            .find_map(|at| self.at_start(&text[at..]).map(|end| at + end))
    }

    fn at_end(&self, text: &str) -> bool {
        if self.chars == 0 {
            return true;
        }
        let start = text
            .char_indices()
            .rev()
            .nth(self.chars - 1)
            .map(|(at, _)| at);
        start.is_some_and(|at| self.at_start(&text[at..]) == Some(text.len() - at))
    }
}

/// Whether two places of `literal` can overlap: some proper prefix is also a suffix.
fn overlaps_itself(literal: &str) -> bool {
    (1..literal.len()).any(|n| {
        literal.is_char_boundary(n) && literal.ends_with(literal.get(..n).unwrap_or("\u{0}"))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn check(pattern: &str, text: &str) -> bool {
        TextPattern::new(&parse_wildcards(pattern), false).matches(&fold(text))
    }

    #[test]
    fn escapes_follow_the_specification() {
        let one = |text: &str| Part::Literal(text.to_owned());
        for (text, parts) in [
            (r"a\b", vec![one(r"a\b")]),
            (r"a\\b", vec![one(r"a\b")]),
            (r"\*", vec![one("*")]),
            (r"\\*", vec![one(r"\"), Part::AnyRun]),
            (r"\\\*", vec![one(r"\*")]),
            (r"\\\b", vec![one(r"\\b")]),
            (r"\\\\", vec![one(r"\\")]),
            (r"end\", vec![one(r"end\")]),
            ("", vec![]),
        ] {
            assert_eq!(parse_wildcards(text), parts, "{text}");
        }
    }

    proptest! {
        /// The regex crate judges the hand-written matcher.
        #[test]
        fn wildcards_agree_with_a_regex(pattern in "[abA*?]{0,8}", text in "[abAB]{0,10}") {
            let regex: String = pattern.chars().map(|c| match c {
                '*' => ".*".to_owned(),
                '?' => ".".to_owned(),
                c => c.to_string(),
            }).collect();
            let regex = regex::Regex::new(&format!("(?si)^{regex}$")).unwrap();
            prop_assert_eq!(check(&pattern, &text), regex.is_match(&text));
        }

        #[test]
        fn dashes_agree_with_a_regex(pattern in "[a*-]{0,6}", text in "[a/–-]{0,8}") {
            let regex: String = pattern.chars().map(|c| match c {
                '*' => ".*".to_owned(),
                '-' => "[-/–—―]".to_owned(),
                c => c.to_string(),
            }).collect();
            let regex = regex::Regex::new(&format!("(?si)^{regex}$")).unwrap();
            let ours = TextPattern::new(&windash(parse_wildcards(&pattern)), false);
            prop_assert_eq!(ours.matches(&text), regex.is_match(&text));
        }
    }
}
