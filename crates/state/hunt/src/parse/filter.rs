use super::{MAX_DEPTH, Parser};
use crate::{Error, Field, Filter};

/// What stands between the operators: terms of the query, or values of one field's list.
#[derive(Clone, Copy)]
pub(super) enum Leaf<'f> {
    Term,
    Value(&'f Field),
}

impl Parser<'_> {
    /// The part before the first `|`; nothing means every event.
    pub(super) fn filter(&mut self) -> Result<Filter, Error> {
        self.cursor.skip_space();
        if matches!(self.cursor.peek(), None | Some('|')) {
            return Ok(Filter::All);
        }
        self.any_of(Leaf::Term, 0)
    }

    /// `a OR b`, or in a list `a, b`.
    pub(super) fn any_of(&mut self, leaf: Leaf<'_>, depth: usize) -> Result<Filter, Error> {
        let mut parts = vec![self.all_of(leaf, depth)?];
        loop {
            self.cursor.skip_space();
            let comma = matches!(leaf, Leaf::Value(_)) && self.cursor.take(',');
            if !comma && !self.cursor.take_word("OR") {
                return Ok(Filter::or(parts));
            }
            parts.push(self.all_of(leaf, depth)?);
        }
    }

    /// `a AND b`, or outside lists `a b`.
    fn all_of(&mut self, leaf: Leaf<'_>, depth: usize) -> Result<Filter, Error> {
        let mut parts = vec![self.negated(leaf, depth)?];
        loop {
            self.cursor.skip_space();
            let more = self.cursor.take_word("AND")
                || matches!(leaf, Leaf::Term) && self.another_term_follows();
            if !more {
                return Ok(Filter::and(parts));
            }
            parts.push(self.negated(leaf, depth)?);
        }
    }

    fn another_term_follows(&mut self) -> bool {
        let at = self.cursor.at();
        let or = self.cursor.take_word("OR");
        self.cursor.back_to(at);
        !or && !matches!(self.cursor.peek(), None | Some('|' | ')'))
    }

    fn negated(&mut self, leaf: Leaf<'_>, depth: usize) -> Result<Filter, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep {
                at: self.cursor.at(),
                limit: MAX_DEPTH,
            });
        }
        self.cursor.skip_space();
        if self.cursor.take_word("NOT") || self.takes_minus() {
            return Ok(Filter::Not(Box::new(self.negated(leaf, depth + 1)?)));
        }
        let at = self.cursor.at();
        if self.cursor.take('(') {
            let inner = self.any_of(leaf, depth + 1)?;
            self.close(at)?;
            return Ok(inner);
        }
        if self.cursor.take_word("AND") || self.cursor.take_word("OR") {
            self.cursor.back_to(at);
            return Err(self.expected("a filter on both sides of an operator"));
        }
        self.count_term(at)?;
        match leaf {
            Leaf::Term => self.term(depth),
            Leaf::Value(field) => Ok(Filter::Field(field.clone(), self.test()?)),
        }
    }

    /// A minus right before what it negates.
    fn takes_minus(&mut self) -> bool {
        let at = self.cursor.at();
        if self.cursor.take('-') && self.cursor.peek().is_some_and(|c| !c.is_whitespace()) {
            return true;
        }
        self.cursor.back_to(at);
        false
    }

    pub(super) fn close(&mut self, opened_at: usize) -> Result<(), Error> {
        self.cursor.skip_space();
        if self.cursor.take(')') {
            return Ok(());
        }
        if self.cursor.peek().is_none() {
            self.cursor.back_to(opened_at);
            return Err(self.expected("a `)` for this parenthesis before the end"));
        }
        Err(self.expected("AND, OR or `)`"))
    }

    /// `field:…` or a piece of text to find in the record.
    fn term(&mut self, depth: usize) -> Result<Filter, Error> {
        let at = self.cursor.at();
        if let Some(name) = self.take_name(true) {
            let field = self.field(name, at)?;
            return self.field_filter(field, depth);
        }
        let text = self.pattern()?;
        self.refuse_other_operators(at)?;
        let everything = text.is_any() || text.as_literal() == Some("");
        Ok(if everything {
            Filter::All
        } else {
            Filter::Text(text)
        })
    }

    fn field_filter(&mut self, field: Field, depth: usize) -> Result<Filter, Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        if self.cursor.take('(') {
            self.in_list = true;
            let list = self.any_of(Leaf::Value(&field), depth + 1)?;
            self.in_list = false;
            self.close(at)?;
            return Ok(list);
        }
        Ok(Filter::Field(field, self.test()?))
    }

    /// `severity_id>=4` is what other languages write; it must not become a search for that text.
    fn refuse_other_operators(&mut self, start: usize) -> Result<(), Error> {
        let end = self.cursor.at();
        self.cursor.back_to(start);
        let name = self.take_name(false);
        let at = self.cursor.at();
        let operator = matches!(self.cursor.peek(), Some('=' | '>' | '<' | '!'));
        self.cursor.back_to(end);
        match name {
            Some(name) if operator && self.names.resolve(&name).is_ok() => {
                Err(Error::Meaningless {
                    at,
                    problem: "a field's value follows a colon: `field:value`, `field:>=10`; text is put in quotes",
                })
            }
            _ => Ok(()),
        }
    }

    /// A field's name, with the colon after it if that is wanted. Leaves the place alone if there
    /// is none.
    pub(super) fn take_name(&mut self, with_colon: bool) -> Option<String> {
        let start = self.cursor.at();
        let found = self.name_end(start, with_colon);
        if found.is_none() {
            self.cursor.back_to(start);
        }
        found
    }

    fn name_end(&mut self, start: usize, with_colon: bool) -> Option<String> {
        if self.cursor.take_word_prefix("ecs:") && !self.starts_name() {
            return None;
        }
        if !self.starts_name() {
            return None;
        }
        loop {
            let part = self.cursor.take_while(is_name);
            if part.is_empty() && !self.quoted_key() {
                return None;
            }
            if !self.cursor.take('.') {
                break;
            }
        }
        let name = self.cursor.since(start);
        (!with_colon || self.cursor.take(':')).then_some(name)
    }

    fn starts_name(&self) -> bool {
        self.cursor
            .peek()
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '@'))
    }

    /// A quoted part of a path, as in `unmapped."a key"`.
    fn quoted_key(&mut self) -> bool {
        if !self.cursor.take('"') {
            return false;
        }
        while let Some(c) = self.cursor.next() {
            match c {
                '"' => return true,
                '\\' => _ = self.cursor.next(),
                _ => {}
            }
        }
        false
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '[' | ']')
}
