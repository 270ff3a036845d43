//! What is looked for in one field, all of it at once.

mod few;
mod grams;
mod map;
mod table;

pub(crate) use grams::gram;
pub(crate) use table::{index, mix};

use aurora_sigma::Number;

use self::few::Few;
use self::grams::Grams;
use self::table::{Entry, Kind, Table};
use crate::canon::aligned;
use crate::commonness::Commonness;
use crate::predicate::Anchor;

/// Shorter starts and ends are compared one by one.
const SHORT: usize = 4;
/// From here on a search may look at one place in four.
const LONG: usize = 7;
/// So many shorter patterns are looked for one by one.
const FEW: usize = 4;
/// `OR` with it folds the case of eight ASCII letters, and joins some other bytes: a comparison
/// follows.
const CASE: u64 = 0x2020_2020_2020_2020;

/// The patterns of one field in one section.
#[derive(Debug)]
pub(crate) struct FieldIndex {
    pub field: u32,
    /// The folded texts of all patterns, one after the other.
    texts: Vec<u8>,
    /// Whole values of at most seven bytes.
    small: Table,
    /// Whole values of eight bytes and more, and ends, by their last eight bytes; then ends of four to
    /// seven by their last four. Starts likewise.
    ends8: Table,
    ends4: Table,
    starts8: Table,
    starts4: Table,
    /// Texts anywhere: long ones, medium ones, tiny ones.
    grams: [Option<Grams>; 3],
    /// Few texts anywhere that are not worth a look at every second place.
    few: Vec<Few>,
    /// Starts and ends of fewer than four bytes.
    tiny: Vec<Entry>,
    /// Whether nothing but words anywhere is looked for, as [`crate::Event::haystacks`] has it.
    only_words: bool,
    /// Whole numbers, which only a number with a fraction has to be compared with: those of an event
    /// that are whole are found by their text.
    integers: Vec<(Number, u32)>,
    /// Numbers with fractions: each meets every number of the event.
    fractions: Vec<(Number, u32)>,
    pub on_value: Vec<u32>,
    pub on_field: Vec<u32>,
}

#[derive(Debug, Default)]
pub(crate) struct Builder {
    texts: Vec<u8>,
    small: Vec<(u64, Entry)>,
    ends8: Vec<(u64, Entry)>,
    ends4: Vec<(u64, Entry)>,
    starts8: Vec<(u64, Entry)>,
    starts4: Vec<(u64, Entry)>,
    /// Long, medium, tiny: hit, start and length.
    anywhere: [Vec<(u32, u32, u32)>; 3],
    tiny: Vec<Entry>,
    integers: Vec<(Number, u32)>,
    fractions: Vec<(Number, u32)>,
    on_value: Vec<u32>,
    on_field: Vec<u32>,
}

impl Builder {
    pub fn add(&mut self, anchor: &Anchor, hit: u32) {
        match anchor {
            Anchor::Whole(text) => self.whole(text.as_bytes(), hit),
            Anchor::Start(text) => self.start(text.as_bytes(), hit),
            Anchor::End(text) => self.end(text.as_bytes(), hit),
            Anchor::Anywhere(text) => self.anywhere(text.as_bytes(), hit),
            Anchor::Number(Number::Int(value)) => {
                self.whole(value.to_string().as_bytes(), hit);
                self.integers.push((Number::Int(*value), hit));
            }
            Anchor::Number(number) => self.fractions.push((*number, hit)),
            Anchor::Value => self.on_value.push(hit),
            Anchor::Field => self.on_field.push(hit),
        }
    }

    fn entry(&mut self, text: &[u8], hit: u32, kind: Kind) -> Entry {
        let start = index(self.texts.len());
        self.texts.extend_from_slice(text);
        Entry {
            hit,
            start,
            len: index(text.len()),
            offset: 0,
            kind,
        }
    }

