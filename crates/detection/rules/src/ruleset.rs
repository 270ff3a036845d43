use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use aurora_model::{MatchedField, RuleId};
use aurora_plan::{Plan, Section, Sourced};
use aurora_sigma::{Document, Error as RuleError, LogSource, parse};
use serde_json::{Map, Value};

use crate::compiled::{Compiled, Worker};
use crate::correlation::{self, LoadedCorrelation, Member, Refused};
use crate::event::{Names, OcsfEvent};
use crate::facts::Facts;
use crate::filter::{self, LoadedFilter};
use crate::logsource::{Key, Scope};
use crate::mapping::Mapping;
use crate::ocsf::{OcsfRules, Outcome};
use crate::problem::{Problem, ProblemKind};
use crate::rule::LoadedRule;

/// What a set is made with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of `%name%` placeholders, for rules that use `expand`.
    pub placeholders: BTreeMap<String, Vec<String>>,
}

/// Rules ready for events, and what could not be made ready.
pub struct RuleSet {
    rules: Vec<LoadedRule>,
    correlations: Vec<LoadedCorrelation>,
    filters: Vec<LoadedFilter>,
    problems: Vec<Problem>,
    by_id: HashMap<RuleId, usize>,
    /// The file of every id, of whatever kind of document.
    ids: HashMap<RuleId, Arc<str>>,
    groups: Vec<Group>,
    mapping: &'static Mapping,
    compiled: OnceLock<Compiled>,
    revision: OnceLock<String>,
}

/// The rules of one logsource.
pub(crate) struct Group {
    pub scope: Scope,
    pub names: Names,
    /// Indices into the set's rules.
    rules: Vec<usize>,
}

/// A rule that fired on an event.
#[derive(Clone, Debug)]
pub struct RuleMatch<'s> {
    pub rule: &'s LoadedRule,
    /// What spoke for it; log text is hostile.
    pub fields: Vec<MatchedField>,
}

/// An event and the rules that fired on it, at least one.
#[derive(Clone, Debug)]
pub struct Fired<'s> {
    pub event: Value,
    pub matches: Vec<RuleMatch<'s>>,
}

impl RuleSet {
    /// A set without rules.
    pub fn empty() -> Self {
        Self::from_texts([], Options::default())
    }

