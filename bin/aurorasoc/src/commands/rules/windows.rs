//! The windows of a correlation on the screen.

use aurora_model::engineering::{CorrelationExplanation, GroupWindow, MemberHits};

use crate::output::{Ink, Line, Screen, Span, Table, count, head, of, short};
use crate::time;

/// Groups that are shown in full; of the others one line.
const IN_FULL: usize = 5;
/// Hits of one window.
const HITS: usize = 12;

pub fn show(screen: &mut Screen, told: &CorrelationExplanation) -> std::io::Result<()> {
    let line = Line::new().bold(&told.title);
    let line = if told.fired {
        line.ink(Ink::Green, "  fires")
    } else {
        line.ink(Ink::Red, "  does not fire")
    };
    screen.line(line)?;
    screen.line(Line::new().label("counts").plain(what(told)))?;
    screen.line(Line::new().label("wants").plain(wants(told)))?;
    let groups = if told.group_by.is_empty() {
        "all hits are one group".to_owned()
    } else {
        told.group_by.join(", ")
    };
    screen.line(Line::new().label("group by").plain(groups))?;
    screen.line(Line::new().label("events").plain(count(told.events)))?;
    members(screen, told)?;
    if told.groups.is_empty() {
        let why = "no hit of any of its rules is in a group";
        return screen.line(Line::new().ink(Ink::Yellow, why));
    }
    screen.heading("Groups")?;
    for (at, group) in told.groups.iter().enumerate() {
        one(screen, told, group, at < IN_FULL)?;
    }
    screen.rest(told.groups_total, told.groups.len())
}

fn what(told: &CorrelationExplanation) -> String {
    let fields = told.fields.join(", ");
    if fields.is_empty() {
        told.kind.clone()
    } else {
        format!("{} of {fields}", told.kind)
    }
}

fn wants(told: &CorrelationExplanation) -> String {
    format!("{} within {}", told.condition, exactly(told.timespan_ms))
}

/// `90s`, `5m`: the largest unit without a remainder.
fn exactly(milliseconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
    ];
    let whole = UNITS
        .iter()
        .find(|(size, _)| milliseconds.is_multiple_of(*size));
    whole.map_or_else(
        || format!("{milliseconds} ms"),
        |(size, unit)| format!("{}{unit}", milliseconds / size),
    )
}

fn members(screen: &mut Screen, told: &CorrelationExplanation) -> std::io::Result<()> {
    screen.heading("Its rules")?;
    let mut table = Table::new(&["  rule", "hits#", "lost#", "why"]);
    for member in &told.members {
        table.row([
            Span::plain(format!("  {}", short(&member.title, 60))),
            if member.hits == 0 {
                Span::new("0", Ink::Yellow)
            } else {
                Span::plain(count(member.hits))
            },
            if member.lost == 0 {
                Span::dim("-")
            } else {
                Span::new(count(member.lost), Ink::Yellow)
            },
            Span::maybe(lost(member)),
        ]);
    }
    screen.table(&table)
}

fn lost(member: &MemberHits) -> Option<String> {
    if member.correlation && member.hits == 0 {
        return Some(format!("a correlation: explain {}", head(&member.rule)));
    }
    if member.lost == 0 {
        return None;
    }
    let lacking: Vec<String> = member
        .lacking
        .iter()
        .map(|it| format!("{} without `{}`", count(it.hits), it.field))
        .collect();
    if lacking.is_empty() {
        return Some("no number in the field".to_owned());
    }
    Some(lacking.join(", "))
}

fn one(
    screen: &mut Screen,
    told: &CorrelationExplanation,
    group: &GroupWindow,
    in_full: bool,
) -> std::io::Result<()> {
    let fires = !group.firings.is_empty();
    let (sign, ink) = if fires {
        ("✓ ", Ink::Green)
    } else {
        ("✗ ", Ink::Red)
    };
    let line = Line::new().plain("  ").ink(ink, sign);
    screen.line(line.bold(name(told, group)).plain(format!(
        "  {}, wants {}",
        figure(group.figure),
        told.condition
    )))?;
    if !in_full {
        return Ok(());
    }
    let text = format!(
        "    {} in all; nearest window after {} until {}",
        of(group.hits, "hit"),
        time::exact(group.after),
        time::exact(group.until)
    );
    screen.line(Line::new().dim(text))?;
    if told.members.len() > 1 {
        let per_rule = told.members.iter().zip(&group.by_member);
        let parts: Vec<String> = per_rule
            .map(|(member, hits)| format!("{} × {}", count(*hits), short(&member.title, 40)))
            .collect();
        screen.line(Line::new().dim(format!("    {}", parts.join(", "))))?;
    }
    hits(screen, told, group)?;
    for firing in &group.firings {
        let text = format!(
            "    fires at {} on event {} with {} over {}",
            time::exact(firing.at),
            count(firing.event + 1),
            figure(firing.figure),
            of(firing.events, "event")
        );
        screen.line(Line::new().ink(Ink::Green, text))?;
    }
    Ok(())
}

fn name(told: &CorrelationExplanation, group: &GroupWindow) -> String {
    let parts: Vec<String> = told
        .group_by
        .iter()
        .zip(&group.values)
        .map(|(field, value)| format!("{field}={}", short(value, 60)))
        .collect();
    if parts.is_empty() {
        return "all hits".to_owned();
    }
    parts.join("  ")
}

fn hits(
    screen: &mut Screen,
    told: &CorrelationExplanation,
    group: &GroupWindow,
) -> std::io::Result<()> {
    let titles = told.members.len() > 1;
    for hit in group.seen.iter().take(HITS) {
        let mut line = Line::new().dim(format!(
            "      event {:<5} {}  ",
            hit.event + 1,
            time::exact(hit.at)
        ));
        if let Some(member) = told.members.get(hit.member as usize).filter(|_| titles) {
            line = line.plain(format!("{}  ", short(&member.title, 40)));
        }
        if !hit.values.is_empty() {
            line = line.plain(format!("`{}`", short(&hit.values.join("`, `"), 80)));
        }
        screen.line(line)?;
    }
    let hidden = group.seen.len().saturating_sub(HITS) as u64 + group.more;
    if hidden == 0 {
        return Ok(());
    }
    let text = format!("      and {} of this window", of(hidden, "other hit"));
    screen.line(Line::new().dim(text))
}

/// Whole where it is.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.3}")
    }
}
