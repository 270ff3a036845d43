use toml::{Table, Value};

const PREFIX: &str = "AURORASOC__";

/// Builds the table that `AURORASOC__SECTION__KEY=value` variables describe.
///
/// A value that reads as a TOML integer, boolean, float or array is one; else it is text.
pub(crate) fn table(vars: impl IntoIterator<Item = (String, String)>) -> Table {
    let mut table = Table::new();
    for (name, text) in vars {
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let keys: Vec<String> = path.split("__").map(str::to_lowercase).collect();
        insert(&mut table, &keys, value(&text));
    }
    table
}

pub(crate) fn insert(table: &mut Table, keys: &[String], value: Value) {
    let Some((first, rest)) = keys.split_first() else {
        return;
    };
    if rest.is_empty() {
        table.insert(first.clone(), value);
        return;
    }
    let next = table
        .entry(first.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(next) = next {
        insert(next, rest, value);
    }
}

pub(crate) fn value(text: &str) -> Value {
    let parsed = format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut t| t.remove("v"));
    match parsed {
        Some(
            found @ (Value::Integer(_) | Value::Boolean(_) | Value::Float(_) | Value::Array(_)),
        ) => found,
        _ => Value::String(text.trim_matches('"').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn variables_nest_and_keep_their_types() {
        let vars = [
            ("AURORASOC__EVENTS__RETENTION_DAYS", "30"),
            ("AURORASOC__SITE__NAME", "Branch 7"),
            ("OTHER", "x"),
        ];
        let table = table(vars.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(table["events"]["retention_days"].as_integer().unwrap(), 30);
        assert_eq!(table["site"]["name"].as_str().unwrap(), "Branch 7");
        assert_eq!(table.len(), 2);
    }
}
