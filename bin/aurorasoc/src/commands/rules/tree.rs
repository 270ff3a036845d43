//! An explanation as a tree on the screen.

use aurora_model::engineering::{ExplainNode, Explanation, FieldSeen, NodeKind};

use crate::output::{Ink, Line, Screen, of, short};

/// Values of one field that are shown, of the rule's and of the event's.
const VALUES: usize = 6;
/// Characters of one value.
const CHARS: usize = 120;

/// The verdict, the logsource, then the conditions. `indent` is in steps of two blanks.
pub fn show(screen: &mut Screen, explained: &Explanation, indent: usize) -> std::io::Result<()> {
    let margin = "  ".repeat(indent);
    let line = Line::new().plain(&margin);
    let line = if explained.covered {
        line.ink(Ink::Green, "✓ ")
            .plain("logsource ")
            .plain(&explained.logsource)
    } else {
        line.ink(Ink::Red, "✗ ")
            .plain("logsource ")
            .plain(&explained.logsource)
            .ink(Ink::Red, "  the event is of another")
    };
    screen.line(line)?;
    screen.line(Line::new().dim(format!("{margin}    the event: {}", explained.event)))?;
    for condition in &explained.conditions {
        node(screen, condition, indent)?;
    }
    for step in &explained.steps {
        let ink = if step.fired { Ink::Green } else { Ink::Dim };
        let text = format!("{margin}event {}: {}", step.event + 1, step.text);
        screen.line(Line::new().ink(ink, text))?;
    }
    Ok(())
}

fn node(screen: &mut Screen, node: &ExplainNode, depth: usize) -> std::io::Result<()> {
    let margin = "  ".repeat(depth);
    let (sign, ink) = if node.holds {
        ("✓ ", Ink::Green)
    } else {
        ("✗ ", Ink::Red)
    };
    let line = Line::new().plain(&margin).ink(ink, sign);
    match (node.kind, &node.field) {
        (NodeKind::Field, Some(seen)) => return field(screen, line, seen, &margin, node.line),
        (NodeKind::Selection, _) => {
            let name = node.name.as_deref().unwrap_or_default();
            screen.line(line.bold(name).dim(at(node.line)))?;
        }
        (NodeKind::All, _) => screen.line(line.plain("all of"))?,
        (NodeKind::Any, _) => screen.line(line.plain("one of"))?,
        (NodeKind::Not, _) => screen.line(line.plain("not"))?,
        (NodeKind::Field, None) => {}
    }
    let mut parts = node.parts.iter();
    parts.try_for_each(|part| self::node(screen, part, depth + 1))
}

fn at(line: Option<u32>) -> String {
    line.map(|line| format!("  line {line}"))
        .unwrap_or_default()
}

fn field(
    screen: &mut Screen,
    line: Line,
    seen: &FieldSeen,
    margin: &str,
    number: Option<u32>,
) -> std::io::Result<()> {
    let mut name = seen.field.clone().unwrap_or_else(|| "keywords".to_owned());
    if !seen.modifiers.is_empty() {
        name.push('|');
        name.push_str(&seen.modifiers);
    }
    screen.line(line.plain(name).dim(at(number)))?;
    let word = match (seen.negated, seen.all, seen.values.len()) {
        (true, ..) => "none of",
        (false, true, 2..) => "all of",
        (false, false, 2..) => "one of",
        _ => "wants",
    };
    // What held first: in a list of hundreds it is what one looks for.
    let mut values: Vec<_> = seen.values.iter().collect();
    values.sort_by_key(|value| !value.holds);
    let mut line = Line::new().dim(format!("{margin}    {word:<7} "));
    for (index, value) in values.iter().take(VALUES).enumerate() {
        let ink = if value.holds { Ink::Green } else { Ink::Plain };
        let comma = if index == 0 { "" } else { ", " };
        line = line
            .dim(comma)
            .ink(ink, format!("`{}`", short(&value.text, CHARS)));
    }
    let more = values.len().saturating_sub(VALUES) as u64;
    if more > 0 {
        line = line.dim(format!(" and {}", of(more, "other")));
    }
    screen.line(line)?;
    if seen.field.is_none() {
        return screen.line(Line::new().dim(format!("{margin}    in      the whole record")));
    }
    let Some(path) = &seen.path else {
        return screen.line(
            Line::new()
                .dim(format!("{margin}    saw     "))
                .ink(Ink::Yellow, "nothing: the event has no such field"),
        );
    };
    let mut line = Line::new().dim(format!("{margin}    saw     "));
    let texts: Vec<String> = seen
        .seen
        .iter()
        .map(|v| format!("`{}`", short(v, CHARS)))
        .collect();
    line = line.plain(texts.join(", "));
    let hidden = seen.more + (seen.seen.len() - texts.len()) as u64;
    if hidden > 0 {
        line = line.dim(format!(" and {}", of(hidden, "other")));
    }
    screen.line(line.dim(format!("  at {path}")))
}
