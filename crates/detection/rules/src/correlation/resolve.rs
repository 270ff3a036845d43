//! From the texts of references to rules, in an order in which members come before those who refer
//! to them.

use std::collections::{BTreeMap, HashMap};

use aurora_sigma::{Location, Reference, nearest};

use super::names::Names;
use super::{LoadedCorrelation, Member};
use crate::problem::ProblemKind;
use crate::rule::LoadedRule;

/// Why a correlation, or a filter's reference, is left out.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub kind: ProblemKind,
    pub at: Location,
    pub reason: String,
}

/// What references can lead to, by id and by name.
pub(crate) struct Known<'r> {
    ids: HashMap<&'r str, Member>,
    /// More than one member: the name says nothing.
    names: BTreeMap<&'r str, Vec<Member>>,
}

impl<'r> Known<'r> {
    pub fn new(rules: &'r [LoadedRule], correlations: &'r [LoadedCorrelation]) -> Self {
        let rule = |(at, rule): (usize, &'r LoadedRule)| {
            (Member::Rule(at), &rule.id, rule.rule.header.name.as_deref())
        };
        let correlation = |(at, it): (usize, &'r LoadedCorrelation)| {
            (
                Member::Correlation(at),
                &it.id,
                it.correlation.header.name.as_deref(),
            )
        };
        let mut known = Self {
            ids: HashMap::new(),
            names: BTreeMap::new(),
        };
        let all = rules.iter().enumerate().map(rule);
        for (member, id, name) in all.chain(correlations.iter().enumerate().map(correlation)) {
            known.ids.insert(id.0.as_str(), member);
            if let Some(name) = name {
                known.names.entry(name).or_default().push(member);
            }
        }
        known
    }

    pub fn find(&self, reference: &Reference) -> Result<Member, Refused> {
        let text = reference.text.as_str();
        if let Some(member) = self.ids.get(text) {
            return Ok(*member);
        }
        let reason = match self.names.get(text).map(Vec::as_slice) {
            Some([only]) => return Ok(*only),
            Some(several) => format!(
                "{} rules are named `{text}`: refer to the one that is meant by its id",
                several.len()
            ),
            None => {
                let hint = nearest(text, self.names.keys().copied())
                    .map(|name| format!("; did you mean `{name}`?"))
                    .unwrap_or_default();
                format!("no rule has the id or name `{text}`{hint}")
            }
        };
        Err(Refused {
            kind: ProblemKind::Unresolved,
            at: reference.at.clone(),
            reason,
        })
    }
}

/// The correlations that can be used, members first, and why the others cannot.
pub(crate) fn resolve(
    rules: &[LoadedRule],
    correlations: Vec<LoadedCorrelation>,
) -> (Vec<LoadedCorrelation>, Vec<Refused>) {
    let mut refused = Vec::new();
    let links: Vec<Option<Vec<Member>>> = {
        let known = Known::new(rules, &correlations);
        let members = |it: &LoadedCorrelation| {
            let found = it.correlation.rules.iter().map(|r| known.find(r));
            found.collect::<Result<Vec<Member>, Refused>>()
        };
        let follow = |it: &LoadedCorrelation| members(it).map_err(|no| refused.push(no)).ok();
        correlations.iter().map(follow).collect()
    };
    let mut order = Order {
        links: &links,
        correlations: &correlations,
        states: vec![State::New; correlations.len()],
        sorted: Vec::new(),
        refused,
    };
    (0..correlations.len()).for_each(|at| {
        order.visit(at, &mut Vec::new());
    });
    let Order {
        sorted,
        mut refused,
        ..
    } = order;
    let mut slots: Vec<Option<LoadedCorrelation>> = correlations.into_iter().map(Some).collect();
    // From places before sorting to places after; a hole is a correlation that is left out.
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut usable: Vec<LoadedCorrelation> = Vec::new();
    for old in sorted {
        let mut it = slots[old].take().expect("each place is visited once");
        match settle(rules, &usable, &places, links[old].as_deref(), &mut it) {
            Ok(()) => {
                places.insert(old, usable.len());
                usable.push(it);
            }
            Err(no) => refused.push(no),
        }
    }
    (usable, refused)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
    Refused,
}

