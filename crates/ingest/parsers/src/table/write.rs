//! Writing an event: the text, in the order of its layout, straight into a buffer.

use std::borrow::Cow;

use aurora_model::EventUid;

use super::json::{Kind, Node, Tape};
use super::names::hash;
use super::plan::{Caption, Child, Layout, Need, Object};
use super::scan;

/// What stands at a place.
#[derive(Clone, Debug, Default)]
pub(crate) enum Slot<'r> {
    #[default]
    Empty,
    /// JSON, as it is to be written.
    Json(Cow<'r, str>),
    /// The inside of a JSON string.
    Inner(&'r str),
    Text(Cow<'r, str>),
    Int(i64),
}

impl Slot<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => unreachable!("what is empty is not written"),
            Self::Json(json) => out.extend_from_slice(json.as_bytes()),
            Self::Inner(inner) => {
                out.push(b'"');
                out.extend_from_slice(inner.as_bytes());
                out.push(b'"');
            }
            Self::Text(text) => string(text, out),
            Self::Int(number) => int(*number, out),
        }
    }
}

/// The places of an event under construction, by their numbers.
pub(crate) struct Slots<'r>(Vec<Slot<'r>>);

impl<'r> Slots<'r> {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self((0..layout.slots).map(|_| Slot::Empty).collect())
    }

    pub(crate) fn is_free(&self, slot: usize) -> bool {
        self.0[slot].is_empty()
    }

    pub(crate) fn get(&self, slot: usize) -> &Slot<'r> {
        &self.0[slot]
    }

    /// What is first at a place stays there.
    pub(crate) fn put(&mut self, slot: usize, value: Slot<'r>) {
        if self.is_free(slot) {
            self.0[slot] = value;
        }
    }

    pub(crate) fn put_at(&mut self, slot: Option<usize>, value: Slot<'r>) {
        if let Some(slot) = slot {
            self.put(slot, value);
        }
    }
}

/// What an event gets that does not come from its record's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seal<'a> {
    pub uid: EventUid,
    /// Milliseconds since 1970.
    pub logged_time: i64,
    pub raw_data: Raw<'a>,
}

/// A record's own text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raw<'a> {
    Text(&'a str),
    /// A text whose strings are known, which is quicker to write.
    Json(&'a Tape<'a>),
}

/// Where a top-level member's name, value and end stand in the text.
pub(crate) type Span = [u32; 3];

/// The text of an event under construction.
pub(crate) struct Pen<'b, 'r> {
    pub out: &'b mut Vec<u8>,
    pub slots: Slots<'r>,
    /// Places that are not in the text, because their object lacks what OCSF asks of it.
    pub dropped: Vec<usize>,
    pub spans: Vec<Span>,
    seal: Option<Seal<'b>>,
}

/// What a number means, and where that is written.
type Captioned<'l> = (&'l Caption, &'static str);

impl<'b, 'r> Pen<'b, 'r> {
    /// Without a seal the event is a draft: what follows its parser adds the rest.
    pub(crate) fn new(out: &'b mut Vec<u8>, slots: Slots<'r>, seal: Option<Seal<'b>>) -> Self {
        out.clear();
        Self {
            out,
            slots,
            dropped: Vec::new(),
            spans: Vec::with_capacity(32),
            seal,
        }
    }

    /// Writes the event. `rest` gives what belongs under `unmapped`. False when the event lacks what its class requires.
    pub(crate) fn event(
        &mut self,
        layout: &Layout,
        rest: impl FnOnce(&[usize], &mut Unmapped<'_>),
    ) -> bool {
        self.out.push(b'{');
        self.number(b"\"class_uid\":", i64::from(layout.class.uid));
        let mut captions = Vec::with_capacity(16);
        captions.push((&layout.class_name, layout.class.caption));
        let Some(present) = self.members(&layout.root, &mut captions) else {
            return false;
        };
        self.unmapped(rest);
        if let Some(seal) = self.seal {
            let start = self.begin(b"\"raw_data\":");
            match seal.raw_data {
                Raw::Text(text) => string(text, self.out),
                Raw::Json(tape) => tape.quote(self.out),
            }
            self.end(start);
        }
        let fills = layout.root.fills.iter();
        for fill in fills.filter(|fill| fill.own & present == 0) {
            self.number(&fill.key, 0);
            captions.extend(fill.caption.as_ref().map(|(at, caption)| (at, *caption)));
        }
        let activity = match self.slots.get(layout.activity) {
            Slot::Int(activity) => *activity,
            _ => 0,
        };
        self.derived(layout, activity, &mut captions);
        for (at, caption) in captions {
            if at.own & present == 0 {
                let start = self.begin(&at.key);
                string(caption, self.out);
                self.end(start);
            }
        }
        *self.out.last_mut().expect("an event has members") = b'}';
        true
    }

    fn derived<'l>(
        &mut self,
        layout: &'l Layout,
        activity: i64,
        captions: &mut Vec<Captioned<'l>>,
    ) {
        let class = layout.class;
        self.number(b"\"category_uid\":", i64::from(class.category_uid));
        let kind = i64::from(class.uid) * 100 + activity;
        self.number(b"\"type_uid\":", kind);
        captions.push((&layout.category_name, class.category_caption));
        let caption = layout.types.and_then(|members| members.caption(kind));
        captions.extend(caption.map(|caption| (&layout.type_name, caption)));
    }

