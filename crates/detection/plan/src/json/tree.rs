//! A text of nested JSON read without building anything: where the values at known places stand.
//!
//! Arrays on the way count for nothing: a name reaches into every object of an array, as paths into
//! events do. What is read is checked to be JSON, as [`super::Reader`] does.

use std::borrow::Cow;

use serde_json::Value;

use super::places::{Places, Spot};
use super::quotes::{self, Seen};
use super::walk::{MAX_DEPTH, Walk};
use super::{Error, Kind, push};
use crate::canon;
use crate::values::Loaded;

/// What one thread remembers of the text it reads. Nothing is allocated for a text once the largest
/// has been seen.
#[derive(Debug, Default)]
pub struct Tree {
    quotes: Vec<u32>,
    marks: Marks,
    simple: bool,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Marks {
    found: Vec<Found>,
    /// By spot.
    lists: Vec<List>,
    text: u32,
    objects: u32,
    /// Whether an object has a member twice, or an array holds arrays, at places asked for.
    crooked: bool,
    name: String,
}

#[derive(Clone, Copy, Debug)]
struct Found {
    kind: Kind,
    start: u32,
    end: u32,
    /// The object that it is a member of.
    object: u32,
    /// The next at the same place; 0 for none.
    next: u32,
}

/// What stands at one place: the first and the last of `found`.
#[derive(Clone, Copy, Debug, Default)]
struct List {
    text: u32,
    first: u32,
    last: u32,
}

/// A text and what was found in it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'d> {
    tree: &'d Tree,
    text: &'d str,
}

/// A value in a document.
#[derive(Clone, Copy, Debug)]
pub struct Part<'d> {
    document: Document<'d>,
    found: Found,
}

impl Tree {
    /// Reads a text for the places.
    ///
    /// # Errors
    /// When it is not one JSON object in UTF-8.
    pub fn read<'d>(&'d mut self, places: &Places, line: &'d [u8]) -> Result<Document<'d>, Error> {
        let seen = quotes::find::<true>(line, &mut self.quotes)?;
        let text = std::str::from_utf8(line)
            .map_err(|error| Error::new(error.valid_up_to(), "no UTF-8"))?;
        self.seen = seen;
        self.simple = !seen.foreign && !seen.odd;
        self.marks.begin(places.len());
        let mut reading = Reading {
            walk: Walk::new(line, &self.quotes, seen),
            places,
            text,
            seen,
            marks: &mut self.marks,
        };
        reading.walk.blanks();
        if reading.walk.peek() != Some(b'{') {
            return Err(Error::new(reading.walk.place() as usize, "want `{`"));
        }
        reading.members(Places::ROOT, 0)?;
        reading.walk.end()?;
        Ok(Document { tree: self, text })
    }
}

impl Marks {
    fn begin(&mut self, spots: usize) {
        self.text = self.text.wrapping_add(1);
        if self.text == 0 || self.lists.len() != spots {
            self.lists = vec![List::default(); spots];
            self.text = 1;
        }
        self.found.clear();
        self.objects = 0;
        self.crooked = false;
    }

    fn add(&mut self, spot: Spot, mut found: Found) {
        let number = crate::index::index(self.found.len());
        let list = &mut self.lists[spot.0 as usize];
        if list.text != self.text {
            *list = List {
                text: self.text,
                first: number,
                last: number,
            };
        } else {
            let last = &mut self.found[list.last as usize];
            self.crooked |= last.object == found.object;
            last.next = number;
            list.last = number;
        }
        found.next = 0;
        self.found.push(found);
    }
}

struct Reading<'r> {
    walk: Walk<'r>,
    places: &'r Places,
    text: &'r str,
    seen: Seen,
    marks: &'r mut Marks,
}