/// A depth-first walk that puts members before those who refer to them.
struct Order<'o> {
    links: &'o [Option<Vec<Member>>],
    correlations: &'o [LoadedCorrelation],
    states: Vec<State>,
    sorted: Vec<usize>,
    refused: Vec<Refused>,
}

impl Order<'_> {
    /// Whether the correlation can be used.
    fn visit(&mut self, at: usize, path: &mut Vec<usize>) -> bool {
        match self.states[at] {
            State::Done => return true,
            State::Refused => return false,
            State::Open => {
                self.cycle(at, path);
                return false;
            }
            State::New => {}
        }
        let links = self.links;
        let Some(members) = &links[at] else {
            self.states[at] = State::Refused;
            return false;
        };
        self.states[at] = State::Open;
        path.push(at);
        let mut unusable = None;
        for (index, member) in members.iter().enumerate() {
            if let Member::Correlation(inner) = member
                && !self.visit(*inner, path)
            {
                unusable.get_or_insert(index);
            }
        }
        path.pop();
        match unusable {
            None => {
                self.states[at] = State::Done;
                self.sorted.push(at);
                true
            }
            Some(index) => {
                if self.states[at] == State::Open {
                    self.broken(at, index);
                }
                false
            }
        }
    }

    /// Everything from `first` to the end of the path refers to itself in the end.
    fn cycle(&mut self, first: usize, path: &[usize]) {
        let start = path.iter().position(|at| *at == first).unwrap_or(0);
        let round = &path[start..];
        let titles: Vec<String> = round
            .iter()
            .chain([&first])
            .map(|at| format!("`{}`", self.correlations[*at].correlation.header.title))
            .collect();
        for at in round {
            if self.states[*at] == State::Open {
                self.states[*at] = State::Refused;
                self.refused.push(Refused {
                    kind: ProblemKind::Cyclic,
                    at: self.correlations[*at].correlation.header.at.clone(),
                    reason: format!("the correlation needs itself: {}", titles.join(" → ")),
                });
            }
        }
    }

    fn broken(&mut self, at: usize, member: usize) {
        self.states[at] = State::Refused;
        self.refused.push(unusable(&self.correlations[at], member));
    }
}

/// Fills in what follows from the members, which all stand in `usable`.
fn settle(
    rules: &[LoadedRule],
    usable: &[LoadedCorrelation],
    places: &HashMap<usize, usize>,
    links: Option<&[Member]>,
    it: &mut LoadedCorrelation,
) -> Result<(), Refused> {
    let place = |(index, member): (usize, &Member)| match member {
        Member::Rule(at) => Ok(Member::Rule(*at)),
        Member::Correlation(old) => {
            let place = places.get(old).map(|at| Member::Correlation(*at));
            place.ok_or_else(|| unusable(it, index))
        }
    };
    let members = links.unwrap_or_default().iter().enumerate().map(place);
    let members = members.collect::<Result<Vec<Member>, Refused>>()?;
    it.revision = revision(rules, usable, it, &members);
    it.bases = Names::new(rules, usable, &it.correlation, &members)?.bases()?;
    it.members = members;
    Ok(())
}

fn unusable(it: &LoadedCorrelation, member: usize) -> Refused {
    let reference = &it.correlation.rules[member];
    Refused {
        kind: ProblemKind::Unresolved,
        at: reference.at.clone(),
        reason: format!("the correlation `{}` cannot be used itself", reference.text),
    }
}

fn revision(
    rules: &[LoadedRule],
    usable: &[LoadedCorrelation],
    it: &LoadedCorrelation,
    members: &[Member],
) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(it.text.as_bytes());
    for member in members {
        let revision = match member {
            Member::Rule(at) => &rules[*at].revision,
            Member::Correlation(at) => &usable[*at].revision,
        };
        hash.update(b"\0").update(revision.as_bytes());
    }
    hash.finalize().to_hex()[..32].to_owned()
}
