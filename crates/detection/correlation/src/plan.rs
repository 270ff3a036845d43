use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::{EventUid, RuleId};

use crate::lower::{Lower, Rise};
use crate::measure::Hashed;
use crate::spec::Spec;
use crate::{Action, Error, GroupKey, Input, Match, Namespace, Value, Withdrawn};

/// Correlations made ready: which rule feeds which, and what each one checks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Inner ones before those that are fed by them, then by namespace.
    correlations: Vec<Correlation>,
    by_namespace: HashMap<Namespace, usize, BuildHasherDefault<Hashed>>,
    feeds: HashMap<RuleId, Vec<Feed>>,
    lateness: Duration,
}

/// One compiled correlation.
#[derive(Clone, Debug)]
pub struct Correlation {
    pub(crate) spec: Spec,
    pub(crate) namespace: Namespace,
    /// Milliseconds.
    pub(crate) span: i64,
    /// Milliseconds by which its watermark is behind the shard's progress: an inner correlation may
    /// amend its alerts for one allowed lateness, and the outer one waits for that.
    pub(crate) lateness: i64,
    pub(crate) rise: Rise,
}

/// A place where the matches of a rule, or the alerts of a correlation, go.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    pub correlation: Namespace,
    /// Which of its bases.
    pub base: u16,
    /// The event's fields that make the group. An event that lacks one is in no group: the
    /// specification wants all of them to have the same value, and nothing has none.
    pub group_by: Vec<String>,
    /// The event's fields whose values are looked at.
    pub value: Vec<String>,
    /// Whether they are numbers.
    pub numeric: bool,
}

impl Plan {
    /// The allowed lateness that sites start with.
    pub const LATENESS: Duration = Duration::from_secs(120);

    /// # Errors
    /// When a spec contradicts itself, two share id and revision, or correlations feed one another
    /// in a circle.
    pub fn new(specs: Vec<Spec>, lateness: Duration) -> Result<Self, Error> {
        let depths = depths(&specs)?;
        let mut correlations = Vec::with_capacity(specs.len());
        for (spec, depth) in specs.into_iter().zip(depths) {
            spec.check()?;
            correlations.push((depth, Correlation::new(spec, depth, lateness)));
        }
        correlations.sort_by_key(|(depth, it)| (*depth, it.namespace));
        let correlations: Vec<Correlation> = correlations.into_iter().map(|(_, it)| it).collect();
        let mut by_namespace = HashMap::default();
        for (index, it) in correlations.iter().enumerate() {
            if by_namespace.insert(it.namespace, index).is_some() {
                return Err(Error::Invalid {
                    id: it.spec.id.0.clone(),
                    reason: "another correlation has its id and revision".to_owned(),
                });
            }
        }
        Ok(Self {
            feeds: feeds(&correlations),
            correlations,
            by_namespace,
            lateness,
        })
    }

    /// One without correlations.
    pub fn empty() -> Self {
        Self::new(Vec::new(), Self::LATENESS).expect("nothing contradicts nothing")
    }

    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    pub fn find(&self, namespace: Namespace) -> Option<&Correlation> {
        let index = self.by_namespace.get(&namespace)?;
        self.correlations.get(*index)
    }

    /// Whether some correlation is fed by another.
    pub fn is_nested(&self) -> bool {
        let mut all = self.correlations.iter();
        all.any(|it| !self.inner(it).is_empty())
    }

    /// The correlations that feed this one, directly or through others; in the plan's order.
    pub fn inner(&self, of: &Correlation) -> Vec<&Correlation> {
        let mut found = vec![of.namespace];
        // Inner ones stand before those they feed.
        let mut inner = Vec::new();
        for it in self.correlations.iter().rev() {
            let feeds = self.feeds(&it.spec.id).iter();
            if feeds
                .into_iter()
                .any(|feed| found.contains(&feed.correlation))
            {
                found.push(it.namespace);
                inner.push(it);
            }
        }
        inner.reverse();
        inner
    }

    pub fn lateness(&self) -> Duration {
        self.lateness
    }

    /// Where matches of this rule go; empty for most rules.
    pub fn feeds(&self, rule: &RuleId) -> &[Feed] {
        self.feeds.get(rule).map_or(&[], Vec::as_slice)
    }

