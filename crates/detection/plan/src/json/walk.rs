//! The second pass over a line: from string to string, checking what stands between them.

use super::quotes::Seen;
use super::{Entry, Error, Kind, Record};

/// As deep as `serde_json` reads.
const MAX_DEPTH: usize = 127;

/// Fills the record's entries with the members of the object that the line is. Says whether some
/// number is more than an integer of at most 18 digits.
pub(super) fn object(line: &[u8], seen: Seen, record: &mut Record) -> Result<bool, Error> {
    let Record {
        quotes, entries, ..
    } = record;
    let mut walk = Walk {
        line,
        quotes: quotes.as_slice(),
        control: seen.control,
        fractions: false,
        at: 0,
    };
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
    walk.blanks();
    match walk.at == line.len() {
        true => Ok(walk.fractions),
        false => Err(Error::new(walk.at, "more than one value")),
    }
}

struct Walk<'l> {
    line: &'l [u8],
    /// What is left of them.
    quotes: &'l [u32],
    control: bool,
    fractions: bool,
    at: usize,
}

impl Walk<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    #[inline]
    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), Error> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(Error::new(self.at, reason)),
        }
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Error> {
        self.blanks();
        self.expect(b':', "want `:`")?;
        self.blanks();
        Ok(())
    }

    /// A string's inside.
    #[inline]
    fn string(&mut self) -> Result<(u32, u32), Error> {
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
    fn value(&mut self, depth: usize) -> Result<(Kind, u32, u32), Error> {
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
        self.fractions = true;
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
