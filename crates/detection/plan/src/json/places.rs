//! Places in nested objects that somebody asks for, and how a name in a text leads to them.

use std::collections::HashMap;

use super::print::{Print, is_strange};
use crate::canon;

/// A place that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot(pub(super) u32);

/// Places in nested objects, each known by the names that lead to it.
#[derive(Debug, Default)]
pub struct Places {
    members: HashMap<(u32, Box<str>), u32>,
    /// Members of an object in whatever case, by lower-case name; their parents are [`FOLDED`].
    folded: HashMap<(u32, Box<str>), u32>,
    names: Vec<Box<[u8]>>,
    /// By spot; the first is the whole text.
    nodes: Vec<Node>,
    /// A power of two of them, at most a quarter in use.
    slots: Vec<Slot>,
    /// Whether some name holds what JSON escapes.
    strange: bool,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Whether some place lies below.
    leads_on: bool,
    /// Whether members are also asked for in whatever case.
    folds: bool,
    /// The spot for this member in whatever case.
    folded: Option<Spot>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    parent: u32,
    print: Print,
    /// 0 for none: the whole is nobody's member.
    spot: u32,
    name: u32,
}

/// Set in the number of a parent whose members are known in whatever case.
const FOLDED: u32 = 1 << 31;

impl Places {
    /// The whole text.
    pub const ROOT: Spot = Spot(0);

    pub fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
            ..Self::default()
        }
    }

    /// The member of that name; the same spot whenever it is asked for.
    pub fn member(&mut self, parent: Spot, name: &str) -> Spot {
        let next = crate::index::index(self.nodes.len());
        let spot = *self.members.entry((parent.0, name.into())).or_insert(next);
        if spot == next {
            self.strange |= is_strange(name);
            self.nodes[parent.0 as usize].leads_on = true;
            self.nodes.push(Node::default());
        }
        Spot(spot)
    }

    /// Members whose names differ from this one in ASCII case at most.
    pub fn member_in_any_case(&mut self, parent: Spot, name: &str) -> Spot {
        let next = crate::index::index(self.nodes.len());
        let name = name.to_ascii_lowercase();
        let key = (parent.0 | FOLDED, name.into_boxed_str());
        let spot = *self.folded.entry(key).or_insert(next);
        if spot == next {
            let parent = &mut self.nodes[parent.0 as usize];
            (parent.leads_on, parent.folds) = (true, true);
            self.nodes.push(Node::default());
        }
        Spot(spot)
    }

    /// Makes it ready for reading.
    pub fn finish(&mut self) {
        let size = ((self.members.len() + self.folded.len()) * 4).next_power_of_two();
        self.slots = vec![Slot::default(); size];
        for ((parent, name), spot) in &self.members {
            let lower = (parent | FOLDED, name.to_ascii_lowercase().into_boxed_str());
            let folded = self.folded.get(&lower);
            self.nodes[*spot as usize].folded = folded.map(|spot| Spot(*spot));
        }
        let members = self.members.iter().chain(&self.folded);
        let mut members: Vec<(&(u32, Box<str>), &u32)> = members.collect();
        members.sort_unstable();
        for ((parent, name), spot) in members {
            let print = Print::of(name.as_bytes(), 0, name.len());
            let mut at = print.home(size, *parent);
            while self.slots[at].spot != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = Slot {
                parent: *parent,
                print,
                spot: *spot,
                name: crate::index::index(self.names.len()),
            };
            self.names.push(name.as_bytes().into());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether some place lies below.
    pub(super) fn leads_on(&self, spot: Spot) -> bool {
        self.nodes[spot.0 as usize].leads_on
    }

    pub(super) fn folds(&self, spot: Spot) -> bool {
        self.nodes[spot.0 as usize].folds
    }

    pub(super) fn folded(&self, spot: Spot) -> Option<Spot> {
        self.nodes[spot.0 as usize].folded
    }

    /// The members that are asked for by this lower-case name in whatever case.
    pub(super) fn in_any_case(&self, parent: Spot, lower: &str) -> Option<Spot> {
        self.named(Spot(parent.0 | FOLDED), lower)
    }

    /// The member whose name JSON writes at `start..end` of the text. `odd` says that the text has
    /// escapes which any name may be written with.
    #[inline]
    pub(super) fn written(
        &self,
        parent: Spot,
        text: &str,
        (start, end): (usize, usize),
        odd: bool,
    ) -> Option<Spot> {
        let line = text.as_bytes();
        if (odd || self.strange) && line[start..end].contains(&b'\\') {
            let name = canon::unescaped(&text[start..end]);
            return self.named(parent, &name);
        }
        self.find(parent, line, start, end)
    }

    /// The member of a known name.
    pub(super) fn named(&self, parent: Spot, name: &str) -> Option<Spot> {
        self.find(parent, name.as_bytes(), 0, name.len())
    }

    /// The member whose name stands unescaped at `start..end` of the text.
    #[inline]
    fn find(&self, parent: Spot, text: &[u8], start: usize, end: usize) -> Option<Spot> {
        let print = Print::of(text, start, end);
        let mut at = print.home(self.slots.len(), parent.0);
        loop {
            let slot = self.slots.get(at)?;
            if slot.spot == 0 {
                return None;
            }
            let same = || end - start <= 16 || *self.names[slot.name as usize] == text[start..end];
            if slot.parent == parent.0 && slot.print == print && same() {
                return Some(Spot(slot.spot));
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}
