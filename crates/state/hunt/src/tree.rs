use std::ops::Bound;

use ipnet::IpNet;

use crate::{Field, Pattern};

/// A hunt: which events, in what form, in which order, how many.
///
/// Its text form parses back to the same tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub filter: Filter,
    pub output: Output,
    /// Empty: events newest first; counts largest first, then by their fields.
    pub sort: Vec<Sort>,
    /// The query's own limit, not the caller's.
    pub limit: Option<u32>,
}

impl Query {
    /// Every event.
    pub fn all() -> Self {
        Self {
            filter: Filter::All,
            output: Output::Events,
            sort: Vec::new(),
            limit: None,
        }
    }

    /// Every field the query names, in the order of the text.
    pub fn fields(&self) -> Vec<&Field> {
        let mut found = Vec::new();
        self.filter.visit_fields(&mut |field| found.push(field));
        match &self.output {
            Output::Events => {}
            Output::Fields(fields) | Output::Count { by: fields } => found.extend(fields),
        }
        found.extend(self.sort.iter().filter_map(|sort| match &sort.key {
            SortKey::Count => None,
            SortKey::Field(field) => Some(field),
        }));
        found
    }
}

/// Which events. `And` and `Or` hold at least two parts, none of their own kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    All,
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// Any value of any of the field's targets passes the test.
    Field(Field, Test),
    /// The original record (`raw_data`) contains this.
    Text(Pattern),
}

impl Filter {
    /// Both; `All` disappears.
    pub(crate) fn and(parts: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All => {}
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Self::one_or(flat, Self::And)
    }

    pub(crate) fn or(parts: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Self::one_or(flat, Self::Or)
    }

    /// How deep parentheses and NOT nest when it is shown.
    pub(crate) fn nesting(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                let parts = parts.iter().map(Self::nesting_within);
                parts.max().unwrap_or_default()
            }
            Self::Not(inner) => 1 + inner.nesting_within(),
            Self::All | Self::Field(..) | Self::Text(_) => 0,
        }
    }

    /// As a part of another: what has parts of its own is in a parenthesis.
    fn nesting_within(&self) -> usize {
        let own = usize::from(matches!(self, Self::And(_) | Self::Or(_)));
        own + self.nesting()
    }

    fn one_or(mut parts: Vec<Self>, many: impl FnOnce(Vec<Self>) -> Self) -> Self {
        match parts.len() {
            0 => Self::All,
            1 => parts.remove(0),
            _ => many(parts),
        }
    }

    fn visit_fields<'q>(&'q self, see: &mut impl FnMut(&'q Field)) {
        match self {
            Self::All | Self::Text(_) => {}
            Self::Field(field, _) => see(field),
            Self::Not(inner) => inner.visit_fields(see),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.visit_fields(see));
            }
        }
    }
}

/// What a value must be.
///
/// A value is compared as text: a string as it is, a number in its shortest form, a boolean as JSON
/// writes it; null,
/// a missing attribute and the empty string are the same. Letters are compared without case.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Not the empty string.
    Exists,
    Matches(Pattern),
    /// An IP address in this network. IPv4 and its IPv4-mapped IPv6 form are the same address.
    Within(IpNet),
    /// A number between the bounds; text that is no number is not.
    Between(Range),
}

/// Numbers between two bounds; times are epoch milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub lower: Bound<f64>,
    pub upper: Bound<f64>,
}

impl Range {
    pub fn contains(&self, number: f64) -> bool {
        let above = match self.lower {
            Bound::Included(bound) => number >= bound,
            Bound::Excluded(bound) => number > bound,
            Bound::Unbounded => true,
        };
        let below = match self.upper {
            Bound::Included(bound) => number <= bound,
            Bound::Excluded(bound) => number < bound,
            Bound::Unbounded => true,
        };
        above && below
    }
}

/// The form of the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Events,
    /// These fields of each event, as text.
    Fields(Vec<Field>),
    /// How often each combination occurs: the fields' columns, then `count`.
    Count {
        by: Vec<Field>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

/// Numbers come before other text whichever the direction.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// Only with [`Output::Count`].
    Count,
    Field(Field),
}
