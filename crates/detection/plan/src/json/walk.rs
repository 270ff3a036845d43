//! The second pass over a line: from string to string, checking what stands between them.

use super::quotes::Seen;
use super::{Entry, Error, Kind, Record};

/// As deep as `serde_json` reads.
pub(super) const MAX_DEPTH: usize = 127;

/// Fills the record's entries with the members of the object that the line is.
pub(super) fn object(line: &[u8], seen: Seen, record: &mut Record) -> Result<(), Error> {
    let Record {
        quotes, entries, ..
    } = record;
    let mut walk = Walk::new(line, quotes, seen);
    walk.blanks();
    walk.expect(b'{', "want `{`")?;
    walk.blanks();
    if !walk.take(b'}') {
        loop {
            let key = walk.string()?;
            walk.colon()?;
            let (kind, start, end) = walk.value(0)?;
            entries.push(Entry {
                key,
                kind,
                start,
                end,
            });
            walk.blanks();
            if walk.take(b',') {
                walk.blanks();
            } else {
                break;
            }
        }
        walk.expect(b'}', "want `,` or `}`")?;
    }
    walk.end()
}

pub(super) struct Walk<'l> {
    line: &'l [u8],
    /// What is left of them.
    quotes: &'l [u32],
    control: bool,
    at: usize,
}

impl<'l> Walk<'l> {
    pub fn new(line: &'l [u8], quotes: &'l [u32], seen: Seen) -> Self {
        Self {
            line,
            quotes,
            control: seen.control,
            at: 0,
        }
    }

    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    pub fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Result<(), Error> {
        self.blanks();
        match self.at == self.line.len() {
            true => Ok(()),
            false => Err(Error::new(self.at, "more than one value")),
        }
    }

    /// How far it has come.
    pub fn place(&self) -> u32 {
        position(self.at)
    }

    #[inline]
    pub fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    #[inline]
    pub fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), Error> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(Error::new(self.at, reason)),
        }
    }

    #[inline]
    pub fn colon(&mut self) -> Result<(), Error> {
        self.blanks();
        self.expect(b':', "want `:`")?;
        self.blanks();
        Ok(())
    }

    /// A string's inside.
    #[inline]
    pub fn string(&mut self) -> Result<(u32, u32), Error> {
        let [start, end, rest @ ..] = self.quotes else {
            return Err(Error::new(self.at, "want a string that ends"));
        };
        if *start as usize != self.at {
            return Err(Error::new(self.at, "want a string"));
        }
        self.quotes = rest;
        self.at = *end as usize + 1;
        let inside = &self.line[*start as usize + 1..*end as usize];
        if self.control && inside.iter().any(|byte| *byte < 0x20) {
            return Err(Error::new(
                *start as usize,
                "a control character in a string",
            ));
        }
        Ok((start + 1, *end))
    }

    #[inline]
    pub fn value(&mut self, depth: usize) -> Result<(Kind, u32, u32), Error> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => {
                let (start, end) = self.string()?;
                return Ok((Kind::Text, start, end));
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'n') => self.word(b"null", Kind::Null)?,
            Some(b't') => self.word(b"true", Kind::True)?,
            Some(b'f') => self.word(b"false", Kind::False)?,
            Some(b'{' | b'[') if depth >= MAX_DEPTH => {
                return Err(Error::new(start, "nested too deep"));
            }
            Some(b'{') => self.members(depth + 1)?,
            Some(b'[') => self.elements(depth + 1)?,
            _ => return Err(Error::new(start, "want a value")),
        };
        Ok((kind, position(start), position(self.at)))
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, Error> {
        if !self.line[self.at..].starts_with(word) {
            return Err(Error::new(self.at, "want a value"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn digits(&mut self) -> usize {
        let rest = &self.line[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn number(&mut self) -> Result<Kind, Error> {
        let start = self.at;
        let negative = self.take(b'-');
        let zero = self.peek() == Some(b'0');
        let digits = self.digits();
        let mut whole = digits <= 18 && !(negative && zero);
        if digits == 0 || (zero && digits > 1) {
            return Err(Error::new(start, "want a number"));
        }
        if self.take(b'.') {
            whole = false;
            if self.digits() == 0 {
                return Err(Error::new(self.at, "want a digit"));
            }
        }
        if self.take(b'e') || self.take(b'E') {
            whole = false;
            _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(Error::new(self.at, "want a digit"));
            }
        }
        if whole {
            return Ok(Kind::Int);
        }
        // What is out of range is for the one who reads numbers to say.
        match serde_json::from_slice::<serde_json::Number>(&self.line[start..self.at]) {
            Ok(_) => Ok(Kind::Number),
            Err(_) => Err(Error::new(start, "a number out of range")),
        }
    }

    fn members(&mut self, depth: usize) -> Result<Kind, Error> {
        self.at += 1;
        self.blanks();
        if self.take(b'}') {
            return Ok(Kind::Nested);
        }
        loop {
            self.string()?;
            self.colon()?;
            self.value(depth)?;
            self.blanks();
            if !self.take(b',') {
                self.expect(b'}', "want `,` or `}`")?;
                return Ok(Kind::Nested);
            }
            self.blanks();
        }
    }

    fn elements(&mut self, depth: usize) -> Result<Kind, Error> {
        self.at += 1;
        self.blanks();
        if self.take(b']') {
            return Ok(Kind::Nested);
        }
        loop {
            self.value(depth)?;
            self.blanks();
            if !self.take(b',') {
                self.expect(b']', "want `,` or `]`")?;
                return Ok(Kind::Nested);
            }
            self.blanks();
        }
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).expect("lines are capped far below 4 GiB")
}
