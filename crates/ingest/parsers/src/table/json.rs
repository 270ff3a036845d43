//! A record's JSON, read once and where it stands.
//!
//! [`Tape::read`] makes a flat list of entries that point into the text; a [`Node`] is a place in it. Strings keep
//! their escapes: most are copied into an event as they are, and only one that a table looks into is decoded. The
//! reader is as strict as `serde_json`; what it refuses, the caller gives to `serde_json` for the reason.

use std::borrow::Cow;

use super::names::{NameMap, hash};
use super::scan;
use crate::Failure;

/// As `aurora_formats::json::MAX_DEPTH`: deeper records are refused there, with the reason.
const MAX_DEPTH: u32 = 100;

/// The text is no JSON, or deeper than the limit, or says one name twice in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    /// A whole number of at most 18 digits.
    Int,
    Number,
    Text,
    List,
    Object,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// It is what it says.
    Plain,
    /// Backslashes stand twice; nothing else is escaped.
    Doubled,
    /// Escaped as `serde_json` would.
    Usual,
    /// Escaped in another way, such as `\/`.
    Odd,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where the member's name stands; for strings without their quotes.
    name: (u32, u32),
    value: (u32, u32),
    hash: u32,
    /// The entry that follows this one and all that is in it.
    next: u32,
    kind: Kind,
    form: Form,
    name_form: Form,
}

/// A JSON text and where its parts are.
#[derive(Debug)]
pub(crate) struct Tape<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    found: Found,
}

/// What was seen while a text was read.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Names and texts.
    strings: usize,
    /// Backslashes in them that escape something.
    escapes: usize,
    /// Only blanks, if anything, stand between its parts.
    is_one_line: bool,
    /// A string is written in a way that `serde_json` would not choose.
    is_odd: bool,
    /// Every number is seen by other readers as it stands.
    is_exact: bool,
}

/// A value in a [`Tape`], with its name when it is a member.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'r> {
    tape: &'r Tape<'r>,
    at: u32,
}

impl<'t> Tape<'t> {
    /// # Errors
    /// [`Refused`] also for what is JSON but needs care; see there.
    pub(crate) fn read(text: &'t str) -> Result<Self, Refused> {
        Self::read_with(text, Names::Once)
    }

    /// As [`Tape::read`], for a text in which a name may look like another.
    pub(crate) fn read_again(text: &'t str) -> Result<Self, Refused> {
        Self::read_with(text, Names::Any)
    }

    fn read_with(text: &'t str, names: Names) -> Result<Self, Refused> {
        let mut reader = Reader {
            text,
            at: 0,
            // A name with its value is seldom shorter.
            entries: Vec::with_capacity(text.len() / 12 + 16),
            names,
            found: Found {
                strings: 0,
                escapes: 0,
                is_one_line: true,
                is_odd: false,
                is_exact: true,
            },
        };
        u32::try_from(text.len()).map_err(|_| Refused)?;
        reader.value(Name::NONE, 0)?;
        reader.blanks();
        if reader.at != text.len() {
            return Err(Refused);
        }
        Ok(Self {
            text,
            entries: reader.entries,
            found: reader.found,
        })
    }

    /// Whether other readers see every number as it stands: whole ones of more than 18 digits become fractions there.
    pub(crate) fn is_exact(&self) -> bool {
        self.found.is_exact
    }

    /// How many values there are; a [`Node`]'s place is below it.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The value at a place that [`Node::place`] gave.
    pub(crate) fn node(&self, place: u32) -> Node<'_> {
        Node {
            tape: self,
            at: place,
        }
    }

    fn bytes(&self, (start, end): Span) -> &[u8] {
        &self.text.as_bytes()[start as usize..end as usize]
    }

    /// Appends the text as a JSON string. What has to be escaped is in the text's own strings and around them.
    pub(crate) fn quote(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        if self.found.is_one_line {
            let start = out.len();
            let room = scan::Pieces::room(self.text, self.found.strings, self.found.escapes);
            out.resize(start + room, 0);
            let mut copy = scan::Pieces::new(self.text, &mut out[start..]);
            for entry in &self.entries {
                if entry.name.0 > 0 {
                    copy.string(entry.name, entry.name_form == Form::Plain);
                }
                if entry.kind == Kind::Text {
                    copy.string(entry.value, entry.form == Form::Plain);
                }
            }
            let length = copy.finish();
            out.truncate(start + length);
        } else {
            scan::escape(self.text, out);
        }
        out.push(b'"');
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.node(0)
    }
}

