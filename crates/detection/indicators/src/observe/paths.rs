use super::table::{Reading, Row, Table};
use super::wanted::Readings;
use crate::Error;

/// The places of a table as a tree, so that an event is walked once and only where something of
/// interest can stand.
#[derive(Debug)]
pub struct Paths {
    pub(crate) root: Node,
}

/// A name on the way.
#[derive(Debug, Default)]
pub(crate) struct Node {
    names: Vec<(Box<str>, Node)>,
    /// A bit for each name's slot: most names of an event have none.
    mask: u64,
    /// How the values of this place and of all below it are read.
    pub below: Readings,
    pub reading: Option<Reading>,
    /// How the value of the member of that name is read, when its neighbour holds the number.
    pub cases: Vec<Case>,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub neighbour: Box<str>,
    pub number: i64,
    pub member: Box<str>,
    pub reading: Reading,
}

impl Paths {
    /// # Errors
    /// [`Error::Table`].
    pub fn new(table: Table<'_>) -> Result<Self, Error> {
        let mut root = Node::default();
        for row in table.rows()? {
            root.add(row);
        }
        root.arrange();
        Ok(Self { root })
    }

    /// Those of `content/indicators/paths.tsv`.
    pub fn shipped() -> Self {
        Self::new(Table::SHIPPED).expect("a test reads the shipped table")
    }
}

impl Node {
    fn add(&mut self, row: Row) {
        let (last, parents) = row.path.split_last().expect("paths have a name");
        let parent = parents.iter().fold(self, |node, name| node.enter(name));
        match row.when {
            None => parent.enter(last).reading = Some(row.reading),
            Some((neighbour, number)) => parent.cases.push(Case {
                neighbour: neighbour.into(),
                number,
                member: last.as_str().into(),
                reading: row.reading,
            }),
        }
    }

    fn enter(&mut self, name: &str) -> &mut Self {
        let known = self.names.iter().position(|(known, _)| **known == *name);
        let index = known.unwrap_or_else(|| {
            self.names.push((name.into(), Self::default()));
            self.mask |= 1 << slot(name);
            self.names.len() - 1
        });
        &mut self.names[index].1
    }

    /// Names in the order of their slots, so that few are compared, and what stands below.
    fn arrange(&mut self) {
        self.names.sort_by_key(|(name, _)| slot(name));
        let own = self.reading.into_iter();
        let cases = self.cases.iter().map(|case| case.reading);
        let readings = own.chain(cases);
        self.below = readings.fold(Readings::default(), Readings::with);
        for (_, child) in &mut self.names {
            child.arrange();
            self.below = self.below.and(child.below);
        }
    }

    #[inline]
    pub fn child(&self, name: &str) -> Option<&Self> {
        let slot = slot(name);
        if self.mask >> slot & 1 == 0 {
            return None;
        }
        // It has at least as many names before it as there are slots.
        let before = (self.mask & ((1 << slot) - 1)).count_ones() as usize;
        for (known, node) in &self.names[before..] {
            if **known == *name {
                return Some(node);
            }
            if self::slot(known) > slot {
                return None;
            }
        }
        None
    }

    pub fn names(&self) -> impl ExactSizeIterator<Item = (&str, &Self)> {
        self.names.iter().map(|(name, node)| (&**name, node))
    }
}

#[inline]
fn slot(name: &str) -> usize {
    let first = name.as_bytes().first().copied().unwrap_or(0);
    (name.len() * 7 + usize::from(first)) & 63
}
