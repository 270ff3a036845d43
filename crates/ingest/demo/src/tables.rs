//! Tables that noise picks from: a row is a person at a desk, a program, a site.

use crate::Error;
use crate::files::File;

/// Tab-separated, the first line names the columns.
#[derive(Debug)]
pub(crate) struct Table {
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

#[derive(Debug)]
pub(crate) struct Tables(Vec<Table>);

/// A column of a table, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub table: usize,
    column: usize,
}

impl Tables {
    pub fn read(files: &[(&'static str, File)]) -> Result<Self, Error> {
        let tables = files.iter().map(|(name, file)| Table::read(name, *file));
        tables.collect::<Result<_, _>>().map(Self)
    }

    /// `workstation.user`
    pub fn cell(&self, name: &str) -> Option<Cell> {
        let (table, column) = name.split_once('.')?;
        let table = self.0.iter().position(|known| known.name == table)?;
        let column = self.0[table]
            .columns
            .iter()
            .position(|known| *known == column)?;
        Some(Cell { table, column })
    }

    /// The cell in the row that the number chooses.
    pub fn pick(&self, cell: Cell, number: u64) -> &'static str {
        let rows = &self.0[cell.table].rows;
        let row = usize::try_from(number % rows.len() as u64).expect("a table fits into memory");
        rows[row][cell.column]
    }
}

impl Table {
    fn read(name: &'static str, (file, text): File) -> Result<Self, Error> {
        let mut lines = text
            .lines()
            .zip(1..)
            .filter(|(text, _)| !text.starts_with('#'));
        let fail = |line, reason: &str| Error {
            file,
            line,
            reason: reason.to_owned(),
        };
        let (header, _) = lines.next().ok_or_else(|| fail(1, "the table is empty"))?;
        let columns: Vec<_> = header.split('\t').collect();
        let row = |(text, line): (&'static str, usize)| {
            let cells: Vec<_> = text.split('\t').collect();
            let fits = cells.len() == columns.len();
            fits.then_some(cells)
                .ok_or_else(|| fail(line, "the row has other columns than the header"))
        };
        let rows = lines.map(row).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Err(fail(1, "the table has no rows"));
        }
        Ok(Self {
            name,
            columns,
            rows,
        })
    }
}