impl<'r> Node<'r> {
    fn entry(self) -> &'r Entry {
        &self.tape.entries[self.at as usize]
    }

    pub(crate) fn kind(self) -> Kind {
        self.entry().kind
    }

    pub(crate) fn is(self, kind: Kind) -> bool {
        self.kind() == kind
    }

    pub(crate) fn form(self) -> Form {
        self.entry().form
    }

    /// The member's name.
    pub(crate) fn name(self) -> Cow<'r, str> {
        let entry = self.entry();
        let (start, end) = (entry.name.0 as usize, entry.name.1 as usize);
        if entry.name_form == Form::Plain {
            return Cow::Borrowed(&self.tape.text[start..end]);
        }
        decoded(&self.tape.text[start - 1..=end])
    }

    /// Its number among the values of the text; the whole text is 0.
    pub(crate) fn place(self) -> u32 {
        self.at
    }

    pub(crate) fn tape(self) -> &'r Tape<'r> {
        self.tape
    }

    /// What the map has under the member's name.
    pub(crate) fn find_in<T>(self, map: &NameMap<T>) -> Option<&T> {
        let entry = self.entry();
        if entry.name_form == Form::Plain {
            return map.find(self.tape.bytes(entry.name), entry.hash);
        }
        map.get(&self.name())
    }

    /// The member's name with the escapes that `serde_json` writes.
    pub(crate) fn name_inner(self) -> Cow<'r, [u8]> {
        let entry = self.entry();
        if entry.name_form != Form::Odd {
            return Cow::Borrowed(self.tape.bytes(entry.name));
        }
        let mut name = Vec::new();
        scan::escape(&self.name(), &mut name);
        Cow::Owned(name)
    }

    /// Name and value as they stand, `name":value`, and how long the name is; `None` where `serde_json` would write
    /// them in another way.
    pub(crate) fn member(self) -> Option<(&'r [u8], usize)> {
        let entry = self.entry();
        let quote = u32::from(entry.kind == Kind::Text);
        let (name, value) = (entry.name, (entry.value.0 - quote, entry.value.1 + quote));
        let whole = self.tape.bytes((name.0, value.1));
        let length = (name.1 - name.0) as usize;
        // A colon and nothing else between the two.
        let close = value.0 == name.1 + 2 && whole[length + 1] == b':';
        (close && !self.tape.found.is_odd).then_some((whole, length))
    }

    /// The member's name and its [`hash`].
    pub(crate) fn named(self) -> (Cow<'r, str>, u32) {
        let name = self.name();
        let hash = match &name {
            Cow::Borrowed(_) => self.entry().hash,
            Cow::Owned(name) => hash(name.as_bytes()),
        };
        (name, hash)
    }

    /// The value as it stands, a string without its quotes.
    pub(crate) fn inner(self) -> &'r str {
        let (start, end) = self.entry().value;
        &self.tape.text[start as usize..end as usize]
    }

    /// The value as it stands.
    pub(crate) fn raw(self) -> &'r str {
        let (start, end) = self.entry().value;
        let quote = u32::from(self.is(Kind::Text));
        &self.tape.text[(start - quote) as usize..(end + quote) as usize]
    }

    /// The value as it stands, but with the escapes that `serde_json` writes.
    pub(crate) fn json(self) -> Cow<'r, str> {
        if !self.tape.found.is_odd {
            return Cow::Borrowed(self.raw());
        }
        let end = self.entry().next as usize;
        let within = &self.tape.entries[self.at as usize..end];
        let odd = |entry: &Entry| entry.form == Form::Odd || entry.name_form == Form::Odd;
        // The name of the node itself is no part of its value.
        let own = self.form() == Form::Odd || within[1..].iter().any(odd);
        if own {
            return Cow::Owned(self.value().to_string());
        }
        Cow::Borrowed(self.raw())
    }

    fn value(self) -> serde_json::Value {
        serde_json::from_str(self.raw()).expect("the tape holds only JSON")
    }

    /// Texts, numbers and booleans as text.
    pub(crate) fn scalar(self) -> Option<Cow<'r, str>> {
        match self.kind() {
            Kind::Text => Some(match self.form() {
                Form::Plain => Cow::Borrowed(self.inner()),
                Form::Doubled => Cow::Owned(self.inner().replace("\\\\", "\\")),
                Form::Usual | Form::Odd => decoded(self.raw()),
            }),
            Kind::Int | Kind::Bool => Some(Cow::Borrowed(self.inner())),
            Kind::Number => Some(Cow::Owned(number(&self.value()))),
            Kind::Null | Kind::List | Kind::Object => None,
        }
    }

    /// A text; not a number.
    pub(crate) fn text(self) -> Option<Cow<'r, str>> {
        self.scalar().filter(|_| self.is(Kind::Text))
    }

    /// A text, as it stands, that has this very content; for texts without escapes.
    pub(crate) fn says(self, text: &str) -> bool {
        self.is(Kind::Text) && self.inner() == text
    }

    pub(crate) fn int(self) -> Option<i64> {
        self.is(Kind::Int)
            .then(|| self.inner().parse().ok())
            .flatten()
    }

    pub(crate) fn bool(self) -> Option<bool> {
        self.is(Kind::Bool).then(|| self.inner() == "true")
    }

    /// The members of an object, the elements of a list; nothing of anything else.
    pub(crate) fn children(self) -> Children<'r> {
        let end = match self.kind() {
            Kind::List | Kind::Object => self.entry().next,
            _ => self.at + 1,
        };
        Children {
            tape: self.tape,
            at: self.at + 1,
            end,
        }
    }

    /// The members of an object.
    pub(crate) fn members(self) -> Option<Children<'r>> {
        self.is(Kind::Object).then(|| self.children())
    }

    /// The member of this name.
    pub(crate) fn get(self, name: &str) -> Option<Node<'r>> {
        self.members()?.find(|member| member.name() == name)
    }
}

