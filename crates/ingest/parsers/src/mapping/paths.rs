//! The fields of a record that the tables name, found in one walk.

use crate::table::json::{Kind, Node};
use crate::table::names::NameMap;
use crate::table::write::Unmapped;

/// Where the fields stand. Names are separated by `/`; `0` is the first element of a list.
#[derive(Default)]
pub(super) struct Paths {
    nodes: Vec<Step>,
    /// The texts of the paths, by field.
    pub names: Vec<String>,
}

#[derive(Default)]
struct Step {
    members: NameMap<usize>,
    first: Option<usize>,
    field: Option<usize>,
}

/// The values of a record's fields.
pub(super) struct Fields<'r>(Vec<Option<Node<'r>>>);

impl<'r> Fields<'r> {
    pub(super) fn get(&self, field: usize) -> Option<Node<'r>> {
        self.0[field]
    }
}

impl Paths {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Step::default()],
            names: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The field at a path, made when it is new.
    pub(super) fn field(&mut self, path: &str) -> usize {
        let mut at = 0;
        for step in path.split('/') {
            let fresh = self.nodes.len();
            let next = if step == "0" {
                *self.nodes[at].first.get_or_insert(fresh)
            } else {
                *self.nodes[at].members.entry(step, || fresh)
            };
            if next == fresh {
                self.nodes.push(Step::default());
            }
            at = next;
        }
        *self.nodes[at].field.get_or_insert_with(|| {
            self.names.push(path.to_owned());
            self.names.len() - 1
        })
    }

    /// The record's fields; `None` when it is no object.
    pub(super) fn fields<'r>(&self, root: Node<'r>) -> Option<Fields<'r>> {
        let mut fields = vec![None; self.names.len()];
        if !root.is(Kind::Object) {
            return None;
        }
        self.find(root, 0, &mut fields);
        Some(Fields(fields))
    }

    fn find<'r>(&self, node: Node<'r>, at: usize, fields: &mut [Option<Node<'r>>]) {
        let step = &self.nodes[at];
        match node.kind() {
            Kind::Object => {
                for member in node.children() {
                    let (name, hash) = member.named();
                    if let Some(next) = step.members.find(&name, hash) {
                        self.found(member, *next, fields);
                    }
                }
            }
            Kind::List => {
                if let (Some(next), Some(first)) = (step.first, node.children().next()) {
                    self.found(first, next, fields);
                }
            }
            _ => {}
        }
    }

    fn found<'r>(&self, node: Node<'r>, at: usize, fields: &mut [Option<Node<'r>>]) {
        if let Some(field) = self.nodes[at].field {
            fields[field] = Some(node);
        }
        self.find(node, at, fields);
    }

    /// Writes what is not taken; `left` is what stays of fields that are taken in part.
    pub(super) fn rest(
        &self,
        root: Node<'_>,
        taken: &[bool],
        left: &[(usize, String)],
        unmapped: &mut Unmapped<'_>,
    ) {
        self.rest_of(root, 0, taken, left, unmapped);
    }

    fn rest_of(
        &self,
        node: Node<'_>,
        at: usize,
        taken: &[bool],
        left: &[(usize, String)],
        unmapped: &mut Unmapped<'_>,
    ) {
        for member in node.children() {
            let (name, hash) = member.named();
            let Some(next) = self.nodes[at].members.find(&name, hash).copied() else {
                unmapped.put(&name, member);
                continue;
            };
            let field = self.nodes[next].field;
            if let Some((_, json)) = left.iter().find(|(other, _)| Some(*other) == field) {
                unmapped.put_json(&name, json);
            } else if field.is_some_and(|field| taken[field]) {
            } else if member.is(Kind::Object) {
                unmapped.within(&name, |unmapped| {
                    self.rest_of(member, next, taken, left, unmapped);
                });
            } else {
                unmapped.put(&name, member);
            }
        }
    }
}