    fn whole(&mut self, text: &[u8], hit: u32) {
        let entry = self.entry(text, hit, Kind::Whole);
        match text.last_chunk() {
            Some(last) => self.ends8.push((u64::from_le_bytes(*last) | CASE, entry)),
            None => self.small.push((small_key(text), entry)),
        }
    }

    fn end(&mut self, text: &[u8], hit: u32) {
        let entry = self.entry(text, hit, Kind::End);
        if let Some(last) = text.last_chunk() {
            self.ends8.push((u64::from_le_bytes(*last) | CASE, entry));
        } else if text.len() >= SHORT {
            let key = gram(text, text.len() - SHORT, SHORT);
            self.ends4.push((u64::from(key), entry));
        } else {
            self.tiny.push(entry);
        }
    }

    fn start(&mut self, text: &[u8], hit: u32) {
        let entry = self.entry(text, hit, Kind::Start);
        if let Some(first) = text.first_chunk() {
            self.starts8
                .push((u64::from_le_bytes(*first) | CASE, entry));
        } else if text.len() >= SHORT {
            self.starts4.push((u64::from(gram(text, 0, SHORT)), entry));
        } else {
            self.tiny.push(entry);
        }
    }

    fn anywhere(&mut self, text: &[u8], hit: u32) {
        let entry = self.entry(text, hit, Kind::Anywhere);
        let class = match text.len() {
            LONG.. => 0,
            SHORT.. => 1,
            _ => 2,
        };
        self.anywhere[class].push((hit, entry.start, entry.len));
    }

    fn only_words(&self) -> bool {
        let nothing_else = self.small.is_empty()
            && self.ends8.is_empty()
            && self.ends4.is_empty()
            && self.starts8.is_empty()
            && self.starts4.is_empty()
            && self.tiny.is_empty()
            && self.integers.is_empty()
            && self.fractions.is_empty()
            && self.on_value.is_empty()
            && self.on_field.is_empty();
        let mut all = self.anywhere.iter().flatten();
        nothing_else
            && all.all(|(_, start, len)| {
                is_word(&self.texts[*start as usize..(start + len) as usize])
            })
    }

    pub fn finish(mut self, field: u32, commonness: &Commonness) -> FieldIndex {
        let only_words = self.only_words();
        let mut few = Vec::new();
        for class in &mut self.anywhere[1..] {
            if class.len() <= FEW {
                few.extend(
                    class
                        .drain(..)
                        .map(|it| Few::new(&self.texts, it, commonness)),
                );
            }
        }
        FieldIndex {
            field,
            only_words,
            small: Table::new(self.small),
            ends8: Table::new(self.ends8),
            ends4: Table::new(self.ends4),
            starts8: Table::new(self.starts8),
            starts4: Table::new(self.starts4),
            grams: self
                .anywhere
                .map(|all| Grams::new(&self.texts, &all, commonness)),
            few,
            texts: self.texts,
            tiny: self.tiny,
            integers: self.integers,
            fractions: self.fractions,
            on_value: self.on_value,
            on_field: self.on_field,
        }
    }
}

/// In canonical form.
fn is_word(text: &[u8]) -> bool {
    let escapes = text.chunks(2).take_while(|pair| pair[0] == b'\\').count() * 2;
    let rest = text.get(escapes..).unwrap_or_default();
    let in_number = |byte: &u8| byte.is_ascii_digit() || b"+-.e".contains(byte);
    rest.is_ascii() && !rest.contains(&b'\\') && !rest.iter().all(in_number)
}

fn small_key(text: &[u8]) -> u64 {
    let bytes = text.iter().rev();
    let packed = bytes.fold(0u64, |key, byte| key << 8 | u64::from(*byte | 0x20));
    packed | (text.len() as u64) << 56
}

impl FieldIndex {
    /// What is looked for, for people.
    pub fn describe(&self) -> String {
        let [long, medium, tiny] = self
            .grams
            .each_ref()
            .map(|grams| grams.as_ref().map_or(0, Grams::len));
        format!(
            "{long} long, {medium} medium, {tiny} tiny, {} alone, {} tiny ends, {} on any value, {} on presence",
            self.few.len(),
            self.tiny.len(),
            self.on_value.len(),
            self.on_field.len()
        )
    }

