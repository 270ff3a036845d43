use crate::Filter;

/// A filter known between two: whatever passes `sure` passes it, and whatever passes it passes `maybe`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) sure: Filter,
    pub(super) maybe: Filter,
}

impl Bounds {
    pub(super) fn exact(filter: Filter) -> Self {
        Self {
            sure: filter.clone(),
            maybe: filter,
        }
    }

    /// Only what passes `filter`, but not all of it.
    pub(super) fn within(filter: Filter) -> Self {
        Self {
            sure: never(),
            maybe: filter,
        }
    }

    pub(super) fn never() -> Self {
        Self::exact(never())
    }

    pub(super) fn is_exact(&self) -> bool {
        self.sure == self.maybe
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let (sure, maybe): (Vec<_>, Vec<_>) = parts.into_iter().map(Self::both).unzip();
        Self {
            sure: all(sure),
            maybe: all(maybe),
        }
    }

    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let (sure, maybe): (Vec<_>, Vec<_>) = parts.into_iter().map(Self::both).unzip();
        Self {
            sure: any(sure),
            maybe: any(maybe),
        }
    }

    pub(super) fn not(self) -> Self {
        Self {
            sure: not(self.maybe),
            maybe: not(self.sure),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    fn both(self) -> (Filter, Filter) {
        (self.sure, self.maybe)
    }
}

/// No event.
pub(super) fn never() -> Filter {
    Filter::Not(Box::new(Filter::All))
}

pub(super) fn all(parts: Vec<Filter>) -> Filter {
    if parts.contains(&never()) {
        return never();
    }
    Filter::and(parts)
}

pub(super) fn any(mut parts: Vec<Filter>) -> Filter {
    parts.retain(|part| *part != never());
    if parts.is_empty() {
        return never();
    }
    if parts.contains(&Filter::All) {
        return Filter::All;
    }
    Filter::or(parts)
}

pub(super) fn not(filter: Filter) -> Filter {
    match filter {
        Filter::Not(inner) => *inner,
        other => Filter::Not(Box::new(other)),
    }
}
