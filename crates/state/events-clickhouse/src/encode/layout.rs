use aurora_ocsf::{Path, Step};

use crate::columns::{Kind, PROMOTED};

/// The promoted paths as a tree, so that one walk over an event finds them all.
#[derive(Debug)]
pub(crate) struct Layout {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    children: Vec<(Box<str>, usize)>,
    /// Where the elements of an array go on.
    pub(super) each: Option<usize>,
    pub(super) place: Place,
}

/// What a value at a node is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Nothing,
    Text(usize),
    Many(usize),
    Unmapped,
}

impl Layout {
    pub(super) const ROOT: usize = 0;

    pub(crate) fn new() -> Self {
        let mut layout = Self {
            nodes: vec![Node::default()],
        };
        let (mut texts, mut arrays) = (0, 0);
        for (path, kind) in PROMOTED {
            let path = Path::parse(path).expect("the table of columns holds paths");
            let counter = if *kind == Kind::Many {
                &mut arrays
            } else {
                &mut texts
            };
            let at = *counter;
            *counter += 1;
            let place = if *kind == Kind::Many {
                Place::Many(at)
            } else {
                Place::Text(at)
            };
            layout.add(path.steps(), place);
        }
        layout.add(&[Step::Key("unmapped".into())], Place::Unmapped);
        layout
    }

    fn add(&mut self, steps: &[Step], place: Place) {
        let mut at = Self::ROOT;
        for step in steps {
            at = match step {
                Step::Key(key) => self.child(at, key),
                Step::Each | Step::Index(_) => self.each(at),
            };
        }
        self.nodes[at].place = place;
    }

    fn child(&mut self, at: usize, key: &str) -> usize {
        if let Some(found) = self.nodes[at].find(key) {
            return found;
        }
        self.nodes.push(Node::default());
        let new = self.nodes.len() - 1;
        self.nodes[at].children.push((key.into(), new));
        new
    }

    fn each(&mut self, at: usize) -> usize {
        if let Some(found) = self.nodes[at].each {
            return found;
        }
        self.nodes.push(Node::default());
        let new = self.nodes.len() - 1;
        self.nodes[at].each = Some(new);
        new
    }

    pub(super) fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }
}

impl Node {
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        self.children
            .iter()
            .find(|(name, _)| **name == *key)
            .map(|(_, node)| *node)
    }
}
