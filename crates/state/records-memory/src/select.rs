use std::cmp::{Ordering, Reverse};

use aurora_records::{Document, Order, Page, Query, Test};

use crate::held::Held;

/// A checked query over everything there is.
pub(crate) fn select(held: &Held, query: &Query) -> Page {
    let of_collection = held
        .documents
        .values()
        .filter(|d| d.collection == query.collection);
    let mut found: Vec<&Document> = of_collection.filter(|d| passes(d, query)).collect();
    if let Some(order) = &query.order {
        found.sort_by(|a, b| compare(a, b, order, query));
    }
    let total = found.len() as u64;
    let page = found
        .into_iter()
        .skip(query.offset)
        .take(query.limit.min(Query::MAX_LIMIT));
    Page {
        documents: page.cloned().collect(),
        total,
    }
}

fn passes(document: &Document, query: &Query) -> bool {
    query.filters.iter().all(|filter| {
        let Some(field) = query.collection.field(&filter.field) else {
            return false;
        };
        let text = field.text(&document.body);
        let integer = field.integer(&document.body);
        match &filter.test {
            Test::TextIs(wanted) => text == Some(wanted),
            Test::TextIn(wanted) => text.is_some_and(|text| wanted.iter().any(|w| w == text)),
            Test::TextIsNot(unwanted) => text != Some(unwanted),
            Test::Absent => text.is_none() && integer.is_none(),
            Test::IntegerIs(wanted) => integer == Some(*wanted),
            Test::AtLeast(least) => integer.is_some_and(|integer| integer >= *least),
            Test::Below(end) => integer.is_some_and(|integer| integer < *end),
        }
    })
}

fn compare(a: &Document, b: &Document, order: &Order, query: &Query) -> Ordering {
    let key = |document: &Document| {
        let field = query.collection.field(&order.field);
        field.and_then(|field| field.integer(&document.body))
    };
    let (x, y) = (key(a), key(b));
    let by_field = match (x, y) {
        (Some(x), Some(y)) if order.descending => Reverse(x).cmp(&Reverse(y)),
        (Some(x), Some(y)) => x.cmp(&y),
        // Absent comes last.
        (x, y) => y.is_some().cmp(&x.is_some()),
    };
    by_field.then_with(|| a.id.cmp(&b.id))
}