/// A record that [`Tape::read`] refuses, without what is odd about it: of a name that stands twice the last value counts.
///
/// # Errors
/// It is no JSON, or nested too deep.
pub(crate) fn plain(text: &[u8]) -> Result<String, Failure> {
    aurora_formats::json::check_depth(text).map_err(|_| Failure::TooDeep)?;
    let value: serde_json::Value = serde_json::from_slice(text)
        .map_err(|error| Failure::Unparsable(format!("not JSON: {error}")))?;
    Ok(value.to_string())
}

/// A number as text, as a program's runtime writes it: `60` for `60.0`, and no exponents.
fn number(value: &serde_json::Value) -> String {
    match value.as_f64().filter(|_| value.is_f64()) {
        Some(fraction) => fraction.to_string(),
        None => value.to_string(),
    }
}

/// A string with its quotes, as what it says.
fn decoded(raw: &str) -> Cow<'static, str> {
    Cow::Owned(serde_json::from_str(raw).expect("the reader has looked at every escape"))
}

#[derive(Clone, Debug)]
pub(crate) struct Children<'r> {
    tape: &'r Tape<'r>,
    at: u32,
    end: u32,
}

impl<'r> Iterator for Children<'r> {
    type Item = Node<'r>;

    fn next(&mut self) -> Option<Node<'r>> {
        let node = (self.at < self.end).then_some(Node {
            tape: self.tape,
            at: self.at,
        })?;
        self.at = node.entry().next;
        Some(node)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// An object with one name twice is refused.
    Once,
    Any,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    entries: Vec<Entry>,
    names: Names,
    found: Found,
}

/// Under which name a value stands.
#[derive(Clone, Copy)]
struct Name {
    place: Span,
    hash: u32,
    form: Form,
}

impl Name {
    const NONE: Self = Self {
        place: (0, 0),
        hash: 0,
        form: Form::Plain,
    };
}

/// So many members are compared with each other where they might be twins; more are sorted.
const FEW: usize = 48;

