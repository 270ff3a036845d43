//! The condition language: `and`, `or`, `not`, brackets, `1 of`, `all of`, `them`.

use crate::error::{Error, Location};
use aurora_nearest::nearest;

/// Brackets and `not`s within one another.
const MAX_DEPTH: usize = 48;

/// A condition with its names resolved to indices of selections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    Selection(usize),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

impl Expr {
    /// Calls `visit` with every selection the condition names.
    pub fn selections(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Self::Selection(index) => visit(*index),
            Self::Not(inner) => inner.selections(visit),
            Self::And(terms) | Self::Or(terms) => terms.iter().for_each(|t| t.selections(visit)),
        }
    }
}

/// What the names in a condition are names of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Selections,
    Rules,
}

impl Named {
    fn one(self) -> &'static str {
        match self {
            Self::Selections => "selection",
            Self::Rules => "rule",
        }
    }
}

/// Parses a condition over the named selections.
///
/// # Errors
/// [`Error::Condition`] for the grammar, [`Error::UnknownIdentifier`] for a name.
pub(crate) fn parse(
    text: &str,
    names: &[&str],
    named: Named,
    at: &Location,
) -> Result<Expr, Error> {
    let tokens = tokens(text, at)?;
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        names,
        named,
        at,
        depth: 0,
    };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => {
            let reason = format!(
                "`{}` is not expected here: want `and`, `or` or the end",
                token.word
            );
            Err(parser.fail(token.offset, reason))
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    word: &'t str,
    /// In characters.
    offset: usize,
}

impl Token<'_> {
    fn is(&self, keyword: &str) -> bool {
        self.word.eq_ignore_ascii_case(keyword)
    }
}

fn tokens<'t>(text: &'t str, at: &Location) -> Result<Vec<Token<'t>>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        rest = &rest[start..];
        let offset = text[..text.len() - rest.len()].chars().count();
        let length = match rest.chars().next() {
            Some('(' | ')') => 1,
            Some('|') => {
                let reason = "`|` aggregations are not in Sigma 2: write a correlation rule";
                return Err(fail(at, offset, reason.to_owned()));
            }
            _ => rest
                .find(|c: char| c.is_whitespace() || "()|".contains(c))
                .unwrap_or(rest.len()),
        };
        tokens.push(Token {
            word: &rest[..length],
            offset,
        });
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn fail(at: &Location, offset: usize, reason: String) -> Error {
    let column = at
        .column
        .saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    Error::Condition {
        at: Location {
            column,
            ..at.clone()
        },
        reason,
    }
}

struct Parser<'p> {
    tokens: &'p [Token<'p>],
    next: usize,
    names: &'p [&'p str],
    named: Named,
    at: &'p Location,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<Token<'p>> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self, keyword: &str) -> bool {
        let taken = self.peek().is_some_and(|token| token.is(keyword));
        self.next += usize::from(taken);
        taken
    }

    fn fail(&self, offset: usize, reason: String) -> Error {
        fail(self.at, offset, reason)
    }

    fn or(&mut self) -> Result<Expr, Error> {
        let mut terms = vec![self.and()?];
        while self.take("or") {
            terms.push(self.and()?);
        }
        Ok(join(terms, Expr::Or))
    }

    fn and(&mut self) -> Result<Expr, Error> {
        let mut terms = vec![self.not()?];
        while self.take("and") {
            terms.push(self.not()?);
        }
        Ok(join(terms, Expr::And))
    }

    fn not(&mut self) -> Result<Expr, Error> {
        if !self.take("not") {
            return self.term();
        }
        self.deeper()?;
        let inner = self.not()?;
        self.depth -= 1;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn term(&mut self) -> Result<Expr, Error> {
        let Some(token) = self.peek() else {
            let end = self
                .tokens
                .last()
                .map_or(0, |t| t.offset + t.word.chars().count());
            let reason = format!("ends where a {} is expected", self.named.one());
            return Err(self.fail(end, reason));
        };
        self.next += 1;
        if token.word == "(" {
            self.deeper()?;
            let inner = self.or()?;
            self.depth -= 1;
            return if self.take(")") {
                Ok(inner)
            } else {
                Err(self.fail(token.offset, "this bracket is never closed".to_owned()))
            };
        }
        if self.peek().is_some_and(|next| next.is("of")) && !self.names.contains(&token.word) {
            return self.quantified(token);
        }
        if token.word == ")" || token.is("and") || token.is("or") {
            let one = self.named.one();
            let reason = format!("`{}` stands where a {one} is expected", token.word);
            return Err(self.fail(token.offset, reason));
        }
        let index = self.names.iter().position(|name| *name == token.word);
        index
            .map(Expr::Selection)
            .ok_or_else(|| self.unknown(token))
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let what = "nesting of the condition";
        Err(Error::TooLarge {
            at: self.at.clone(),
            what,
            limit: MAX_DEPTH,
        })
    }

    /// `1 of pattern`, `all of them`.
    fn quantified(&mut self, quantifier: Token<'_>) -> Result<Expr, Error> {
        let linked: fn(Vec<Expr>) -> Expr = match quantifier.word.to_ascii_lowercase().as_str() {
            "1" | "any" => Expr::Or,
            "all" => Expr::And,
            other => {
                let reason = format!("`{other} of` is unknown: want `1 of`, `any of` or `all of`");
                return Err(self.fail(quantifier.offset, reason));
            }
        };
        self.next += 1;
        let Some(pattern) = self.peek() else {
            let reason = "`of` wants `them` or a pattern such as `selection_*`".to_owned();
            return Err(self.fail(quantifier.offset, reason));
        };
        self.next += 1;
        let named = |name: &str| match pattern.is("them") {
            true => !name.starts_with('_'),
            false => matches_name(pattern.word, name),
        };
        let names = self
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| named(name));
        let terms: Vec<Expr> = names.map(|(index, _)| Expr::Selection(index)).collect();
        if terms.is_empty() {
            Err(self.unknown(pattern))
        } else {
            Ok(join(terms, linked))
        }
    }

    fn unknown(&self, token: Token<'_>) -> Error {
        let column = self
            .at
            .column
            .saturating_add(u32::try_from(token.offset).unwrap_or(u32::MAX));
        Error::UnknownIdentifier {
            at: Location {
                column,
                ..self.at.clone()
            },
            name: token.word.to_owned(),
            what: self.named.one(),
            nearest: nearest(token.word, self.names.iter().copied()).map(str::to_owned),
        }
    }
}

fn join(mut terms: Vec<Expr>, link: fn(Vec<Expr>) -> Expr) -> Expr {
    if terms.len() == 1 {
        terms.remove(0)
    } else {
        link(terms)
    }
}

/// `*` in a pattern stands for any characters of a name, anywhere.
fn matches_name(pattern: &str, name: &str) -> bool {
    let parts = crate::text::parse_wildcards(pattern);
    crate::text::TextPattern::new(&parts, true).matches(name)
}
