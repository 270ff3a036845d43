//! Conditions about complete windows.
//!
//! A window begins at the group's first event that is in no earlier one, and is judged when the
//! watermark has passed its end. Nothing is published before, so nothing is amended.

use std::collections::HashSet;

use crate::action::{Action, BoundKind};
use crate::entry::Entry;
use crate::figure::Rise;
use crate::group::{Group, Step};
use crate::input::MatchRef;
use crate::lower;
use crate::plan::Correlation;
use crate::settle::drop_front;
use crate::spec::{Condition, Kind};

/// How many timespans back a late event's windows are read, to find where one began.
const BACK: i64 = 8;

/// One more event; it would stand at `at`.
pub(crate) fn take(
    group: &mut Group,
    at: usize,
    entry: Entry,
    of: &MatchRef<'_>,
    step: &mut Step<'_>,
) {
    let open = group.entries.front().map(|first| first.time);
    let is_settled = entry.time <= group.settled.max(step.watermark);
    // What falls into a window that is still open is not late, however old it is.
    if is_settled && open.is_none_or(|open| entry.time < open) {
        return group.late(of, false, step);
    }
    group.insert(at, entry);
    if group.entries.len() > step.it.capacity() {
        make_room(group, step);
    }
}

/// The windows that a late event at `time` can be in: the last end to judge, and where to read from.
pub(crate) fn late_range(group: &Group, time: i64, limit: i64, span: i64) -> (i64, i64) {
    let open = group.entries.front();
    let before = open.map_or(i64::MAX, |first| first.time - 1);
    let until = limit.min(before).min(time.saturating_add(BACK * span));
    (until, time - BACK * span)
}

/// Judges every window that ends at or before `to`.
pub(crate) fn judge(group: &mut Group, to: i64, step: &mut Step<'_>) {
    while let Some((rise, count)) = next_window(group, step.it, to) {
        if holds(step.it, &group.entries, count, group.refused) {
            let mut alert = rise.alert(step.it, &group.key, group.refused > 0);
            if step.it.spec.kind == Kind::EventCount {
                alert.count += group.refused;
                alert.figure += group.refused as f64;
            }
            step.actions.push(Action::Fired(alert));
        }
        group.refused = 0;
        group.is_full = false;
        if let Some(last) = group.entries.get(count - 1) {
            group.cut = *last;
        }
        group.settled = group.settled.max(rise.at);
        drop_front(group, count, step.it);
    }
}

/// The first window, if it ends at or before `to`: what it amounts to and how many entries it has.
pub(crate) fn next_window(group: &Group, it: &Correlation, to: i64) -> Option<(Rise, usize)> {
    window(&group.entries, it, 0, to)
}

/// The window that begins at entry `from`.
pub(crate) fn window(
    entries: &crate::entry::Entries,
    it: &Correlation,
    from: usize,
    to: i64,
) -> Option<(Rise, usize)> {
    let end = entries.get(from)?.time + it.span - 1;
    if end > to {
        return None;
    }
    let past = entries.partition_point(|entry| entry.time <= end);
    Some((Rise::of(it, entries, from, past, end), past))
}

/// Whether the condition holds for the first `count` entries and those that found no room.
fn holds(it: &Correlation, entries: &crate::entry::Entries, count: usize, refused: u64) -> bool {
    holds_in(it, entries, 0, count, refused)
}

pub(crate) fn holds_in(
    it: &Correlation,
    entries: &crate::entry::Entries,
    from: usize,
    past: usize,
    refused: u64,
) -> bool {
    let lower::Rise::Closing(condition) = &it.rise else {
        return false;
    };
    match condition {
        Condition::Figure(bounds) => {
            let extra = match it.spec.kind {
                Kind::EventCount => refused,
                _ => 0,
            };
            let figure = Rise::of(it, entries, from, past, 0).figure + extra as f64;
            bounds
                .iter()
                .all(|(comparison, threshold)| comparison.holds(figure, *threshold))
        }
        Condition::Bases(expr) => {
            let matched: HashSet<u64> = entries.range(from..past).map(|entry| entry.item).collect();
            expr.holds(&|base| matched.contains(&base.into()))
        }
    }
}

/// Where only distinct values count, repeated ones go; else the newest event is counted and not
/// kept.
fn make_room(group: &mut Group, step: &mut Step<'_>) {
    if matches!(step.it.spec.kind, Kind::ValueCount | Kind::Temporal)
        && drop_repeated(group, step.it)
    {
        return;
    }
    let capacity = step.it.capacity();
    let Some(last) = group.entries.back().copied() else {
        return;
    };
    if !group.is_full {
        group.is_full = true;
        group.bound(BoundKind::Events, capacity, last.time, step);
    }
    let open = group.entries.front().map_or(0, |first| first.time);
    group.refused += u64::from(last.time < open + step.it.span);
    let len = group.entries.len();
    group.chunks.removed(len - 1, len);
    group.entries.pop_back();
}

/// Drops events of the first window whose value an earlier one has. Whether any went.
fn drop_repeated(group: &mut Group, it: &Correlation) -> bool {
    let Some(first) = group.entries.front() else {
        return false;
    };
    let end = first.time + it.span - 1;
    let past = group.entries.partition_point(|entry| entry.time <= end);
    let mut seen = HashSet::new();
    let repeated: Vec<usize> = (0..past)
        .filter(|index| {
            let entry = group.entries.get(*index);
            entry.is_some_and(|entry| !seen.insert(entry.item))
        })
        .collect();
    for index in repeated.iter().rev() {
        group.chunks.removed(*index, group.entries.len());
        group.entries.remove(*index);
    }
    !repeated.is_empty()
}
