//! STIX patterns (STIX 2.1, chapter 9) as far as they name values: comparisons with `=`, `IN` and
//! `ISSUBSET`, joined by `OR`. Of hashes of one file joined by `AND` the strongest is taken. Other
//! conjunctions, qualifiers and operators need more than a value, and are refused.

use crate::{Kind, NotAValue, Value};

/// Why a pattern is no list of values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAList {
    #[error("`{0}` needs more than a value")]
    Operator(String),
    #[error("`{0}` is no place that is looked at")]
    Place(String),
    #[error("`{text}`: {reason}")]
    Value { text: String, reason: NotAValue },
    #[error("the pattern cannot be read at `{0}`")]
    Syntax(String),
    #[error("the pattern is nested too deep")]
    Deep,
}

/// Brackets within brackets.
const DEEPEST: usize = 32;

/// The values that a pattern names, any of which is enough.
///
/// # Errors
/// [`NotAList`].
pub fn values(pattern: &str) -> Result<Vec<Value>, NotAList> {
    let mut parser = Parser {
        rest: pattern,
        depth: 0,
    };
    let values = parser.observations()?;
    parser.skip();
    if parser.rest.is_empty() {
        Ok(values)
    } else {
        Err(parser.stop())
    }
}

struct Parser<'p> {
    rest: &'p str,
    depth: usize,
}

/// What one comparison, or a group of them, names.
struct Named {
    values: Vec<Value>,
    /// More than one value, any of which is enough.
    choice: bool,
}

impl<'p> Parser<'p> {
    fn observations(&mut self) -> Result<Vec<Value>, NotAList> {
        let mut values = self.observation()?;
        while self.word("OR") {
            values.extend(self.observation()?);
        }
        Ok(values)
    }

    fn observation(&mut self) -> Result<Vec<Value>, NotAList> {
        if self.symbol('[') {
            let named = self.any()?;
            self.expect(']')?;
            return Ok(named.values);
        }
        self.expect('(')?;
        self.deeper()?;
        let values = self.observations()?;
        self.depth -= 1;
        self.expect(')')?;
        Ok(values)
    }

    fn any(&mut self) -> Result<Named, NotAList> {
        let mut named = self.all()?;
        while self.word("OR") {
            named.values.extend(self.all()?.values);
            named.choice = true;
        }
        Ok(named)
    }

    fn all(&mut self) -> Result<Named, NotAList> {
        let mut named = self.comparison()?;
        while self.word("AND") {
            named = both(named, self.comparison()?)?;
        }
        Ok(named)
    }

    fn comparison(&mut self) -> Result<Named, NotAList> {
        if self.symbol('(') {
            self.deeper()?;
            let named = self.any()?;
            self.depth -= 1;
            self.expect(')')?;
            return Ok(named);
        }
        if self.word("NOT") {
            return Err(NotAList::Operator("NOT".to_owned()));
        }
        let place = self.place()?;
        let texts = self.operand()?;
        let kind = kind(place);
        let values: Vec<Value> = texts
            .into_iter()
            .map(|text| {
                let wanted = kind.ok_or_else(|| NotAList::Place(place.to_owned()))?;
                Value::parse(wanted, &text).map_err(|reason| NotAList::Value { text, reason })
            })
            .collect::<Result<_, _>>()?;
        let choice = values.len() > 1;
        Ok(Named { values, choice })
    }

    /// Up to the operator: `file:hashes.'SHA-256'`.
    fn place(&mut self) -> Result<&'p str, NotAList> {
        self.skip();
        let mut quoted = false;
        let end = self.rest.find(|c: char| {
            quoted ^= c == '\'';
            !quoted && (c.is_whitespace() || matches!(c, '=' | '!' | '<' | '>' | ']' | ')'))
        });
        let (place, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if !place.contains(':') {
            return Err(self.stop());
        }
        self.rest = rest;
        Ok(place)
    }

    fn operand(&mut self) -> Result<Vec<String>, NotAList> {
        for operator in ["NOT", "LIKE", "MATCHES", "ISSUPERSET", "EXISTS"] {
            if self.word(operator) {
                return Err(NotAList::Operator(operator.to_owned()));
            }
        }
        if self.word("IN") {
            self.expect('(')?;
            let mut texts = vec![self.literal()?];
            while self.symbol(',') {
                texts.push(self.literal()?);
            }
            self.expect(')')?;
            return Ok(texts);
        }
        if self.word("ISSUBSET") {
            return Ok(vec![self.literal()?]);
        }
        for operator in ["!=", "<=", ">=", "<", ">"] {
            self.skip();
            if self.rest.starts_with(operator) {
                return Err(NotAList::Operator(operator.to_owned()));
            }
        }
        self.expect('=')?;
        if self.symbol('=') {
            // STIX 1 and careless authors write it twice.
        }
        Ok(vec![self.literal()?])
    }

    /// A string in single quotes; a backslash takes the next character as it is.
    fn literal(&mut self) -> Result<String, NotAList> {
        self.expect('\'')?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(self.stop())
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn symbol(&mut self, wanted: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), NotAList> {
        if self.symbol(wanted) {
            return Ok(());
        }
        Err(self.stop())
    }

    fn word(&mut self, wanted: &str) -> bool {
        self.skip();
        let Some((word, rest)) = self.rest.split_at_checked(wanted.len()) else {
            return false;
        };
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if ends && word.eq_ignore_ascii_case(wanted) {
            self.rest = rest;
            return true;
        }
        false
    }

    fn deeper(&mut self) -> Result<(), NotAList> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(NotAList::Deep);
        }
        Ok(())
    }

    /// Where reading ended, with the words that explain it best.
    fn stop(&mut self) -> NotAList {
        for word in ["AND", "FOLLOWEDBY", "WITHIN", "REPEATS", "START"] {
            if self.word(word) {
                return NotAList::Operator(word.to_owned());
            }
        }
        NotAList::Syntax(self.rest.chars().take(24).collect())
    }
}

/// Two that must hold together: only of one file's hashes is one enough.
fn both(first: Named, second: Named) -> Result<Named, NotAList> {
    let hashes = |named: &Named| !named.choice && named.values.iter().all(is_hash);
    if !hashes(&first) || !hashes(&second) {
        return Err(NotAList::Operator("AND".to_owned()));
    }
    let all = first.values.into_iter().chain(second.values);
    Ok(Named {
        values: all.max_by_key(Value::kind).into_iter().collect(),
        choice: false,
    })
}

const fn is_hash(value: &Value) -> bool {
    matches!(value, Value::Hash(_))
}

/// The kind of value at a place of a cyber observable object.
fn kind(place: &str) -> Option<Kind> {
    let plain = place.replace('\'', "").to_ascii_lowercase();
    let (object, path) = plain.split_once(':')?;
    Some(match (object, path) {
        ("ipv4-addr" | "ipv6-addr", "value") => Kind::Ip,
        ("domain-name", "value") => Kind::Domain,
        ("url", "value") => Kind::Url,
        ("email-addr", "value") => Kind::Email,
        ("email-message", "from_ref.value" | "sender_ref.value") => Kind::Email,
        ("network-traffic", "dst_ref.value" | "src_ref.value") => Kind::Ip,
        ("file" | "artifact" | "x509-certificate", path) => {
            path.strip_prefix("hashes.")?.parse().ok()?
        }
        _ => return None,
    })
}