    /// What an action means to the correlations that its correlation feeds: inputs for the shards
    /// of their groups. The alert is an event with the group's values as its fields, at the time
    /// of its last contributing event.
    pub fn chain(&self, action: &Action) -> Vec<Input> {
        match action {
            Action::Fired(alert) => self.matches(&alert.named()).map(Input::Match).collect(),
            Action::Withdrawn(was) => self.matches(was).map(Input::Withdraw).collect(),
            Action::Amended { was, alert } if *was != alert.named() => {
                let gone = self.matches(was).map(Input::Withdraw);
                gone.chain(self.matches(&alert.named()).map(Input::Match))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn matches(&self, alert: &Withdrawn) -> impl Iterator<Item = Match> {
        let inner = self.find(alert.correlation);
        let feeds = inner.map_or(&[][..], |inner| self.feeds(&inner.spec.id));
        let names = inner.map_or(&[][..], |inner| &inner.spec.group_by);
        let values: Vec<String> = alert.group.values().map(str::to_owned).collect();
        let (uid, at) = (EventUid(alert.key.0), alert.at);
        feeds.iter().filter_map(move |feed| {
            let of = |name: &String| {
                let index = names.iter().position(|it| it == name)?;
                values.get(index).map(String::as_str)
            };
            feed.fill(uid, at, at, &of)
        })
    }
}

impl Correlation {
    fn new(spec: Spec, depth: usize, lateness: Duration) -> Self {
        let waits = u32::try_from(depth + 1).unwrap_or(u32::MAX);
        Self {
            namespace: Namespace::of(&spec.id, &spec.revision),
            span: millis(spec.timespan),
            lateness: millis(lateness.saturating_mul(waits)),
            rise: Rise::of(&spec),
            spec,
        }
    }

    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    pub fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// Whether alerts wait for the end of their window.
    pub fn is_closing(&self) -> bool {
        matches!(self.rise, Rise::Closing(_))
    }

    /// How many entries a crossing of a count needs; 1 where it is about something else.
    pub(crate) fn need(&self) -> u64 {
        match self.rise {
            Rise::Crossing(Lower::Count(need)) => need,
            _ => 1,
        }
    }

    /// Events of one group that are kept.
    pub(crate) fn capacity(&self) -> usize {
        let twice = if self.spec.kind.is_numeric() || self.is_closing() {
            0
        } else {
            usize::try_from(self.need())
                .unwrap_or(usize::MAX)
                .min(1 << 20)
                * 2
        };
        self.spec.bounds.events.max(twice).max(64)
    }
}

impl Feed {
    /// The match of an event whose fields `of` gives; `None` when the event lacks one of them, or
    /// has text where a number is wanted.
    pub fn fill<'v>(
        &self,
        uid: EventUid,
        time: Timestamp,
        claimed: Timestamp,
        of: &dyn Fn(&String) -> Option<&'v str>,
    ) -> Option<Match> {
        let group: Vec<&str> = self.group_by.iter().map(of).collect::<Option<_>>()?;
        let values: Vec<&str> = self.value.iter().map(of).collect::<Option<_>>()?;
        let value = match values.as_slice() {
            [] => Value::None,
            [number] if self.numeric => Value::Number(number.trim().parse().ok()?),
            values => Value::text(values.iter().copied()),
        };
        Some(Match {
            correlation: self.correlation,
            base: self.base,
            group: GroupKey::new(group),
            uid,
            time,
            claimed,
            value,
        })
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

fn feeds(correlations: &[Correlation]) -> HashMap<RuleId, Vec<Feed>> {
    let mut feeds: HashMap<RuleId, Vec<Feed>> = HashMap::new();
    for it in correlations {
        for (base, index) in it.spec.bases.iter().zip(0..) {
            feeds.entry(base.rule.clone()).or_default().push(Feed {
                correlation: it.namespace,
                base: index,
                group_by: base.group_by.clone(),
                value: base.value.clone(),
                numeric: it.spec.kind.is_numeric(),
            });
        }
    }
    feeds
}

/// How many correlations deep each spec's bases go.
fn depths(specs: &[Spec]) -> Result<Vec<usize>, Error> {
    let by_id: BTreeMap<&RuleId, usize> = specs.iter().map(|it| &it.id).zip(0..).collect();
    let mut depths = vec![None; specs.len()];
    for index in 0..specs.len() {
        depth(specs, &by_id, &mut depths, &mut Vec::new(), index)?;
    }
    Ok(depths.into_iter().flatten().collect())
}

/// A chain of correlations is refused beyond this, long before the call stack would mind.
const MAX_DEPTH: usize = 16;

fn depth(
    specs: &[Spec],
    by_id: &BTreeMap<&RuleId, usize>,
    depths: &mut [Option<usize>],
    path: &mut Vec<usize>,
    index: usize,
) -> Result<usize, Error> {
    if let Some(known) = depths[index] {
        return Ok(known);
    }
    if path.contains(&index) || path.len() >= MAX_DEPTH {
        path.push(index);
        let names: Vec<&str> = path.iter().map(|at| specs[*at].id.0.as_str()).collect();
        return Err(Error::Circle {
            id: specs[index].id.0.clone(),
            path: names.join(" → "),
        });
    }
    path.push(index);
    let mut deepest = 0;
    for base in &specs[index].bases {
        if let Some(inner) = by_id.get(&base.rule) {
            deepest = deepest.max(depth(specs, by_id, depths, path, *inner)? + 1);
        }
    }
    path.pop();
    depths[index] = Some(deepest);
    Ok(deepest)
}