    /// A set of rule files that are already text; the names are for messages.
    pub fn from_texts<'t>(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
        options: Options,
    ) -> Self {
        let files = files
            .into_iter()
            .map(|(name, text)| (Arc::from(name), text));
        Self::new(files, Vec::new(), options)
    }

    pub(crate) fn new<'t>(
        files: impl IntoIterator<Item = (Arc<str>, &'t str)>,
        problems: Vec<Problem>,
        options: Options,
    ) -> Self {
        let mapping = Mapping::shipped().expect("the shipped tables are checked by a test");
        let mut set = Self {
            rules: Vec::new(),
            correlations: Vec::new(),
            filters: Vec::new(),
            problems,
            by_id: HashMap::new(),
            ids: HashMap::new(),
            groups: Vec::new(),
            mapping,
            compiled: OnceLock::new(),
            revision: OnceLock::new(),
        };
        for (file, text) in files {
            set.add_file(&file, text, &options);
        }
        set.link();
        set.group();
        set
    }

    fn add_file(&mut self, file: &Arc<str>, text: &str, options: &Options) {
        let options = aurora_sigma::Options {
            placeholders: Some(&options.placeholders),
        };
        for document in parse(file, text, &options) {
            match document {
                Ok(Document::Rule(rule)) => {
                    self.add(LoadedRule::new(Arc::clone(file), text, *rule))
                }
                Ok(Document::Correlation(it)) => {
                    let it = LoadedCorrelation::new(Arc::clone(file), text, *it);
                    if self.is_new(&it.id, &it.file, &it.correlation.header.at) {
                        self.correlations.push(it);
                    }
                }
                Ok(Document::Filter(it)) => {
                    let it = LoadedFilter::new(Arc::clone(file), text, *it);
                    if self.is_new(&it.id, &it.file, &it.filter.at) {
                        self.filters.push(it);
                    }
                }
                Err(error) => self.invalid(&error),
            }
        }
    }

    fn add(&mut self, rule: LoadedRule) {
        if self.is_new(&rule.id, &rule.file, &rule.rule.header.at) {
            self.by_id.insert(rule.id.clone(), self.rules.len());
            self.rules.push(rule);
        }
    }

    /// A second document with the same id is a problem.
    fn is_new(&mut self, id: &RuleId, file: &Arc<str>, at: &aurora_sigma::Location) -> bool {
        if let Some(other) = self.ids.get(id) {
            let reason = format!("the id {id} is already that of {other}");
            self.problem(ProblemKind::DuplicateId, at, reason);
            return false;
        }
        self.ids.insert(id.clone(), Arc::clone(file));
        true
    }

    /// Puts filters on their rules, then follows the references of correlations, whose revisions
    /// depend on those of the rules.
    fn link(&mut self) {
        let refused = filter::apply(&mut self.rules, &self.correlations, &mut self.filters);
        refused.into_iter().for_each(|no| self.refused(no));
        let given = std::mem::take(&mut self.correlations);
        let (usable, refused) = correlation::resolve(&self.rules, given);
        self.correlations = usable;
        refused.into_iter().for_each(|no| self.refused(no));
        self.silence();
    }

    /// What only feeds correlations makes no alerts; `generate` anywhere speaks for making them.
    fn silence(&mut self) {
        let mut generate: HashMap<Member, bool> = HashMap::new();
        for it in &self.correlations {
            for base in &it.bases {
                *generate.entry(base.member).or_default() |= it.correlation.generate;
            }
        }
        for (member, generate) in generate {
            match member {
                Member::Rule(at) => self.rules[at].alerts = generate,
                Member::Correlation(at) => self.correlations[at].alerts = generate,
            }
        }
    }

    fn refused(&mut self, no: Refused) {
        self.problem(no.kind, &no.at, no.reason);
    }

    fn invalid(&mut self, error: &RuleError) {
        self.problem(ProblemKind::Invalid, error.at(), error.reason());
    }

    fn problem(&mut self, kind: ProblemKind, at: &aurora_sigma::Location, reason: String) {
        let file = Arc::clone(&at.file);
        self.problems.push(Problem {
            kind,
            file,
            line: at.line,
            column: at.column,
            reason,
        });
    }

    fn group(&mut self) {
        let mut groups: BTreeMap<Key, (LogSource, Vec<usize>)> = BTreeMap::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let logsource = &rule.rule.logsource;
            let group = groups.entry(Key::of(logsource));
            group
                .or_insert_with(|| (logsource.clone(), Vec::new()))
                .1
                .push(index);
        }
        let mapping = self.mapping;
        let group = |(logsource, rules): (LogSource, Vec<usize>)| Group {
            scope: mapping.logsources.scope(&logsource),
            names: Names::of(mapping, &logsource),
            rules,
        };
        self.groups = groups.into_values().map(group).collect();
    }

    pub fn rules(&self) -> &[LoadedRule] {
        &self.rules
    }

    /// Correlation rules, members before those who refer to them. None is evaluated here: that
    /// takes state.
    pub fn correlations(&self) -> &[LoadedCorrelation] {
        &self.correlations
    }

    pub fn filters(&self) -> &[LoadedFilter] {
        &self.filters
    }

    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub fn get(&self, id: &RuleId) -> Option<&LoadedRule> {
        self.by_id.get(id).map(|index| &self.rules[*index])
    }

    /// Hash over ids and revisions: two sets with the same value evaluate alike.
    pub fn revision(&self) -> &str {
        self.revision.get_or_init(|| self.hashed())
    }

    fn hashed(&self) -> String {
        let rules = self.rules.iter().map(|it| (&it.id, &it.revision));
        let correlations = self.correlations.iter().map(|it| (&it.id, &it.revision));
        let mut rules: Vec<(&str, &str)> = rules
            .chain(correlations)
            .map(|(id, revision)| (id.0.as_str(), revision.as_str()))
            .collect();
        rules.sort_unstable();
        let mut hash = blake3::Hasher::new();
        for (id, revision) in rules {
            hash.update(id.as_bytes())
                .update(b"\0")
                .update(revision.as_bytes())
                .update(b"\n");
        }
        hash.finalize().to_hex()[..32].to_owned()
    }

    /// Every rule that fires on the OCSF event, among the rules whose logsource it is of.
    pub fn evaluate(&self, event: &Value) -> Vec<RuleMatch<'_>> {
        let facts = Facts::new(event, &self.mapping.windows);
        let mut matches = Vec::new();
        self.compiled().with(|plan, worker| {
            let Worker { scratch, fired, .. } = worker;
            plan.begin(scratch);
            for (section, group) in self.groups.iter().enumerate() {
                let event = OcsfEvent::new(&facts, self.mapping, &group.names);
                if !group
                    .scope
                    .covers(&facts, &|name, values| event.holds(name, values))
                {
                    continue;
                }
                fired.clear();
                plan.evaluate(section, &Sourced(&event), scratch, fired);
                let rules = fired.iter().map(|index| &self.rules[*index]);
                matches.extend(rules.filter_map(|rule| fire(rule, &event)));
            }
        });
        matches
    }

    /// [`RuleSet::evaluate`] for the text of an event, which is parsed only when a rule fires:
    /// `None` when none does.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn evaluate_json(&self, json: &[u8]) -> Result<Option<Fired<'_>>, serde_json::Error> {
        let parse = || serde_json::from_slice::<Map<String, Value>>(json).map(Value::Object);
        let compiled = self.compiled();
        let mut fired = Vec::new();
        let told = compiled.with(|plan, worker| {
            let known = (self.mapping, self.groups.as_slice(), plan);
            let own = (&mut worker.ocsf, &mut worker.scratch);
            compiled.ocsf.evaluate(known, json, own, &mut fired)
        });
        if let Ok(Outcome::Told) = told {
            if fired.is_empty() {
                return Ok(None);
            }
            let event = parse()?;
            let matches = self.reasons(&event, &fired);
            return Ok(Some(Fired { event, matches }));
        }
        let event = parse()?;
        let matches = self.evaluate(&event);
        Ok((!matches.is_empty()).then_some(Fired { event, matches }))
    }

    /// What spoke for rules of groups that fired.
    fn reasons(&self, event: &Value, fired: &[(usize, usize)]) -> Vec<RuleMatch<'_>> {
        let facts = Facts::new(event, &self.mapping.windows);
        let reason = |(group, rule): &(usize, usize)| {
            let names = &self.groups[*group].names;
            fire(
                &self.rules[*rule],
                &OcsfEvent::new(&facts, self.mapping, names),
            )
        };
        fired.iter().filter_map(reason).collect()
    }

    /// All rules as one plan; made when the first event asks, or by [`RuleSet::compile`].
    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let sections = self
                .groups
                .iter()
                .enumerate()
                .map(|(number, group)| Section {
                    namespace: u32::try_from(number).expect("there are few logsources"),
                    rules: group
                        .rules
                        .iter()
                        .map(|index| (*index, &self.rules[*index].rule))
                        .collect(),
                });
            let plan = Plan::new(sections);
            let ocsf = OcsfRules::new(self.mapping, &self.groups, &plan);
            Compiled::new(plan, ocsf)
        })
    }

    /// Makes the set ready now rather than at the first event.
    pub fn compile(&self) {
        self.compiled();
    }

    /// What [`RuleSet::evaluate`] says, by putting every rule to the event: slow, and plain enough to
    /// judge the other.
    pub fn evaluate_plain(&self, event: &Value) -> Vec<RuleMatch<'_>> {
        let facts = Facts::new(event, &self.mapping.windows);
        let mut matches = Vec::new();
        for group in &self.groups {
            let event = OcsfEvent::new(&facts, self.mapping, &group.names);
            if group
                .scope
                .covers(&facts, &|name, values| event.holds(name, values))
            {
                let rules = group.rules.iter().map(|index| &self.rules[*index]);
                matches.extend(rules.filter_map(|rule| fire(rule, &event)));
            }
        }
        matches
    }

    /// The rules that would be put to the event, without putting them.
    pub fn applicable(&self, event: &Value) -> Vec<&LoadedRule> {
        let facts = Facts::new(event, &self.mapping.windows);
        let covers = |group: &&Group| {
            let event = OcsfEvent::new(&facts, self.mapping, &group.names);
            group
                .scope
                .covers(&facts, &|name, values| event.holds(name, values))
        };
        let groups = self.groups.iter().filter(covers);
        groups
            .flat_map(|group| &group.rules)
            .map(|index| &self.rules[*index])
            .collect()
    }

    /// Every logsource with its rules.
    pub(crate) fn logsources(&self) -> Vec<(&Scope, &[usize])> {
        let groups = self.groups.iter();
        groups
            .map(|group| (&group.scope, group.rules.as_slice()))
            .collect()
    }

    pub(crate) fn mapping(&self) -> &'static Mapping {
        self.mapping
    }
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSet")
            .field("rules", &self.rules.len())
            .field("correlations", &self.correlations.len())
            .field("filters", &self.filters.len())
            .field("problems", &self.problems.len())
            .finish_non_exhaustive()
    }
}

fn fire<'s>(rule: &'s LoadedRule, event: &OcsfEvent<'_>) -> Option<RuleMatch<'s>> {
    let fields = rule
        .rule
        .matches(event)?
        .fields
        .into_iter()
        .map(shown)
        .collect();
    Some(RuleMatch { rule, fields })
}

/// A keyword is shown rather than the whole record it was found in.
fn shown(matched: aurora_sigma::MatchedField) -> MatchedField {
    match (matched.field, matched.path) {
        (Some(field), path) => MatchedField {
            selection: matched.selection,
            path: path.unwrap_or_else(|| field.clone()),
            field,
            value: matched.value,
        },
        (None, _) => MatchedField {
            selection: matched.selection,
            field: "keyword".to_owned(),
            path: "raw_data".to_owned(),
            value: matched.patterns.join(", "),
        },
    }
}
