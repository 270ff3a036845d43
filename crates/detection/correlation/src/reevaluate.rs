//! A window that was judged too early, judged again.

use std::collections::HashSet;

use crate::action::Action;
use crate::closing;
use crate::entry::{Entries, Entry};
use crate::figure::Rise;
use crate::input::{LateWindow, Match};
use crate::lower;
use crate::plan::{Correlation, Plan};
use crate::sent::{Sent, pair};
use crate::sweep::{ARMED, Sweep, Watch};

/// Judges the windows of a late arrival again, given all matches of the group between
/// [`LateWindow::read_from`] and [`LateWindow::until`], in any order, copies and the arrivals
/// themselves included or not.
///
/// What holds with the late arrivals is compared with what held without them: an alert more is
/// [`Action::Fired`] with `late` set, another one [`Action::Amended`], one less
/// [`Action::Withdrawn`]. Windows that end after `until` are the shard's, which has taken the
/// arrival in. Of conditions about complete windows, the first one is taken to begin at the first event
/// given, which is so where the group was silent for a timespan before. Bounds do not apply: whoever reads the events decides how many.
pub fn reevaluate(plan: &Plan, late: &LateWindow, events: &[Match]) -> Vec<Action> {
    let Some(it) = plan.find(late.correlation) else {
        return Vec::new();
    };
    let of = |matched: &Match| Entry::of(it.spec.kind, &matched.view());
    let came = |is_gone: bool| -> HashSet<Entry> {
        let arrivals = late.arrivals.iter().filter(|(_, gone)| *gone == is_gone);
        arrivals.filter_map(|(matched, _)| of(matched)).collect()
    };
    let (more, less) = (came(false), came(true));
    let read = late.read_from.as_millis()..=late.until.as_millis();
    let known: Vec<Entry> = events
        .iter()
        .filter(|matched| matched.correlation == late.correlation && matched.group == late.group)
        .filter_map(of)
        .filter(|entry| read.contains(&entry.time))
        .collect();
    let with = known.iter().filter(|it| !less.contains(it)).chain(&more);
    let without = known.iter().filter(|it| !more.contains(it)).chain(&less);
    let now = rises(it, late, sorted(it, with.copied()));
    let before = rises(it, late, sorted(it, without.copied()));
    differences(it, late, &before, &now)
}

fn sorted(it: &Correlation, entries: impl Iterator<Item = Entry>) -> Entries {
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_unstable();
    entries.dedup_by(|next, kept| next.time == kept.time && next.is_copy(kept, it.spec.kind));
    entries.into()
}

/// What crossed, or was found at the end of a window, within the range in question.
fn rises(it: &Correlation, late: &LateWindow, entries: Entries) -> Vec<Rise> {
    let mut rises = Vec::new();
    match &it.rise {
        lower::Rise::Crossing(lower) => {
            let watch = Watch { it, lower };
            let mut sweep = Sweep::start(watch, &Entries::new(), i64::MIN, ARMED);
            sweep.run(watch, &entries, i64::MAX, &mut rises);
        }
        lower::Rise::Closing(_) => {
            let mut from = 0;
            while let Some((rise, past)) = closing::window(&entries, it, from, i64::MAX) {
                if closing::holds_in(it, &entries, from, past, 0) {
                    rises.push(rise);
                }
                from = past;
            }
        }
    }
    let range = late.from.as_millis()..=late.until.as_millis();
    rises.retain(|rise| range.contains(&rise.at));
    rises
}

fn differences(it: &Correlation, late: &LateWindow, before: &[Rise], now: &[Rise]) -> Vec<Action> {
    let alert = |rise: &Rise| crate::Alert {
        late: true,
        ..rise.alert(it, &late.group, false)
    };
    let sent: Vec<Sent> = before
        .iter()
        .map(|rise| Sent::of(rise, &alert(rise)))
        .collect();
    let mut is_left = vec![true; sent.len()];
    let mut actions = Vec::new();
    for (rise, pair) in now.iter().zip(pair(&sent, now, it.span)) {
        let alert = alert(rise);
        let Some(index) = pair else {
            actions.push(Action::Fired(alert));
            continue;
        };
        is_left[index] = false;
        if !sent[index].is(rise, &alert) {
            let was = sent[index].named(it, &late.group);
            actions.push(Action::Amended { was, alert });
        }
    }
    let gone = sent.iter().zip(is_left).filter(|(_, is_left)| *is_left);
    actions.extend(gone.map(|(sent, _)| Action::Withdrawn(sent.named(it, &late.group))));
    actions
}
