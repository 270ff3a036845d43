//! Tab-separated tables: `#` starts a comment line, the first other line names the columns.

use crate::Error;

pub(crate) struct Row<'t, const N: usize> {
    pub file: &'static str,
    /// Counted from 1.
    pub line: usize,
    pub cells: [&'t str; N],
}

impl<const N: usize> Row<'_, N> {
    pub fn error(&self, reason: impl Into<String>) -> Error {
        Error::Table {
            file: self.file,
            line: self.line,
            reason: reason.into(),
        }
    }
}

/// Every row below the header, which must name exactly `columns`.
pub(crate) fn rows<'t, const N: usize>(
    file: &'static str,
    text: &'t str,
    columns: [&str; N],
) -> Result<Vec<Row<'t, N>>, Error> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#'));
    let mut rows = lines.map(|(index, text)| cells(file, index + 1, text));
    let header = rows.next().transpose()?;
    match header {
        Some(header) if header.cells == columns => rows.collect(),
        _ => {
            let reason = format!("the columns must be {}", columns.join(", "));
            Err(Error::Table {
                file,
                line: header.map_or(1, |row| row.line),
                reason,
            })
        }
    }
}

fn cells<'t, const N: usize>(
    file: &'static str,
    line: usize,
    text: &'t str,
) -> Result<Row<'t, N>, Error> {
    let cells: Vec<&str> = text.split('\t').collect();
    let count = cells.len();
    let cells = cells.try_into().map_err(|_| {
        let reason = format!("{count} columns stand where {N} are wanted");
        Error::Table { file, line, reason }
    })?;
    Ok(Row { file, line, cells })
}

/// `-` says that there is none.
pub(crate) fn optional(cell: &str) -> Option<&str> {
    if cell == "-" { None } else { Some(cell) }
}
