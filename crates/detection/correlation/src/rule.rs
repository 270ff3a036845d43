use std::collections::HashMap;

use aurora_clock::Timestamp;

use crate::action::{Action, BoundKind, BoundReached};
use crate::closing;
use crate::entry::Entry;
use crate::group::{Group, Step};
use crate::input::MatchRef;
use crate::key::{GroupKey, Namespace};
use crate::plan::Correlation;
use crate::shard::Stats;
use crate::spec::Kind;
use crate::timers::Timers;

/// All groups of one correlation.
#[derive(Debug)]
pub(crate) struct Rule {
    pub namespace: Namespace,
    /// What entries hold, which their encoding depends on.
    pub kind: Kind,
    index: HashMap<GroupKey, u32>,
    slots: Vec<Option<Box<Group>>>,
    free: Vec<u32>,
    timers: Timers,
    /// Groups that changed, as the beginning of their id and their slot; some may be gone by now.
    touched: Vec<(u64, u32)>,
    /// Groups that went, with the chunks and buckets that the store may have of them.
    removed: Vec<Removed>,
    /// The bound on groups was reported.
    pub is_full: bool,
    pub is_full_touched: bool,
}

#[derive(Debug)]
pub(crate) struct Removed {
    pub id: [u8; 16],
    pub chunks: Vec<u32>,
    pub buckets: Vec<i64>,
}

impl Rule {
    pub fn new(it: &Correlation) -> Self {
        Self {
            namespace: it.namespace,
            kind: it.spec.kind,
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            timers: Timers::default(),
            touched: Vec::new(),
            removed: Vec::new(),
            is_full: false,
            is_full_touched: false,
        }
    }

    /// A match, or its end. Whether the correlation could use it.
    pub fn take(
        &mut self,
        it: &Correlation,
        of: &MatchRef<'_>,
        is_gone: bool,
        watermark: i64,
        actions: &mut Vec<Action>,
        stats: &mut Stats,
    ) -> bool {
        let is_base = usize::from(of.base) < it.spec.bases.len();
        let Some(entry) = Entry::of(it.spec.kind, of).filter(|_| is_base) else {
            return false;
        };
        let mut timers = Vec::new();
        let Some(slot) = self.slot(it, of.group, watermark, of.time, actions) else {
            return false;
        };
        let Some(group) = self.slots.get_mut(slot as usize).and_then(Option::as_mut) else {
            return false;
        };
        let mut step = Step {
            it,
            watermark,
            actions,
            timers: &mut timers,
            stats,
        };
        if is_gone {
            group.withdraw(entry, of, &mut step);
        } else {
            group.take(entry, of, &mut step);
        }
        let id = group.id;
        if !group.is_touched {
            group.is_touched = true;
            self.touched.push((first(id), slot));
        }
        for due in timers {
            self.timers.set(due, id, slot);
        }
        self.keep_timer(it, slot, watermark);
        true
    }

    /// Looks at every group whose time has come.
    pub fn advance(
        &mut self,
        it: &Correlation,
        watermark: i64,
        actions: &mut Vec<Action>,
        stats: &mut Stats,
    ) {
        let mut due = Vec::new();
        while let Some(timer) = self.timers.pop(watermark) {
            if let Some(group) = self.group_mut(timer.slot, timer.id) {
                if group.timer <= timer.due {
                    group.timer = i64::MAX;
                }
                due.push((timer.id, timer.slot));
            }
        }
        due.sort_unstable();
        due.dedup();
        for (id, slot) in due {
            self.look(it, id, slot, watermark, actions, stats);
        }
    }

    fn look(
        &mut self,
        it: &Correlation,
        id: [u8; 16],
        slot: u32,
        watermark: i64,
        actions: &mut Vec<Action>,
        stats: &mut Stats,
    ) {
        let Some(group) = self.slots.get_mut(slot as usize).and_then(Option::as_mut) else {
            return;
        };
        let mut timers = Vec::new();
        let mut step = Step {
            it,
            watermark,
            actions,
            timers: &mut timers,
            stats,
        };
        let is_changed = if it.is_closing() {
            let before = group.entries.len();
            closing::judge(group, watermark, &mut step);
            group.entries.len() != before
        } else {
            let is_open = group.sent.iter().any(|sent| sent.due <= watermark);
            if is_open {
                group.settle(watermark, &mut step);
            }
            is_open
        };
        if is_changed && !group.is_touched {
            group.is_touched = true;
            self.touched.push((first(id), slot));
        }
        for due in timers {
            self.timers.set(due, id, slot);
        }
        self.keep_timer(it, slot, watermark);
    }

