//! Conditions of rows: ` & ` joins them.
//!
//! `field`: it is there and not null. `!field`: it is not. `field=a|b`, `field!=a|b`: it is, or is not, one of these
//! scalars. `field:text`: it is a text.

use super::paths::{Fields, Paths};
use crate::table::json::{Kind, Node};

pub(super) struct Condition {
    pub field: usize,
    pub test: Test,
}

pub(super) enum Test {
    There,
    Absent,
    Text,
    Is(Vec<String>),
    IsNot(Vec<String>),
}

impl Condition {
    pub(super) fn parse_all(text: &str, paths: &mut Paths) -> Vec<Self> {
        if text == "-" {
            return Vec::new();
        }
        text.split(" & ")
            .map(|one| Self::parse(one, paths))
            .collect()
    }

    fn parse(text: &str, paths: &mut Paths) -> Self {
        let values = |values: &str| values.split('|').map(str::to_owned).collect();
        let (path, test) = if let Some((path, rest)) = text.split_once("!=") {
            (path, Test::IsNot(values(rest)))
        } else if let Some((path, rest)) = text.split_once('=') {
            (path, Test::Is(values(rest)))
        } else if let Some(path) = text.strip_prefix('!') {
            (path, Test::Absent)
        } else if let Some(path) = text.strip_suffix(":text") {
            (path, Test::Text)
        } else {
            (text, Test::There)
        };
        Self {
            field: paths.field(path),
            test,
        }
    }

    pub(super) fn holds(&self, fields: &Fields<'_>) -> bool {
        let node = fields.get(self.field).filter(|node| !node.is(Kind::Null));
        let is = |values: &[String]| node.is_some_and(|node| is_one(node, values));
        match &self.test {
            Test::There => node.is_some(),
            Test::Absent => node.is_none(),
            Test::Text => node.is_some_and(|node| node.is(Kind::Text)),
            Test::Is(values) => is(values),
            Test::IsNot(values) => !is(values),
        }
    }
}

fn is_one(node: Node<'_>, values: &[String]) -> bool {
    let scalar = matches!(node.kind(), Kind::Text | Kind::Int | Kind::Bool);
    scalar && values.iter().any(|value| value == node.inner())
}
