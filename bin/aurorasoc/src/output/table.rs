use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Width, presets,
};

use super::fit::{Fit, GAP, Wish, fit};
use super::{Ink, Look, Span, clean};

/// Rows under headings. On a terminal it fits the width; elsewhere a row is a line.
#[derive(Clone, Debug, Default)]
pub struct Table {
    headings: Vec<String>,
    numbers: Vec<usize>,
    rows: Vec<Vec<Span>>,
}

impl Table {
    /// A heading that ends in `#` is of a column of numbers.
    pub fn new(headings: &[&'static str]) -> Self {
        let numbers = headings
            .iter()
            .enumerate()
            .filter(|(_, name)| name.ends_with('#'));
        let numbers = numbers.map(|(index, _)| index).collect();
        let names: Vec<&str> = headings
            .iter()
            .map(|name| name.trim_end_matches('#'))
            .collect();
        Self {
            numbers,
            ..Self::named(&names)
        }
    }

    /// Headings that are not ours: a query names its columns.
    pub fn named(headings: &[&str]) -> Self {
        let headings = headings
            .iter()
            .map(|name| clean(name).into_owned())
            .collect();
        Self {
            headings,
            numbers: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Span>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn render(&self, look: Look) -> String {
        let all: Vec<usize> = (0..self.headings.len()).collect();
        let Some(width) = look.width else {
            return text(self.grid(&all, None, look).lines());
        };
        match fit(&self.wishes(), usize::from(width)) {
            Fit::Beside(widths) => text(self.grid(&all, Some(&widths), look).lines()),
            Fit::Below(beside) => self.below(&beside, width, look),
            Fit::List => self.list(&all, width, look),
        }
    }

    fn wishes(&self) -> Vec<Wish> {
        let whole = self.measured(true, str::to_owned);
        let words = self.measured(true, |text| text.replace(' ', "\n"));
        let cells = self.measured(false, str::to_owned);
        let wish = |index: usize| Wish {
            whole: whole[index].into(),
            word: words[index].into(),
            figure: (self.numbers.contains(&index)).then(|| cells[index].into()),
        };
        (0..self.headings.len()).map(wish).collect()
    }

    /// Widths of the columns when their cells are written so.
    fn measured(&self, headed: bool, written: impl Fn(&str) -> String) -> Vec<u16> {
        let mut table = bare(Look::default());
        let headings = self.headings.iter();
        table.set_header(headings.map(|name| if headed { written(name) } else { String::new() }));
        for row in &self.rows {
            table.add_row(row.iter().map(|span| written(span.text())));
        }
        table.column_max_content_widths()
    }

    /// Some columns, side by side.
    fn grid(&self, columns: &[usize], widths: Option<&[usize]>, look: Look) -> comfy_table::Table {
        let mut table = bare(look);
        let of = |index: &usize| heading(&self.headings[*index], look);
        table.set_header(columns.iter().map(of));
        for row in &self.rows {
            table.add_row(columns.iter().map(|index| cell(&row[*index], look)));
        }
        let last = columns.len().saturating_sub(1);
        for (place, column) in table.column_iter_mut().enumerate() {
            let gap = if place == last { 0 } else { GAP };
            column.set_padding((0, u16::try_from(gap).unwrap_or(0)));
            if self.numbers.contains(&columns[place]) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if let Some(widths) = widths {
                let width = u16::try_from(widths[place] + gap).unwrap_or(u16::MAX);
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            }
        }
        table
    }

    /// A line a row of what fits beside each other, and the rest of the row below it.
    fn below(&self, beside: &[usize], width: u16, look: Look) -> String {
        let rest: Vec<usize> = (0..self.headings.len())
            .filter(|index| !beside.contains(index))
            .collect();
        let grid = self.grid(beside, None, look);
        let mut lines = grid.lines();
        let mut out = text(lines.next().into_iter());
        for (line, row) in lines.zip(&self.rows) {
            out.push_str(&text([line].into_iter()));
            out.push_str(&self.pairs(row, &rest, 2, width, look));
        }
        out
    }

    fn list(&self, columns: &[usize], width: u16, look: Look) -> String {
        let rows = self.rows.iter();
        let rows: Vec<String> = rows
            .map(|row| self.pairs(row, columns, 0, width, look))
            .collect();
        rows.join("\n")
    }

    /// Headings with their cells, a line each, where a cell is not empty.
    fn pairs(&self, row: &[Span], of: &[usize], indent: u16, width: u16, look: Look) -> String {
        let mut table = bare(look);
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
        let told = of
            .iter()
            .filter(|index| !row[**index].text().trim().is_empty());
        for index in told {
            let name = cell(&Span::dim(self.headings[*index].trim()), look);
            table.add_row([name, cell(&row[*index], look)]);
        }
        for (column, padding) in table.column_iter_mut().zip([(indent, 2), (0, 0)]) {
            column.set_padding(padding);
        }
        text(table.lines())
    }
}

fn bare(look: Look) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if look.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn text(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn heading(name: &str, look: Look) -> Cell {
    let cell = Cell::new(name);
    if look.colour {
        cell.add_attribute(Attribute::Bold)
    } else {
        cell
    }
}

fn cell(span: &Span, look: Look) -> Cell {
    let cell = Cell::new(span.text());
    if !look.colour {
        return cell;
    }
    match span.ink() {
        Ink::Plain => cell,
        Ink::Bold => cell.add_attribute(Attribute::Bold),
        Ink::Dim => cell.add_attribute(Attribute::Dim),
        Ink::Red => cell.fg(Color::DarkRed),
        Ink::BoldRed => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Ink::Yellow => cell.fg(Color::DarkYellow),
        Ink::Green => cell.fg(Color::DarkGreen),
        Ink::Cyan => cell.fg(Color::DarkCyan),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::expect;

    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(&["severity", "title", "count#"]);
        table.row([
            Span::new("high", Ink::Red),
            Span::plain("a\u{1b}[2J\nb"),
            Span::plain(7),
        ]);
        table.row([
            Span::plain("low"),
            Span::plain("plain"),
            Span::plain(12_000),
        ]);
        table
    }

    #[test]
    fn hostile_cells_stay_in_their_cells() {
        let look = Look {
            colour: false,
            width: None,
        };
        expect![[r#"
            severity  title          count
            high      a\u{1b}[2J\nb      7
            low       plain          12000
        "#]]
        .assert_eq(&sample().render(look));
    }

    fn alerts() -> Table {
        let mut table = Table::new(&["alert", "severity", "matches#", "about", "title"]);
        for (id, about, title) in [
            (
                "0f1c9db0",
                "ws-014.corp.nordhafen.example",
                "Office Application Starts a Script Interpreter",
            ),
            ("6de9110a", "", "Password File Read by an Everyday Tool"),
        ] {
            table.row([
                Span::plain(id),
                Span::plain("critical"),
                Span::plain(1_200),
                Span::plain(about),
                Span::plain(title),
            ]);
        }
        table
    }

    fn check(width: u16, expected: expect_test::Expect) {
        let look = Look {
            colour: false,
            width: Some(width),
        };
        expected.assert_eq(&alerts().render(look));
    }

    #[test]
    fn long_texts_wrap_at_their_words() {
        check(
            90,
            expect![[r#"
                alert     severity  matches  about                          title
                0f1c9db0  critical     1200  ws-014.corp.nordhafen.example  Office Application Starts a
                                                                            Script Interpreter
                6de9110a  critical     1200                                 Password File Read by an
                                                                            Everyday Tool
            "#]],
        );
    }

    #[test]
    fn what_does_not_fit_stands_below_its_row() {
        check(
            50,
            expect![[r#"
            alert     severity  matches
            0f1c9db0  critical     1200
              about  ws-014.corp.nordhafen.example
              title  Office Application Starts a Script
                     Interpreter
            6de9110a  critical     1200
              title  Password File Read by an Everyday Tool
        "#]],
        );
    }

    #[test]
    fn what_fits_nowhere_is_a_list() {
        check(
            26,
            expect![[r#"
            alert     0f1c9db0
            severity  critical
            matches   1200
            about     ws-014.corp.nord
                      hafen.example
            title     Office
                      Application
                      Starts a Script
                      Interpreter

            alert     6de9110a
            severity  critical
            matches   1200
            title     Password File
                      Read by an
                      Everyday Tool
        "#]],
        );
    }

    #[test]
    fn a_narrow_terminal_is_not_overrun() {
        let look = Look {
            colour: true,
            width: Some(24),
        };
        for line in sample().render(look).lines() {
            let bare = line.split('\u{1b}').map(|part| {
                part.trim_start_matches(|c: char| {
                    c == '[' || c.is_ascii_digit() || c == ';' || c == 'm'
                })
            });
            assert!(
                bare.map(|part| part.chars().count()).sum::<usize>() <= 24,
                "{line:?}"
            );
        }
    }
}
