//! What is looked for in one field, all of it at once.

mod grams;
mod table;

pub(crate) use grams::gram;
pub(crate) use table::{index, mix};

use aurora_sigma::Number;

use self::grams::Grams;
use self::table::{Entry, Kind, Table};
use crate::canon::aligned;
use crate::predicate::Anchor;

/// Shorter patterns are compared one by one.
const SHORT: usize = 4;
/// From here on a search may look at one place in four.
const LONG: usize = 7;
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
    sampled: Option<Grams>,
    dense: Option<Grams>,
    tiny: Vec<Entry>,
    /// Numbers that no text of an integer finds: each meets every number of the event.
    pub numbers: Vec<(Number, u32)>,
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
    long: Vec<(u32, u32, u32)>,
    medium: Vec<(u32, u32, u32)>,
    tiny: Vec<Entry>,
    numbers: Vec<(Number, u32)>,
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
                // A fraction can equal a whole number; there are hardly any.
                self.numbers.push((Number::Int(*value), hit));
            }
            Anchor::Number(number) => self.numbers.push((*number, hit)),
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
            let key = gram(text, text.len() - SHORT);
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
            self.starts4.push((u64::from(gram(text, 0)), entry));
        } else {
            self.tiny.push(entry);
        }
    }

    fn anywhere(&mut self, text: &[u8], hit: u32) {
        let entry = self.entry(text, hit, Kind::Anywhere);
        match text.len() {
            LONG.. => self.long.push((hit, entry.start, entry.len)),
            SHORT.. => self.medium.push((hit, entry.start, entry.len)),
            _ => self.tiny.push(entry),
        }
    }

    pub fn finish(self, field: u32) -> FieldIndex {
        FieldIndex {
            field,
            small: Table::new(self.small),
            ends8: Table::new(self.ends8),
            ends4: Table::new(self.ends4),
            starts8: Table::new(self.starts8),
            starts4: Table::new(self.starts4),
            sampled: Grams::new(&self.texts, &self.long),
            dense: Grams::new(&self.texts, &self.medium),
            texts: self.texts,
            tiny: self.tiny,
            numbers: self.numbers,
            on_value: self.on_value,
            on_field: self.on_field,
        }
    }
}

fn small_key(text: &[u8]) -> u64 {
    let bytes = text.iter().rev();
    let packed = bytes.fold(0u64, |key, byte| key << 8 | u64::from(*byte | 0x20));
    packed | (text.len() as u64) << 56
}

impl FieldIndex {
    /// What is looked for, for people.
    pub fn describe(&self) -> String {
        let grams = |grams: &Option<Grams>| grams.as_ref().map_or(0, Grams::len);
        format!(
            "{} sampled, {} dense, {} tiny, {} on any value, {} on presence",
            grams(&self.sampled),
            grams(&self.dense),
            self.tiny.len(),
            self.on_value.len(),
            self.on_field.len()
        )
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
            for entry in self.ends4.get(u64::from(gram(text, text.len() - SHORT))) {
                check(entry, text.len().wrapping_sub(entry.len as usize));
            }
            let starts = self.starts4.get(u64::from(gram(text, 0)));
            starts.iter().for_each(|entry| check(entry, 0));
        }
        if let Some(grams) = &self.sampled {
            grams.scan(text, &mut check);
        }
        if let Some(grams) = &self.dense {
            grams.scan(text, &mut check);
        }
        for entry in &self.tiny {
            if self.tiny(entry, text) {
                hit(entry.hit);
            }
        }
    }

    fn stands(&self, entry: &Entry, text: &[u8], start: usize) -> bool {
        let from = entry.start as usize;
        let pattern = &self.texts[from..from + entry.len as usize];
        let Some(found) = start
            .checked_add(pattern.len())
            .and_then(|end| text.get(start..end))
        else {
            return false;
        };
        if !found.eq_ignore_ascii_case(pattern) {
            return false;
        }
        match entry.kind {
            Kind::Whole => text.len() == pattern.len(),
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
            Kind::End => self.stands(entry, text, last),
            _ => (0..=last).any(|start| self.stands(entry, text, start)),
        }
    }
}
