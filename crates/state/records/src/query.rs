use crate::{Collection, Error, FieldKind};

/// A condition on one indexed field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub field: String,
    pub test: Test,
}

/// Text compares byte by byte. A field that is absent, null or not of the index's kind passes
/// [`Test::Absent`] and [`Test::TextIsNot`] and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    TextIs(String),
    TextIn(Vec<String>),
    TextIsNot(String),
    Absent,
    IntegerIs(i64),
    AtLeast(i64),
    Below(i64),
}

/// Ordered by an indexed integer field, then by ascending id. Documents without the field come
/// last, whichever the direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub field: String,
    pub descending: bool,
}

/// Documents of one collection of one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub collection: Collection,
    pub filters: Vec<Filter>,
    /// By id when absent.
    pub order: Option<Order>,
    /// At most 10,000.
    pub limit: usize,
    /// Skips this many; queues are short, so offsets serve better than cursors.
    pub offset: usize,
}

impl Query {
    pub const MAX_LIMIT: usize = 10_000;

    pub fn of(collection: Collection) -> Self {
        Self {
            collection,
            filters: Vec::new(),
            order: None,
            limit: 100,
            offset: 0,
        }
    }

    #[must_use]
    pub fn with(mut self, field: &str, test: Test) -> Self {
        self.filters.push(Filter {
            field: field.to_owned(),
            test,
        });
        self
    }

    #[must_use]
    pub fn newest(mut self, field: &str) -> Self {
        self.order = Some(Order {
            field: field.to_owned(),
            descending: true,
        });
        self
    }

    #[must_use]
    pub fn oldest(mut self, field: &str) -> Self {
        self.order = Some(Order {
            field: field.to_owned(),
            descending: false,
        });
        self
    }

    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.min(Self::MAX_LIMIT);
        self
    }

    /// How many documents there are in all when a page had `rows`, if the page tells: one with room
    /// left is the last. Saves adapters the counting.
    pub fn whole(&self, rows: usize) -> Option<u64> {
        let is_last = rows < self.limit && (self.offset == 0 || rows > 0);
        is_last.then(|| (self.offset + rows) as u64)
    }

    #[must_use]
    pub fn offset(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// Every adapter asks this before it runs the query.
    ///
    /// # Errors
    /// [`Error::NotIndexed`] when a filter or the order names a field that is not indexed, or not
    /// as the type that is asked for.
    pub fn check(&self) -> Result<(), Error> {
        for filter in &self.filters {
            self.indexed(&filter.field, filter.test.kind())?;
        }
        match &self.order {
            Some(order) => self.indexed(&order.field, Some(FieldKind::Integer)),
            None => Ok(()),
        }
    }

    fn indexed(&self, name: &str, kind: Option<FieldKind>) -> Result<(), Error> {
        let field = self.collection.field(name);
        if field.is_some_and(|field| kind.is_none_or(|kind| kind == field.kind)) {
            return Ok(());
        }
        let known: Vec<String> = self
            .collection
            .fields()
            .iter()
            .map(ToString::to_string)
            .collect();
        Err(Error::NotIndexed {
            collection: self.collection,
            field: name.to_owned(),
            known: known.join(", "),
        })
    }
}

impl Test {
    /// The kind of field that it can be asked of; `None` for every kind.
    pub const fn kind(&self) -> Option<FieldKind> {
        match self {
            Self::TextIs(_) | Self::TextIn(_) | Self::TextIsNot(_) => Some(FieldKind::Text),
            Self::IntegerIs(_) | Self::AtLeast(_) | Self::Below(_) => Some(FieldKind::Integer),
            Self::Absent => None,
        }
    }
}
