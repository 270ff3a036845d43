use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, presets};

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
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        if look.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        match look.width {
            Some(width) => {
                table
                    .set_content_arrangement(ContentArrangement::Dynamic)
                    .set_width(width);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table.set_header(self.headings.iter().map(|name| heading(name, look)));
        for row in &self.rows {
            table.add_row(row.iter().map(|span| cell(span, look)));
        }
        let last = self.headings.len().saturating_sub(1);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { 2 }));
            if self.numbers.contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
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
