//! A record's JSON, read once and where it stands.
//!
//! [`Tape::read`] makes a flat list of entries that point into the text; a [`Node`] is a place in it. Strings keep
//! their escapes: most are copied into an event as they are, and only one that a table looks into is decoded. The
//! reader is as strict as `serde_json`; what it refuses, the caller gives to `serde_json` for the reason.

use std::borrow::Cow;

use super::names::hash;
use super::scan;

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
    /// Only blanks, if anything, stand between its parts.
    is_one_line: bool,
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
            entries: Vec::with_capacity(64),
            hashes: Vec::with_capacity(64),
            names,
            is_one_line: true,
        };
        u32::try_from(text.len()).map_err(|_| Refused)?;
        reader.value(0)?;
        reader.blanks();
        if reader.at != text.len() {
            return Err(Refused);
        }
        Ok(Self {
            text,
            entries: reader.entries,
            is_one_line: reader.is_one_line,
        })
    }

    /// Whether other readers see every number as it stands: whole ones of more than 18 digits become fractions there.
    pub(crate) fn is_exact(&self) -> bool {
        let number = |entry: &&Entry| entry.kind == Kind::Number;
        let text = |entry: &Entry| &self.text[entry.value.0 as usize..entry.value.1 as usize];
        let mut numbers = self.entries.iter().filter(number).map(text);
        numbers.all(|text| text.contains(['.', 'e', 'E']))
    }

    /// Appends the text as a JSON string. What has to be escaped is in the text's own strings and around them.
    pub(crate) fn quote(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        if self.is_one_line {
            let mut copy = scan::Pieces::new(self.text, out);
            for entry in &self.entries {
                if entry.name.0 > 0 {
                    copy.string(entry.name, entry.name_form == Form::Plain);
                }
                if entry.kind == Kind::Text {
                    copy.string(entry.value, entry.form == Form::Plain);
                }
            }
            copy.finish();
        } else {
            scan::escape(self.text, out);
        }
        out.push(b'"');
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { tape: self, at: 0 }
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
            Kind::Number => Some(Cow::Owned(self.value().to_string())),
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
    /// Of the members of the objects around `at`.
    hashes: Vec<u32>,
    names: Names,
    is_one_line: bool,
}

/// A string's place without its quotes.
type Span = (u32, u32);

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\n' | b'\r' | b'\t')) = self.peek() {
            self.is_one_line &= byte == b' ';
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

    fn value(&mut self, depth: u32) -> Result<(), Refused> {
        let first = self.token().ok_or(Refused)?;
        let start = self.at - 1;
        match first {
            b'"' => {
                let (value, form) = self.string()?;
                self.leaf(Kind::Text, form, value);
                Ok(())
            }
            b'{' | b'[' if depth >= MAX_DEPTH => Err(Refused),
            b'{' => self.object(start, depth),
            b'[' => self.list(start, depth),
            b't' => self.word(start, "true", Kind::Bool),
            b'f' => self.word(start, "false", Kind::Bool),
            b'n' => self.word(start, "null", Kind::Null),
            b'-' | b'0'..=b'9' => self.number(start),
            _ => Err(Refused),
        }
    }

    fn leaf(&mut self, kind: Kind, form: Form, value: Span) {
        let next = place(self.entries.len()) + 1;
        self.entries.push(Entry {
            name: (0, 0),
            value,
            hash: 0,
            next,
            kind,
            form,
            name_form: Form::Plain,
        });
    }

    fn word(&mut self, start: usize, word: &str, kind: Kind) -> Result<(), Refused> {
        if !self.text.as_bytes()[start..].starts_with(word.as_bytes()) {
            return Err(Refused);
        }
        self.at = start + word.len();
        self.leaf(kind, Form::Plain, (place(start), place(self.at)));
        Ok(())
    }

    /// Closes the nest that was opened at `start` as entry `index`.
    fn close(&mut self, index: usize) {
        let (next, end) = (place(self.entries.len()), place(self.at));
        let entry = &mut self.entries[index];
        entry.next = next;
        entry.value.1 = end;
    }

    fn list(&mut self, start: usize, depth: u32) -> Result<(), Refused> {
        let index = self.entries.len();
        self.leaf(Kind::List, Form::Plain, (place(start), 0));
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            match self.token() {
                Some(b',') => {}
                Some(b']') => break,
                _ => return Err(Refused),
            }
        }
        self.close(index);
        Ok(())
    }

    fn object(&mut self, start: usize, depth: u32) -> Result<(), Refused> {
        let (index, outer) = (self.entries.len(), self.hashes.len());
        self.leaf(Kind::Object, Form::Plain, (place(start), 0));
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        loop {
            self.member(depth)?;
            match self.token() {
                Some(b',') => {}
                Some(b'}') => break,
                _ => return Err(Refused),
            }
        }
        if self.names == Names::Once && has_twins(&mut self.hashes[outer..]) {
            return Err(Refused);
        }
        self.hashes.truncate(outer);
        self.close(index);
        Ok(())
    }

    fn member(&mut self, depth: u32) -> Result<(), Refused> {
        if self.token() != Some(b'"') {
            return Err(Refused);
        }
        let (name, form) = self.string()?;
        if self.token() != Some(b':') {
            return Err(Refused);
        }
        let hash = hash(&self.text.as_bytes()[name.0 as usize..name.1 as usize]);
        self.hashes.push(hash);
        let index = self.entries.len();
        self.value(depth + 1)?;
        let entry = &mut self.entries[index];
        entry.name = name;
        entry.hash = hash;
        entry.name_form = form;
        Ok(())
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
            self.at += 2;
        }
        let end = self.at;
        self.at += 1;
        if form == Form::Odd {
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

    fn number(&mut self, start: usize) -> Result<(), Refused> {
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
            let float = self.text[start..self.at].parse::<f64>();
            float.ok().filter(|f| f.is_finite()).ok_or(Refused)?;
        }
        self.leaf(kind, Form::Plain, (place(start), place(self.at)));
        Ok(())
    }
}

/// The text's length was looked at before.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("texts are below 4 GiB")
}

/// Few members are compared all with all, which is quicker than to sort them.
fn has_twins(hashes: &mut [u32]) -> bool {
    const FEW: usize = 48;
    if hashes.len() <= FEW {
        return (1..hashes.len()).any(|at| hashes[..at].contains(&hashes[at]));
    }
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
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