impl Reading<'_> {
    /// An object of which some members are asked for.
    fn members(&mut self, spot: Spot, depth: usize) -> Result<(), Error> {
        self.marks.objects += 1;
        let object = self.marks.objects;
        self.walk.expect(b'{', "want `{`")?;
        self.walk.blanks();
        if self.walk.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.walk.string()?;
            self.walk.colon()?;
            self.member(spot, key, object, depth)?;
            self.walk.blanks();
            if !self.walk.take(b',') {
                return self.walk.expect(b'}', "want `,` or `}`");
            }
            self.walk.blanks();
        }
    }

    fn member(
        &mut self,
        parent: Spot,
        key: (u32, u32),
        object: u32,
        depth: usize,
    ) -> Result<(), Error> {
        let spot = self.find(parent, key);
        let folded = match spot {
            Some(spot) => self.places.folded(spot),
            None if self.places.folds(parent) => self.in_any_case(parent, key),
            None => None,
        };
        let (kind, start, end) = match spot {
            Some(spot) => self.value(spot, false, depth)?,
            None => self.walk.value(depth)?,
        };
        let found = Found {
            kind,
            start,
            end,
            object,
            next: 0,
        };
        for spot in spot.into_iter().chain(folded) {
            self.marks.add(spot, found);
        }
        Ok(())
    }

    fn find(&self, parent: Spot, (start, end): (u32, u32)) -> Option<Spot> {
        let range = (start as usize, end as usize);
        self.places.written(parent, self.text, range, self.seen.odd)
    }

    fn in_any_case(&mut self, parent: Spot, (start, end): (u32, u32)) -> Option<Spot> {
        let name = &mut self.marks.name;
        name.clear();
        name.push_str(&canon::unescaped(&self.text[start as usize..end as usize]));
        name.make_ascii_lowercase();
        self.places.in_any_case(parent, name)
    }

    /// A value at a place that somebody asks for.
    fn value(
        &mut self,
        spot: Spot,
        in_array: bool,
        depth: usize,
    ) -> Result<(Kind, u32, u32), Error> {
        if !self.places.leads_on(spot) || depth >= MAX_DEPTH {
            return self.walk.value(depth);
        }
        let start = self.walk.place();
        match self.walk.peek() {
            Some(b'{') => self.members(spot, depth + 1)?,
            Some(b'[') => {
                self.marks.crooked |= in_array;
                self.elements(spot, depth + 1)?;
            }
            _ => return self.walk.value(depth),
        }
        Ok((Kind::Nested, start, self.walk.place()))
    }

    fn elements(&mut self, spot: Spot, depth: usize) -> Result<(), Error> {
        self.walk.expect(b'[', "want `[`")?;
        self.walk.blanks();
        if self.walk.take(b']') {
            return Ok(());
        }
        loop {
            self.value(spot, true, depth)?;
            self.walk.blanks();
            if !self.walk.take(b',') {
                return self.walk.expect(b']', "want `,` or `]`");
            }
            self.walk.blanks();
        }
    }
}

impl<'d> Document<'d> {
    pub fn text(&self) -> &'d str {
        self.text
    }

    /// Whether some object has a member twice, or an array holds arrays, where places were asked
    /// for: then what stands at a place is not as `serde_json` and paths into events have it.
    pub fn is_crooked(&self) -> bool {
        self.tree.marks.crooked
    }

    /// Whether there are escapes that the canonical form does not keep.
    pub fn has_odd_escapes(&self) -> bool {
        self.tree.seen.odd
    }

    /// Whether some string may hold JSON with such escapes.
    pub fn may_hold_odd_escapes(&self) -> bool {
        self.tree.seen.twice_odd
    }

    /// Whether some character is none of ASCII's but folds to one.
    pub fn folds_to_ascii(&self) -> bool {
        self.tree.seen.foreign && canon::folds_to_ascii(self.text)
    }

    pub fn first(&self, spot: Spot) -> Option<Part<'d>> {
        let marks = &self.tree.marks;
        let list = &marks.lists[spot.0 as usize];
        (list.text == marks.text).then(|| self.part(list.first))
    }

    /// What stands at a place, in the order of the text.
    pub fn all(&self, spot: Spot) -> impl Iterator<Item = Part<'d>> {
        std::iter::successors(self.first(spot), |part| {
            (part.found.next != 0).then(|| part.document.part(part.found.next))
        })
    }

    fn part(&self, number: u32) -> Part<'d> {
        Part {
            document: *self,
            found: self.tree.marks.found[number as usize],
        }
    }
}

impl<'d> Part<'d> {
    /// As JSON writes it, a string without its quotation marks.
    pub fn raw(&self) -> &'d str {
        &self.document.text[self.found.start as usize..self.found.end as usize]
    }

    /// The text of a string.
    pub fn str(&self) -> Option<Cow<'d, str>> {
        (self.found.kind == Kind::Text).then(|| canon::unescaped(self.raw()))
    }

    /// The inside of a string that is canonical but for the case of its letters.
    pub fn simple(&self) -> Option<&'d str> {
        let is_simple = || self.document.tree.simple || canon::is_simple(self.raw());
        (self.found.kind == Kind::Text && is_simple()).then(|| self.raw())
    }

    /// Tells the value from others: where this is the same, so is the value.
    pub fn identity(&self, into: &mut Vec<u8>) {
        into.push(self.found.kind as u8 + 1);
        into.extend_from_slice(self.raw().as_bytes());
    }

    pub fn is_object(&self) -> bool {
        self.found.kind == Kind::Nested && self.raw().starts_with('{')
    }

    /// Builds it.
    pub fn value(&self) -> Value {
        match self.str() {
            Some(text) => Value::String(text.into_owned()),
            None => serde_json::from_str(self.raw()).unwrap_or(Value::Null),
        }
    }

    /// Hands it over: where it stands when it is text, an array by member.
    pub fn push(&self, into: &mut Loaded<'_>) {
        let range = self.found.start as usize..self.found.end as usize;
        push(
            self.document.text,
            self.document.tree.simple,
            self.found.kind,
            range,
            into,
        );
    }
}