/// A string's place without its quotes.
type Span = (u32, u32);

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        // Most records have none: one comparison says so.
        while let Some(byte) = self.peek().filter(|byte| *byte <= b' ') {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return;
            }
            self.found.is_one_line &= byte == b' ';
            self.at += 1;
        }
    }

    /// The next byte that is no blank, passed over.
    fn token(&mut self) -> Option<u8> {
        self.blanks();
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn value(&mut self, name: Name, depth: u32) -> Result<(), Refused> {
        let first = self.token().ok_or(Refused)?;
        let start = self.at - 1;
        match first {
            b'"' => {
                let (value, form) = self.string()?;
                self.leaf(name, Kind::Text, form, value);
                Ok(())
            }
            b'{' | b'[' if depth >= MAX_DEPTH => Err(Refused),
            b'{' => self.object(name, start, depth),
            b'[' => self.list(name, start, depth),
            b't' => self.word(name, start, "true", Kind::Bool),
            b'f' => self.word(name, start, "false", Kind::Bool),
            b'n' => self.word(name, start, "null", Kind::Null),
            b'-' | b'0'..=b'9' => self.number(name, start),
            _ => Err(Refused),
        }
    }

    fn leaf(&mut self, name: Name, kind: Kind, form: Form, value: Span) {
        let next = place(self.entries.len()) + 1;
        self.entries.push(Entry {
            name: name.place,
            value,
            hash: name.hash,
            next,
            kind,
            form,
            name_form: name.form,
        });
    }

    fn word(&mut self, name: Name, start: usize, word: &str, kind: Kind) -> Result<(), Refused> {
        if !self.text.as_bytes()[start..].starts_with(word.as_bytes()) {
            return Err(Refused);
        }
        self.at = start + word.len();
        self.leaf(name, kind, Form::Plain, (place(start), place(self.at)));
        Ok(())
    }

    /// Closes the nest that was opened at `start` as entry `index`.
    fn close(&mut self, index: usize) {
        let (next, end) = (place(self.entries.len()), place(self.at));
        let entry = &mut self.entries[index];
        entry.next = next;
        entry.value.1 = end;
    }

    fn list(&mut self, name: Name, start: usize, depth: u32) -> Result<(), Refused> {
        let index = self.entries.len();
        self.leaf(name, Kind::List, Form::Plain, (place(start), 0));
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        loop {
            self.value(Name::NONE, depth + 1)?;
            match self.token() {
                Some(b',') => {}
                Some(b']') => break,
                _ => return Err(Refused),
            }
        }
        self.close(index);
        Ok(())
    }

    fn object(&mut self, name: Name, start: usize, depth: u32) -> Result<(), Refused> {
        let index = self.entries.len();
        self.leaf(name, Kind::Object, Form::Plain, (place(start), 0));
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        let (mut count, mut seen) = (0, 0_u64);
        loop {
            let name = self.name()?;
            let bit = 1 << (name.hash % 64);
            if seen & bit != 0 && count <= FEW && self.is_member(index, name.hash) {
                return Err(Refused);
            }
            (count, seen) = (count + 1, seen | bit);
            self.value(name, depth + 1)?;
            match self.token() {
                Some(b',') => {}
                Some(b'}') => break,
                _ => return Err(Refused),
            }
        }
        self.close(index);
        if count > FEW && self.has_twins(index) {
            return Err(Refused);
        }
        Ok(())
    }

    /// The hashes of the names in the object that is entry `index`.
    fn members(&self, index: usize) -> impl Iterator<Item = u32> {
        let mut at = index + 1;
        std::iter::from_fn(move || {
            let entry = self.entries.get(at)?;
            at = entry.next as usize;
            Some(entry.hash)
        })
    }

    /// Whether an object that is being read has a name that looks like this one, if that counts.
    fn is_member(&self, index: usize, hash: u32) -> bool {
        self.names == Names::Once && self.members(index).any(|other| other == hash)
    }

    /// Whether an object that has just been read, and is the last entry with what is in it, has two names that look
    /// alike, if that counts.
    fn has_twins(&self, index: usize) -> bool {
        if self.names == Names::Any {
            return false;
        }
        let mut hashes: Vec<_> = self.members(index).collect();
        hashes.sort_unstable();
        hashes.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// A member's name and the colon behind it.
    fn name(&mut self) -> Result<Name, Refused> {
        if self.token() != Some(b'"') {
            return Err(Refused);
        }
        let (place, form) = self.string()?;
        if self.token() != Some(b':') {
            return Err(Refused);
        }
        let hash = hash(&self.text.as_bytes()[place.0 as usize..place.1 as usize]);
        Ok(Name { place, hash, form })
    }

    /// A string whose opening quote has been passed.
    fn string(&mut self) -> Result<(Span, Form), Refused> {
        let bytes = self.text.as_bytes();
        let (start, mut form) = (self.at, Form::Plain);
        loop {
            self.at += scan::plain(&bytes[self.at..]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {}
                _ => return Err(Refused),
            }
            let escape = match bytes.get(self.at + 1) {
                Some(b'\\') => Form::Doubled,
                Some(b'"' | b'n' | b'r' | b't' | b'b' | b'f') => Form::Usual,
                Some(b'/' | b'u') => Form::Odd,
                _ => return Err(Refused),
            };
            form = form.max(escape);
            self.found.escapes += 1;
            self.at += 2;
        }
        let end = self.at;
        self.at += 1;
        self.found.strings += 1;
        if form == Form::Odd {
            self.found.is_odd = true;
            // Whether the digits after `\u` are some, and halves of characters are whole.
            let raw = &self.text[start - 1..self.at];
            serde_json::from_str::<String>(raw).map_err(|_| Refused)?;
        }
        Ok(((place(start), place(end)), form))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self, name: Name, start: usize) -> Result<(), Refused> {
        let bytes = self.text.as_bytes();
        self.at = start + usize::from(bytes[start] == b'-');
        let first = self.peek();
        let whole = self.digits();
        if whole == 0 || (whole > 1 && first == Some(b'0')) {
            return Err(Refused);
        }
        // `-0` is a fraction to `serde_json`.
        let zero = whole == 1 && first == Some(b'0') && bytes[start] == b'-';
        let mut kind = if whole <= 18 && !zero {
            Kind::Int
        } else {
            Kind::Number
        };
        if self.peek() == Some(b'.') {
            self.at += 1;
            kind = Kind::Number;
            if self.digits() == 0 {
                return Err(Refused);
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            kind = Kind::Number;
            if self.digits() == 0 {
                return Err(Refused);
            }
        }
        if kind == Kind::Number {
            let is_fraction = bytes[start..self.at]
                .iter()
                .any(|byte| b".eE".contains(byte));
            self.found.is_exact &= is_fraction;
            let float = self.text[start..self.at].parse::<f64>();
            float.ok().filter(|f| f.is_finite()).ok_or(Refused)?;
        }
        self.leaf(name, kind, Form::Plain, (place(start), place(self.at)));
        Ok(())
    }
}

/// The text's length was looked at before.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("texts are below 4 GiB")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The whole tape as a value, built from its nodes.
    fn rebuilt(node: Node<'_>) -> Value {
        match node.kind() {
            Kind::List => node.children().map(rebuilt).collect(),
            Kind::Object => {
                let members = node
                    .children()
                    .map(|node| (node.name().into_owned(), rebuilt(node)));
                Value::Object(members.collect())
            }
            Kind::Text => node.text().unwrap().into(),
            _ => serde_json::from_str(&node.json()).unwrap(),
        }
    }

    fn check_quoted(tape: &Tape<'_>) {
        let mut quoted = b"before".to_vec();
        tape.quote(&mut quoted);
        let wanted = serde_json::to_string(tape.text).unwrap();
        assert_eq!(String::from_utf8_lossy(&quoted[6..]), wanted);
    }

    fn check(text: &str) {
        let wanted: Option<Value> = serde_json::from_str(text).ok();
        match (Tape::read(text), wanted) {
            (Ok(tape), Some(wanted)) => {
                check_quoted(&tape);
                assert_eq!(rebuilt(tape.root()), wanted, "{text}");
            }
            (Err(Refused), None) => {}
            (Err(Refused), Some(_)) => {
                let tape = Tape::read_again(text);
                assert!(tape.is_ok(), "refused: {text}");
            }
            (Ok(_), None) => panic!("taken: {text}"),
        }
    }

    #[test]
    fn it_takes_and_refuses_what_serde_json_does() {
        let texts = [
            r#"{"a":1,"b":[1,-2,3.5,1e5,-0,0.0,123456789012345678901],"c":{"d":null,"e":true,"f":false}}"#,
            "{}",
            "[]",
            " { \"a\" : [ ] , \"b\" : { } } ",
            r#"{"a":"C:\\x\\y","b":"\"\n","c":"\/","d":"\u00e9\ud83d\ude00","\u0061b":1}"#,
            r#"{"a":1,"a":2}"#,
            r#""\ud83d""#,
            r#""\u12""#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":1e999}"#,
            r#"{"a":-}"#,
            r#"{"a" 1}"#,
            r#"{"a":1,}"#,
            "[1,]",
            "[1 2]",
            "tru",
            "truex",
            "\"a\tb\"",
            "\"a",
            "{",
            "",
            "1 2",
            "\u{feff}{}",
            "\"\u{7f}é€😀\"",
        ];
        texts.iter().for_each(|text| check(text));
        check(&format!("{}1{}", "[".repeat(90), "]".repeat(90)));
        assert!(Tape::read(&format!("{}1{}", "[".repeat(101), "]".repeat(101))).is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
            ".*".prop_map(Value::from),
            r#"[\\"/\n a-c]{0,12}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((r#"[a-c\\"]{0,9}"#, inner), 0..60)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read(value in any_json()) {
            let text = value.to_string();
            let tape = Tape::read(&text).or_else(|_| Tape::read_again(&text)).unwrap();
            check_quoted(&tape);
            prop_assert_eq!(rebuilt(tape.root()), value);
            check(&serde_json::to_string_pretty(&rebuilt(tape.root())).unwrap());
        }

        #[test]
        fn damaged_texts_are_judged_alike(value in any_json(), at in any::<prop::sample::Index>(), byte in 32_u8..127) {
            let mut text = value.to_string().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            if let Ok(text) = std::str::from_utf8(&text) {
                check(text);
            }
        }
    }
}