    /// Sets the group's timer when it has none, and removes a group that is over.
    fn keep_timer(&mut self, it: &Correlation, slot: u32, watermark: i64) {
        let Some(group) = self.slots.get_mut(slot as usize).and_then(Option::as_mut) else {
            return;
        };
        if group.is_over(it, watermark) {
            self.remove(slot);
            if self.is_full && self.index.len() < it.spec.bounds.groups / 2 {
                self.is_full = false;
                self.is_full_touched = true;
            }
            return;
        }
        // Earlier only where an event was withdrawn or let go.
        if let Some(due) = group.due(it)
            && due < group.timer
        {
            group.timer = due;
            self.timers.set(due, group.id, slot);
        }
    }

    /// The group's place; a new one when there is none. None for what is no group.
    fn slot(
        &mut self,
        it: &Correlation,
        key: &[u8],
        watermark: i64,
        at: Timestamp,
        actions: &mut Vec<Action>,
    ) -> Option<u32> {
        if let Some(slot) = self.index.get(key) {
            return Some(*slot);
        }
        let key = GroupKey::from_bytes(key)?;
        if self.index.len() >= it.spec.bounds.groups.max(1) {
            self.make_room(it, at, actions);
        }
        Some(self.put(Group::new(it, key, watermark)))
    }

    /// Puts a group in a free place.
    pub fn put(&mut self, group: Group) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("groups are bounded far below 2^32")
        });
        self.index.insert(group.key.clone(), slot);
        self.slots[slot as usize] = Some(Box::new(group));
        slot
    }

    /// Sets the timers of a group that was put back.
    pub fn set_timers(&mut self, it: &Correlation, slot: u32) {
        let Some(group) = self.slots.get(slot as usize).and_then(Option::as_ref) else {
            return;
        };
        let id = group.id;
        let dues: Vec<i64> = group.sent.iter().map(|sent| sent.due).collect();
        for due in dues {
            self.timers.set(due, id, slot);
        }
        self.keep_timer(it, slot, i64::MIN);
    }

    /// Gives up the group whose window ends first.
    fn make_room(&mut self, it: &Correlation, at: Timestamp, actions: &mut Vec<Action>) {
        if !self.is_full {
            self.is_full = true;
            self.is_full_touched = true;
            actions.push(Action::BoundReached(BoundReached {
                correlation: it.namespace,
                group: None,
                bound: BoundKind::Groups,
                limit: it.spec.bounds.groups,
                at,
            }));
        }
        while let Some(timer) = self.timers.pop(i64::MAX) {
            let Some(group) = self.group_mut(timer.slot, timer.id) else {
                continue;
            };
            let Some(due) = group.due(it) else {
                self.remove(timer.slot);
                return;
            };
            if due <= timer.due {
                self.remove(timer.slot);
                return;
            }
            group.timer = due;
            self.timers.set(due, timer.id, timer.slot);
        }
    }

    fn group_mut(&mut self, slot: u32, id: [u8; 16]) -> Option<&mut Group> {
        let group = self.slots.get_mut(slot as usize)?.as_deref_mut()?;
        (group.id == id).then_some(group)
    }

    fn remove(&mut self, slot: u32) {
        let Some(group) = self.slots.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.index.remove(&group.key);
        self.free.push(slot);
        let sketch = group.sketch.as_ref();
        self.removed.push(Removed {
            id: group.id,
            chunks: group.chunks.names().collect(),
            buckets: sketch.map_or(Vec::new(), |sketch| sketch.names().collect()),
        });
    }

    /// Every group that changed, once, and those that went. Nearly in order of id, so that the store
    /// finds one key's place from the last one's.
    pub fn drain_touched(&mut self, visit: &mut dyn FnMut(&mut Group)) -> Vec<Removed> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        for (id, slot) in touched {
            // The slot may be another group's by now, which has its own place in the order.
            if let Some(group) = self.slots.get_mut(slot as usize).and_then(Option::as_mut)
                && first(group.id) == id
                && std::mem::take(&mut group.is_touched)
            {
                visit(group);
            }
        }
        std::mem::take(&mut self.removed)
    }

    /// The watermark at which a group is looked at next.
    pub fn due(&self) -> Option<i64> {
        self.timers.first()
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.slots.iter().filter_map(Option::as_deref)
    }

    pub fn count(&self) -> usize {
        self.index.len()
    }

    /// Bytes in memory, about.
    pub fn bytes(&self) -> usize {
        let groups: usize = self.groups().map(Group::bytes).sum();
        groups
            + self.index.capacity() * (size_of::<(GroupKey, u32)>() + 1)
            + self.slots.capacity() * 8
            + self.timers.bytes()
    }
}

/// What ids are sorted by.
fn first(id: [u8; 16]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = id;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