    /// Calls `hit` with every number that equals the event's, but for those that
    /// [`FieldIndex::scan`] finds by its text.
    #[inline]
    pub fn equal(&self, held: Number, mut hit: impl FnMut(u32)) {
        let mut look = |numbers: &[(Number, u32)]| {
            let equal = numbers.iter().filter(|(number, _)| *number == held);
            equal.for_each(|(_, predicate)| hit(*predicate));
        };
        if !matches!(held, Number::Int(_)) {
            look(&self.integers);
        }
        look(&self.fractions);
    }

    /// Calls `hit` with every pattern that is in the text, some of them more than once. `text` is
    /// in canonical form but perhaps for ASCII case.
    #[inline]
    pub fn scan(&self, text: &[u8], mut hit: impl FnMut(u32)) {
        let mut check = |entry: &Entry, start: usize| {
            if self.stands(entry, text, start) {
                hit(entry.hit);
            }
        };
        match (text.last_chunk(), text.first_chunk()) {
            (Some(last), Some(first)) => {
                let key = u64::from_le_bytes(*last) | CASE;
                for entry in self.ends8.get(key) {
                    check(entry, text.len().wrapping_sub(entry.len as usize));
                }
                let key = u64::from_le_bytes(*first) | CASE;
                self.starts8
                    .get(key)
                    .iter()
                    .for_each(|entry| check(entry, 0));
            }
            _ => {
                if !self.small.is_empty() {
                    let small = self.small.get(small_key(text));
                    small.iter().for_each(|entry| check(entry, 0));
                }
            }
        }
        if text.len() >= SHORT {
            for entry in self
                .ends4
                .get(u64::from(gram(text, text.len() - SHORT, SHORT)))
            {
                check(entry, text.len().wrapping_sub(entry.len as usize));
            }
            let starts = self.starts4.get(u64::from(gram(text, 0, SHORT)));
            starts.iter().for_each(|entry| check(entry, 0));
        }
        self.anywhere(text, &mut check);
        for entry in &self.tiny {
            if self.tiny(entry, text) {
                hit(entry.hit);
            }
        }
    }

    /// Whether nothing that is looked for stands in one of [`crate::Event::haystacks`].
    pub fn is_nowhere_in(&self, text: &[u8]) -> bool {
        if !self.only_words {
            return false;
        }
        let mut nowhere = true;
        self.anywhere(text, |entry, start| {
            nowhere = nowhere && !self.is_at(entry, text, start);
        });
        nowhere
    }

    /// Calls `found` with every place where something may stand that is looked for anywhere.
    #[inline]
    fn anywhere(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        for grams in self.grams.iter().flatten() {
            grams.scan(text, &mut found);
        }
        for few in &self.few {
            few.scan(text, &mut found);
        }
    }

    fn is_at(&self, entry: &Entry, text: &[u8], start: usize) -> bool {
        let from = entry.start as usize;
        let pattern = &self.texts[from..from + entry.len as usize];
        let Some(found) = start
            .checked_add(pattern.len())
            .and_then(|end| text.get(start..end))
        else {
            return false;
        };
        found.eq_ignore_ascii_case(pattern)
    }

    fn stands(&self, entry: &Entry, text: &[u8], start: usize) -> bool {
        if !self.is_at(entry, text, start) {
            return false;
        }
        match entry.kind {
            Kind::Whole => text.len() == entry.len as usize,
            Kind::Start => true,
            Kind::End | Kind::Anywhere => aligned(text, start),
        }
    }

    fn tiny(&self, entry: &Entry, text: &[u8]) -> bool {
        let Some(last) = text.len().checked_sub(entry.len as usize) else {
            return false;
        };
        match entry.kind {
            Kind::Start => self.stands(entry, text, 0),
            _ => self.stands(entry, text, last),
        }
    }
}