    /// The top-level members that are there, as bits; `None` when one that is required is not.
    fn members<'l>(&mut self, root: &'l Object, captions: &mut Vec<Captioned<'l>>) -> Option<u64> {
        let mut present = 0;
        for (at, member) in root.children.iter().enumerate() {
            if self.is_free(&member.child) {
                continue;
            }
            let start = self.begin(&member.key);
            if !self.child(&member.child) {
                self.out.truncate(start.0);
                continue;
            }
            self.end(start);
            present |= 1 << at;
            if let (Some((sibling, members)), Child::Slot(slot)) = (&member.caption, &member.child)
                && let Slot::Int(number) = self.slots.get(*slot)
            {
                captions.extend(members.caption(*number).map(|caption| (sibling, caption)));
            }
        }
        holds(root, present).then_some(present)
    }

    /// Whether the child is a place at which nothing stands.
    fn is_free(&self, child: &Child) -> bool {
        matches!(child, Child::Slot(slot) if self.slots.is_free(*slot))
    }

    fn child(&mut self, child: &Child) -> bool {
        match child {
            Child::Slot(slot) => {
                let slot = self.slots.get(*slot);
                if slot.is_empty() {
                    return false;
                }
                slot.write(self.out);
                true
            }
            Child::Array(inner) => {
                self.out.push(b'[');
                let there = self.child(inner);
                self.out.push(b']');
                there
            }
            Child::Object(object) => self.object(object),
        }
    }

    /// An object that lacks what OCSF asks of it is not written, and its places go to `dropped`.
    fn object(&mut self, object: &Object) -> bool {
        self.out.push(b'{');
        let mut present = 0;
        for (at, member) in object.children.iter().enumerate() {
            if self.is_free(&member.child) {
                continue;
            }
            let before = self.out.len();
            self.out.extend_from_slice(&member.key);
            if self.child(&member.child) {
                self.out.push(b',');
                present |= 1 << at;
            } else {
                self.out.truncate(before);
            }
        }
        let seal = object.sealed.and_then(|logged| Some((logged, self.seal?)));
        if present == 0 && seal.is_none() {
            return false;
        }
        if !holds(object, present) {
            drop_places(object, &mut self.dropped);
            return false;
        }
        if let Some((logged, seal)) = seal {
            self.sign(logged & present != 0, &seal);
        }
        for fill in object.fills.iter().filter(|fill| fill.own & present == 0) {
            self.out.extend_from_slice(&fill.key);
            self.out.extend_from_slice(b"0,");
        }
        *self.out.last_mut().expect("the object has members") = b'}';
        true
    }

    fn sign(&mut self, is_logged: bool, seal: &Seal<'_>) {
        self.out.extend_from_slice(b"\"uid\":\"");
        for byte in seal.uid.0.as_bytes() {
            let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
            self.out
                .extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        self.out.extend_from_slice(b"\",");
        if !is_logged {
            self.out.extend_from_slice(b"\"logged_time\":");
            int(seal.logged_time, self.out);
            self.out.push(b',');
        }
    }

    fn unmapped(&mut self, rest: impl FnOnce(&[usize], &mut Unmapped<'_>)) {
        let start = self.begin(b"\"unmapped\":");
        self.out.push(b'{');
        let mut unmapped = Unmapped {
            out: self.out,
            hashes: Vec::with_capacity(32),
            names: Vec::with_capacity(32),
            prefix: Vec::with_capacity(64),
        };
        rest(&self.dropped, &mut unmapped);
        if unmapped.names.is_empty() {
            self.out.truncate(start.0);
            return;
        }
        *self.out.last_mut().expect("there are members") = b'}';
        self.end(start);
    }

    fn number(&mut self, key: &[u8], number: i64) {
        let start = self.begin(key);
        int(number, self.out);
        self.end(start);
    }

    /// Where the member and its value begin.
    fn begin(&mut self, key: &[u8]) -> (usize, usize) {
        let start = self.out.len();
        self.out.extend_from_slice(key);
        (start, self.out.len())
    }

    fn end(&mut self, (start, value): (usize, usize)) {
        let at = |at: usize| u32::try_from(at).expect("events are far below 4 GiB");
        self.spans
            .push([at(start + 1), at(value), at(self.out.len())]);
        self.out.push(b',');
    }
}

fn holds(object: &Object, present: u64) -> bool {
    object.needs.iter().all(|need| match need {
        Need::Any(mask) => present & mask != 0,
        Need::One(mask) => (present & mask).count_ones() == 1,
    })
}

fn drop_places(object: &Object, dropped: &mut Vec<usize>) {
    for member in &object.children {
        let mut child = &member.child;
        while let Child::Array(inner) = child {
            child = inner;
        }
        match child {
            Child::Slot(slot) => dropped.push(*slot),
            Child::Object(object) => drop_places(object, dropped),
            Child::Array(_) => unreachable!("the loop above went through arrays"),
        }
    }
}

/// The members of `unmapped`, flat.
pub(crate) struct Unmapped<'o> {
    out: &'o mut Vec<u8>,
    /// Of the names that are there, and beside it where in `out` they begin and end.
    hashes: Vec<u32>,
    names: Vec<(usize, usize)>,
    /// What stands before the names of a nested object's members, escaped.
    prefix: Vec<u8>,
}

