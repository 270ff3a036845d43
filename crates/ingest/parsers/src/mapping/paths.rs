//! The fields of a record that the tables name, found in one walk.

use crate::table::json::{Children, Kind, Node, Tape};
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

/// Where the values of a record's fields stand.
pub(super) struct Fields<'r> {
    tape: &'r Tape<'r>,
    /// By field: the value's place. At 0 is the record itself, which is no field.
    places: Vec<u32>,
    /// By a value's place: its step of [`Paths`]; 0 for what no path names.
    steps: Vec<u16>,
}

impl<'r> Fields<'r> {
    pub(super) fn get(&self, field: usize) -> Option<Node<'r>> {
        let place = self.places[field];
        (place > 0).then(|| self.tape.node(place))
    }

    fn step(&self, node: Node<'_>) -> usize {
        usize::from(self.steps[node.place() as usize])
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
        let mut fields = Fields {
            tape: root.tape(),
            places: vec![0; self.names.len()],
            steps: vec![0; root.tape().len()],
        };
        self.find(root.members()?, 0, &mut fields);
        Some(fields)
    }

    fn find(&self, members: Children<'_>, at: usize, fields: &mut Fields<'_>) {
        let step = &self.nodes[at];
        for member in members {
            if let Some(next) = member.find_in(&step.members) {
                self.found(member, *next, fields);
            }
        }
    }

    fn found(&self, node: Node<'_>, at: usize, fields: &mut Fields<'_>) {
        let place = node.place();
        fields.steps[place as usize] = u16::try_from(at).expect("tables name few fields");
        if let Some(field) = self.nodes[at].field {
            fields.places[field] = place;
        }
        match node.kind() {
            Kind::Object => self.find(node.children(), at, fields),
            Kind::List => {
                if let (Some(next), Some(first)) = (self.nodes[at].first, node.children().next()) {
                    self.found(first, next, fields);
                }
            }
            _ => {}
        }
    }

    /// Writes what is not taken of these members; `left` is what stays of fields that are taken in part.
    pub(super) fn rest(
        &self,
        members: Children<'_>,
        fields: &Fields<'_>,
        (taken, left): (&[bool], &[(usize, String)]),
        unmapped: &mut Unmapped<'_>,
    ) {
        for member in members {
            let step = fields.step(member);
            let field = self.nodes[step].field;
            let part = left.iter().find(|(other, _)| Some(*other) == field);
            if let Some((_, json)) = part {
                unmapped.put_json(&member.name(), json);
            } else if field.is_some_and(|field| taken[field]) {
            } else if step > 0 && member.is(Kind::Object) {
                unmapped.within(member, |unmapped| {
                    self.rest(member.children(), fields, (taken, left), unmapped);
                });
            } else {
                unmapped.put_member(member);
            }
        }
    }
}
