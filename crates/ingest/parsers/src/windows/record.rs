//! One event's fields, whatever shape they came in.

use std::borrow::Cow;

use super::node::{Member, Node};
use super::table::SystemFields;

/// Fields by name, in the record's order.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// By the rows of `system.tsv`.
    pub system: Vec<Option<Node<'a>>>,
    /// How early in its row's list of names each system field's name stood.
    ranks: Vec<usize>,
    /// EventData or UserData.
    pub data: Vec<Member<'a>>,
    /// What a collector added: straight to `unmapped`.
    pub extra: Vec<Member<'a>>,
}

impl<'a> Record<'a> {
    pub(super) fn new(fields: &SystemFields) -> Self {
        let count = fields.rows.len();
        Self {
            system: vec![None; count],
            ranks: vec![usize::MAX; count],
            data: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// A field that may be the system's. When two names of one field stand in a record, the one that stands earlier in
    /// `system.tsv` is the system's and the other is data.
    pub(super) fn put(&mut self, fields: &SystemFields, name: Cow<'a, str>, node: Node<'a>) {
        let Some((row, rank)) = fields.find(&name) else {
            self.put_data(name, node);
            return;
        };
        if rank >= self.ranks[row] {
            self.put_data(name, node);
            return;
        }
        if let Some(old) = self.system[row].replace(node) {
            let old_name = fields.rows[row].names[self.ranks[row]].clone();
            self.put_data(Cow::Owned(old_name), old);
        }
        self.ranks[row] = rank;
    }

    /// A field of EventData; blanks in its name do not count.
    pub(super) fn put_data(&mut self, name: Cow<'a, str>, node: Node<'a>) {
        if node == Node::Null {
            return;
        }
        let name = if name.contains(' ') {
            Cow::Owned(name.replace(' ', ""))
        } else {
            name
        };
        self.data.push((name, node));
    }

    /// A field that no table knows; objects become dotted names.
    pub(super) fn put_extra(&mut self, name: Cow<'a, str>, node: Node<'a>) {
        match node {
            Node::Null => {}
            Node::Object(members) => {
                for (key, node) in members {
                    self.put_extra(Cow::Owned(format!("{name}.{key}")), node);
                }
            }
            node => self.extra.push((name, node)),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Node<'a>> {
        self.data
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, node)| node)
    }

    /// A system field as text.
    pub(super) fn system_text(&self, row: usize) -> Option<Cow<'_, str>> {
        self.system[row].as_ref()?.scalar()
    }
}