impl Unmapped<'_> {
    /// A field under this name. Objects become dotted names. What is null or an empty list says nothing. A name that is
    /// taken stays with its first owner.
    pub(crate) fn put(&mut self, name: &str, node: Node<'_>) {
        match node.kind() {
            Kind::Null => {}
            Kind::List if node.children().next().is_none() => {}
            Kind::Object => {
                let mut escaped = Vec::new();
                scan::escape(name, &mut escaped);
                self.inside(&escaped, |unmapped| {
                    node.children()
                        .for_each(|member| unmapped.put_member(member));
                });
            }
            _ => self.put_json(name, &node.json()),
        }
    }

    /// A member under its own name, likewise.
    pub(crate) fn put_member(&mut self, node: Node<'_>) {
        match node.kind() {
            Kind::Null => {}
            Kind::List if node.children().next().is_none() => {}
            Kind::Object => self.within(node, |unmapped| {
                node.children()
                    .for_each(|member| unmapped.put_member(member));
            }),
            _ => match node.member() {
                Some((whole, name)) => self.put_whole(whole, name),
                None => {
                    if self.name(|out| out.extend_from_slice(&node.name_inner())) {
                        self.out.extend_from_slice(node.json().as_bytes());
                        self.out.push(b',');
                    }
                }
            },
        }
    }

    /// A member as it stands, `name":value`, whose name has so many bytes.
    fn put_whole(&mut self, whole: &[u8], name: usize) {
        let start = self.out.len() + 1;
        self.out.reserve(self.prefix.len() + whole.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(&self.prefix);
        self.out.extend_from_slice(whole);
        self.out.push(b',');
        if !self.enter(start, start + self.prefix.len() + name) {
            self.out.truncate(start - 1);
        }
    }

    /// What `members` puts belongs to the object that this member is.
    pub(crate) fn within(&mut self, object: Node<'_>, members: impl FnOnce(&mut Self)) {
        self.inside(&object.name_inner(), members);
    }

    fn inside(&mut self, name: &[u8], members: impl FnOnce(&mut Self)) {
        let outer = self.prefix.len();
        self.prefix.extend_from_slice(name);
        self.prefix.push(b'.');
        members(self);
        self.prefix.truncate(outer);
    }

    /// This JSON.
    pub(crate) fn put_json(&mut self, name: &str, json: &str) {
        if self.name(|out| scan::escape(name, out)) {
            self.out.extend_from_slice(json.as_bytes());
            self.out.push(b',');
        }
    }

    /// A list of these.
    pub(crate) fn put_list(&mut self, name: &str, nodes: &[Node<'_>]) {
        if !self.name(|out| scan::escape(name, out)) {
            return;
        }
        let texts: Vec<_> = nodes.iter().map(|node| node.json()).collect();
        self.out.push(b'[');
        self.out.extend_from_slice(texts.join(",").as_bytes());
        self.out.extend_from_slice(b"],");
    }

    /// Writes the name, escaped by `write`, if it is not taken.
    fn name(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        self.out.push(b'"');
        let start = self.out.len();
        self.out.extend_from_slice(&self.prefix);
        write(self.out);
        if !self.enter(start, self.out.len()) {
            self.out.truncate(start - 1);
            return false;
        }
        self.out.extend_from_slice(b"\":");
        true
    }

    /// The name that stands there in `out` is taken from now on; false when it was already.
    fn enter(&mut self, start: usize, end: usize) -> bool {
        let own = &self.out[start..end];
        let hash = hash(own);
        if self.hashes.contains(&hash) && self.is_taken(hash, own) {
            return false;
        }
        self.hashes.push(hash);
        self.names.push((start, end));
        true
    }

    fn is_taken(&self, hash: u32, name: &[u8]) -> bool {
        let mut others = self.hashes.iter().zip(&self.names);
        others.any(|(other, (from, to))| *other == hash && self.out[*from..*to] == *name)
    }
}

pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    scan::escape(text, out);
    out.push(b'"');
}

fn int(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).expect("one digit");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}
