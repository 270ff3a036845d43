//! One event's fields, whatever shape they came in.

use std::borrow::Cow;

use super::table::SystemFields;
use crate::table::json::{Kind, Node};
use crate::table::names::hash;

/// A field with its name and the name's hash.
#[derive(Clone, Debug)]
pub(super) struct Field<'r> {
    pub name: Cow<'r, str>,
    pub hash: u32,
    pub node: Node<'r>,
    /// When it is a list that stands nowhere as one: its elements.
    pub list: Vec<Node<'r>>,
}

impl<'r> Field<'r> {
    fn new(name: Cow<'r, str>, hash: u32, node: Node<'r>) -> Self {
        let list = Vec::new();
        Self {
            name,
            hash,
            node,
            list,
        }
    }
}

/// A name as it is found in a record, or made of several.
pub(super) struct Name<'r>(pub Cow<'r, str>, pub u32);

impl<'r> Name<'r> {
    pub(super) fn of(node: Node<'r>) -> Self {
        let (name, hash) = node.named();
        Self(name, hash)
    }
}

impl From<String> for Name<'_> {
    fn from(name: String) -> Self {
        let hash = hash(name.as_bytes());
        Self(Cow::Owned(name), hash)
    }
}

impl From<&'static str> for Name<'_> {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name), hash(name.as_bytes()))
    }
}

/// Fields by name, in the record's order.
#[derive(Debug)]
pub(super) struct Record<'r> {
    /// By the rows of `system.tsv`.
    pub system: Vec<Option<Node<'r>>>,
    /// How early in its row's list of names each system field's name stood.
    ranks: Vec<usize>,
    /// EventData or UserData.
    pub data: Vec<Field<'r>>,
    /// What a collector added: straight to `unmapped`.
    pub extra: Vec<Field<'r>>,
}

impl<'r> Record<'r> {
    pub(super) fn new(fields: &SystemFields) -> Self {
        let count = fields.rows.len();
        Self {
            system: vec![None; count],
            ranks: vec![usize::MAX; count],
            data: Vec::with_capacity(32),
            extra: Vec::new(),
        }
    }

    /// A field that may be the system's. When two names of one field stand in a record, the one that stands earlier in
    /// `system.tsv` is the system's and the other is data.
    pub(super) fn put(&mut self, fields: &SystemFields, name: Name<'r>, node: Node<'r>) {
        match fields.find(&name.0, name.1) {
            Some((row, rank)) if rank < self.ranks[row] => {
                self.put_system(fields, row, rank, node);
            }
            _ => self.put_data(name, node),
        }
    }

    pub(super) fn put_system(
        &mut self,
        fields: &SystemFields,
        row: usize,
        rank: usize,
        node: Node<'r>,
    ) {
        if let Some(old) = self.system[row].replace(node) {
            let old_name = fields.rows[row].names[self.ranks[row]].clone();
            self.put_data(old_name.into(), old);
        }
        self.ranks[row] = rank;
    }

    /// Whether a field of this rank would be the system's.
    pub(super) fn takes(&self, row: usize, rank: usize) -> bool {
        rank < self.ranks[row]
    }

    /// A field of EventData; blanks in its name do not count.
    pub(super) fn put_data(&mut self, name: Name<'r>, node: Node<'r>) {
        if node.is(Kind::Null) {
            return;
        }
        let Name(name, hash) = if name.0.contains(' ') {
            name.0.replace(' ', "").into()
        } else {
            name
        };
        self.data.push(Field::new(name, hash, node));
    }

    /// A list that is gathered from what stands in `node`, which is no scalar.
    pub(super) fn put_list(&mut self, name: Name<'r>, node: Node<'r>, list: Vec<Node<'r>>) {
        let field = Field::new(name.0, name.1, node);
        self.data.push(Field { list, ..field });
    }

    /// A field that no table knows.
    pub(super) fn put_extra(&mut self, name: Name<'r>, node: Node<'r>) {
        self.extra.push(Field::new(name.0, name.1, node));
    }

    pub(super) fn field(&self, name: &str) -> Option<Node<'r>> {
        let found = self.data.iter().find(|field| field.name == name);
        found.map(|field| field.node)
    }

    /// A system field as text.
    pub(super) fn system_text(&self, row: usize) -> Option<Cow<'r, str>> {
        self.system[row]?.scalar()
    }
}
