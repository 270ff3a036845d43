//! The matrix as a picture: a column a tactic, a cell a technique, sub-techniques beneath it.

use std::fmt::Write as _;

use aurora_model::engineering::{Coverage, TacticCoverage, TechniqueCoverage};

const WIDTH: usize = 172;
const GAP: usize = 8;
const MARGIN: usize = 24;
const TOP: usize = 84;
const HEAD: usize = 52;
const CELL: usize = 34;
const SUB: usize = 20;

/// Text that fits a cell, in characters.
const CHARS: usize = 27;

/// From one rule to many.
const INKS: [(&str, &str); 5] = [
    ("#e3edf9", "#12263f"),
    ("#b9d4f1", "#12263f"),
    ("#7fb0e3", "#0b1a2e"),
    ("#3f7fc4", "#ffffff"),
    ("#1d4f91", "#ffffff"),
];

/// A picture of its own, without scripts or outside references. Tactics without a rule are drawn
/// when ATT&CK for Enterprise has them: the gaps are what one looks for.
pub fn svg(coverage: &Coverage, heading: &str) -> String {
    let tactics: Vec<&TacticCoverage> = coverage
        .tactics
        .iter()
        .filter(|tactic| tactic.known > 0 || tactic.rules > 0)
        .collect();
    let most = tactics
        .iter()
        .flat_map(|tactic| &tactic.techniques)
        .map(|technique| technique.rules.len())
        .max()
        .unwrap_or(1);
    let height = tactics.iter().map(|tactic| column_height(tactic)).max();
    let height = TOP + HEAD + height.unwrap_or(0) + MARGIN;
    let width = (MARGIN * 2 + tactics.len() * (WIDTH + GAP))
        .saturating_sub(GAP)
        .max(640);
    let mut out = String::new();
    open(&mut out, width, height);
    title(&mut out, coverage, heading, width, most);
    for (index, tactic) in tactics.iter().enumerate() {
        column(&mut out, tactic, MARGIN + index * (WIDTH + GAP), most);
    }
    out.push_str("</svg>\n");
    out
}

fn is_sub(technique: &TechniqueCoverage) -> bool {
    technique.id.contains('.')
}

/// A technique's own cell stands also when only its sub-techniques have rules.
fn rows(tactic: &TacticCoverage) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut last = "";
    for technique in &tactic.techniques {
        let parent = technique.id.split('.').next().unwrap_or_default();
        if is_sub(technique) && parent != last {
            rows.push(Row::Parent(parent));
        }
        last = parent;
        rows.push(if is_sub(technique) {
            Row::Sub(technique)
        } else {
            Row::Technique(technique)
        });
    }
    rows
}

#[derive(Clone, Copy)]
enum Row<'c> {
    Technique(&'c TechniqueCoverage),
    Parent(&'c str),
    Sub(&'c TechniqueCoverage),
}

impl Row<'_> {
    fn height(self) -> usize {
        match self {
            Self::Technique(_) => CELL + 4,
            Self::Parent(_) | Self::Sub(_) => SUB + 2,
        }
    }
}

fn column_height(tactic: &TacticCoverage) -> usize {
    rows(tactic).into_iter().map(Row::height).sum()
}

fn open(out: &mut String, width: usize, height: usize) {
    write_to(
        out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', \
             sans-serif\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
        ),
    );
}

fn title(out: &mut String, coverage: &Coverage, heading: &str, width: usize, most: usize) {
    text(out, MARGIN, 36, 20, "#12263f", 600, heading);
    let told = format!(
        "{} rules · {} techniques and sub-techniques · {} rules without a technique",
        coverage.rules, coverage.techniques, coverage.untagged
    );
    text(out, MARGIN, 58, 12, "#5b6b80", 400, &told);
    let steps = INKS.len();
    let left = width - MARGIN - steps * 26 - 84;
    text(out, left, 36, 11, "#5b6b80", 400, "rules: 1");
    for (index, (fill, _)) in INKS.iter().enumerate() {
        rect(out, left + 46 + index * 26, 25, 24, 14, fill);
    }
    let most = most.to_string();
    text(out, left + 52 + steps * 26, 36, 11, "#5b6b80", 400, &most);
}

