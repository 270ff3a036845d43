use crate::Error;

/// How a text is read; see `content/indicators/paths.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Ip,
    Host,
    Url,
    Email,
    Hash,
}

/// A row: a place in events, and how what stands there is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub path: Vec<String>,
    pub reading: Reading,
    /// A neighbour's name and the number that it must hold.
    pub when: Option<(String, i64)>,
}

/// The table of observables, as text.
#[derive(Clone, Copy, Debug)]
pub struct Table<'t>(pub &'t str);

impl Table<'static> {
    /// `content/indicators/paths.tsv`, as shipped in this binary.
    pub const SHIPPED: Self = Self(include_str!("../../../../../content/indicators/paths.tsv"));
}

impl Table<'_> {
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Error> {
        let lines = self.0.lines().enumerate();
        let mut rows = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        match rows.next() {
            Some((_, "path\tkind\twhen")) => {}
            _ => return Err(wrong(1, "the columns must be path, kind, when")),
        }
        rows.map(|(index, line)| row(line).map_err(|reason| wrong(index + 1, reason)))
            .collect()
    }
}

fn wrong(line: usize, reason: impl Into<String>) -> Error {
    Error::Table {
        line,
        reason: reason.into(),
    }
}

fn row(line: &str) -> Result<Row, String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [path, kind, when] = cells[..] else {
        return Err(format!("{} columns stand where 3 are wanted", cells.len()));
    };
    let path: Vec<String> = path
        .split('.')
        .map(|name| name.trim_end_matches("[]").to_owned())
        .collect();
    if path.iter().any(String::is_empty) {
        return Err("the path has an empty name".to_owned());
    }
    Ok(Row {
        path,
        reading: reading(kind)?,
        when: condition(when)?,
    })
}

fn reading(word: &str) -> Result<Reading, String> {
    Ok(match word {
        "ip" => Reading::Ip,
        "host" => Reading::Host,
        "url" => Reading::Url,
        "email" => Reading::Email,
        "hash" => Reading::Hash,
        _ => return Err(format!("`{word}` is none of ip, host, url, email, hash")),
    })
}

fn condition(cell: &str) -> Result<Option<(String, i64)>, String> {
    if cell == "-" {
        return Ok(None);
    }
    let parsed = cell
        .split_once('=')
        .and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    parsed
        .map(Some)
        .ok_or_else(|| format!("`{cell}` is no name=number"))
}
