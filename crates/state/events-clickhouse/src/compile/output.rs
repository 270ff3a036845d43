use aurora_hunt::{Field, Output, Query, Sort, SortKey};

use super::{Compiler, Hunt, Shape};

impl Compiler<'_> {
    /// The whole statement. One row more than `limit` is asked for, so that more is told from enough.
    pub(super) fn output(mut self, query: &Query, conditions: &str, limit: usize) -> Hunt {
        let limit = (limit as u64)
            .saturating_add(1)
            .min(u64::from(query.limit.unwrap_or(u32::MAX)));
        let (shape, statement) = match &query.output {
            Output::Events => {
                let order = self.order(&query.sort);
                let select = "time, lower(hex(uid)), class_name, event, raw_data".to_owned();
                (Shape::Events, tail(&select, conditions, "", &order))
            }
            Output::Fields(fields) => {
                let order = self.order(&query.sort);
                let cells: Vec<String> = fields.iter().map(|field| self.cell(field)).collect();
                let select = cells.join(", ");
                (Shape::Cells, tail(&select, conditions, "", &order))
            }
            Output::Count { by } => (Shape::Cells, self.counts(by, &query.sort, conditions)),
        };
        let statement = format!("{statement} LIMIT {limit} FORMAT JSONCompactEachRow");
        Hunt {
            compiled: self.done(statement),
            shape,
        }
    }

    fn counts(&mut self, by: &[Field], sorts: &[Sort], conditions: &str) -> String {
        let keys: Vec<String> = (0..by.len()).map(|at| format!("k{at}")).collect();
        let mut select: Vec<String> = by
            .iter()
            .zip(&keys)
            .map(|(field, key)| format!("{} AS {key}", self.cell(field)))
            .collect();
        select.push("count() AS n".to_owned());
        let mut order: Vec<String> = Vec::new();
        for sort in sorts {
            let way = way(sort.descending);
            match &sort.key {
                SortKey::Count => order.push(format!("n {way}")),
                SortKey::Field(field) => {
                    let at = by
                        .iter()
                        .position(|other| other == field)
                        .unwrap_or_default();
                    order.extend(numbers_first(&keys[at], way));
                }
            }
        }
        if sorts.is_empty() {
            order.push("n DESC".to_owned());
        }
        order.extend(keys.iter().cloned());
        let group = if keys.is_empty() {
            String::new()
        } else {
            format!("GROUP BY {}", keys.join(", "))
        };
        tail(&select.join(", "), conditions, &group, &order.join(", "))
    }

    fn order(&mut self, sorts: &[Sort]) -> String {
        let mut order = Vec::new();
        for sort in sorts {
            if let SortKey::Field(field) = &sort.key {
                let cell = self.cell(field);
                order.extend(numbers_first(&cell, way(sort.descending)));
            }
        }
        order.extend(["time DESC".to_owned(), "uid".to_owned()]);
        order.join(", ")
    }
}

fn tail(select: &str, conditions: &str, group: &str, order: &str) -> String {
    format!("SELECT {select} FROM aurora.events WHERE {conditions} {group} ORDER BY {order}")
}

fn way(descending: bool) -> &'static str {
    if descending { "DESC" } else { "ASC" }
}

/// Numbers by their value, then other text.
fn numbers_first(text: &str, way: &str) -> [String; 3] {
    let finite = format!("ifNull(isFinite(toFloat64OrNull({text})), 0)");
    [
        format!("{finite} DESC"),
        format!("if({finite}, toFloat64OrNull({text}), 0) {way}"),
        format!("{text} {way}"),
    ]
}