fn column(out: &mut String, tactic: &TacticCoverage, x: usize, most: usize) {
    rect(out, x, TOP, WIDTH, HEAD - 8, "#12263f");
    let name = fit(&tactic.name, 23);
    text(out, x + 8, TOP + 19, 12, "#ffffff", 600, &name);
    let own = tactic.techniques.iter().map(|technique| {
        let parent = technique.id.split('.').next();
        parent.unwrap_or_default()
    });
    let own: std::collections::BTreeSet<&str> = own.collect();
    let told = if tactic.known > 0 {
        format!(
            "{} · {} of {} · {} rules",
            tactic.id,
            own.len(),
            tactic.known,
            tactic.rules
        )
    } else {
        format!("{} · {} rules", tactic.id, tactic.rules)
    };
    text(out, x + 8, TOP + 35, 10, "#b9d4f1", 400, &told);
    let mut y = TOP + HEAD;
    for row in rows(tactic) {
        match row {
            Row::Technique(technique) => cell(out, technique, x, y, most),
            Row::Parent(id) => {
                rect(out, x, y, WIDTH, SUB, "#f1f4f8");
                text(out, x + 8, y + 14, 10, "#5b6b80", 400, id);
            }
            Row::Sub(technique) => sub(out, technique, x, y, most),
        }
        y += row.height();
    }
}

fn cell(out: &mut String, technique: &TechniqueCoverage, x: usize, y: usize, most: usize) {
    let (fill, ink) = shade(technique.rules.len(), most);
    open_cell(out, technique);
    rect(out, x, y, WIDTH, CELL, fill);
    text(out, x + 8, y + 14, 10, ink, 600, &technique.id);
    count(out, technique, x, y + 14, ink);
    text(
        out,
        x + 8,
        y + 27,
        10,
        ink,
        400,
        &fit(&technique.name, CHARS),
    );
    out.push_str("</g>\n");
}

fn sub(out: &mut String, technique: &TechniqueCoverage, x: usize, y: usize, most: usize) {
    let (fill, ink) = shade(technique.rules.len(), most);
    let number = technique
        .id
        .split_once('.')
        .map_or("", |(_, number)| number);
    open_cell(out, technique);
    rect(out, x + 14, y, WIDTH - 14, SUB, fill);
    let told = fit(&format!(".{number} {}", technique.name), CHARS - 5);
    text(out, x + 20, y + 14, 10, ink, 400, &told);
    count(out, technique, x, y + 14, ink);
    out.push_str("</g>\n");
}

/// The whole name and the first rules, for whoever points at it.
fn open_cell(out: &mut String, technique: &TechniqueCoverage) {
    let titles = technique.rules.iter().take(10).map(|r| r.title.as_str());
    let titles: Vec<String> = titles.map(|title| format!("\n- {title}")).collect();
    let told = format!("{} {}{}", technique.id, technique.name, titles.concat());
    write_to(out, format_args!("<g><title>{}</title>", escape(&told)));
}

fn count(out: &mut String, technique: &TechniqueCoverage, x: usize, y: usize, ink: &str) {
    write_to(
        out,
        format_args!(
            "<text x=\"{}\" y=\"{y}\" font-size=\"10\" fill=\"{ink}\" font-weight=\"600\" \
             text-anchor=\"end\">{}</text>",
            x + WIDTH - 8,
            technique.rules.len()
        ),
    );
}

/// By the logarithm: one rule against none matters more than thirty against twenty.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn shade(count: usize, most: usize) -> (&'static str, &'static str) {
    let part = if most <= 1 {
        0.0
    } else {
        (count.max(1) as f64).ln() / (most as f64).ln()
    };
    INKS[((part * INKS.len() as f64) as usize).min(INKS.len() - 1)]
}

fn fit(name: &str, limit: usize) -> String {
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    let mut cut: String = name.chars().take(limit - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

fn rect(out: &mut String, x: usize, y: usize, width: usize, height: usize, fill: &str) {
    write_to(
        out,
        format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\" \
             fill=\"{fill}\"/>"
        ),
    );
}

fn text(out: &mut String, x: usize, y: usize, size: u8, ink: &str, weight: u16, words: &str) {
    write_to(
        out,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{ink}\" \
             font-weight=\"{weight}\">{}</text>\n",
            escape(words)
        ),
    );
}

fn write_to(out: &mut String, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what)
        .expect("writing to a string does not fail");
}

/// A rule's title comes from a file that somebody downloaded.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
