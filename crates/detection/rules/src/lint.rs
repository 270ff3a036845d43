//! What looks wrong in rules that do load.

mod correlation;
mod filter;

use std::sync::Arc;

use aurora_model::RuleId;
use aurora_sigma::{
    Expr, Header, Item, Level, Link, Location, LogSource, Matcher, Modifier, Selection, Status,
    nearest,
};

use crate::event::Names;
use crate::rule::LoadedRule;
use crate::ruleset::RuleSet;

/// Advice on one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub rule: RuleId,
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: u32,
    pub code: Code,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The rule's identity changes with its text.
    NoId,
    IdIsNoUuid,
    NoLevel,
    NoAuthor,
    Deprecated,
    /// No condition names the selection.
    UnusedSelection,
    /// No source is known to write this logsource.
    UnknownLogsource,
    /// No source of this logsource is known to write the field.
    UnknownField,
    /// Every event's text must be run through the expression.
    RegexWithoutLiteral,
    /// `all` on one value says nothing.
    AllOfOne,
    /// A pattern without any literal matches whenever the field is there.
    MatchesAnything,
    /// A filter without `not` keeps what it seems to exclude.
    FilterKeeps,
    /// A filter that no rule of the set is under.
    FilterOfNothing,
    /// A correlation whose matches all share one window.
    NoGroup,
    /// Neither `group-by` nor the condition names the alias.
    UnusedAlias,
    /// A correlation of one rule that any match of it fires.
    NothingCorrelated,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Every warning for every rule, correlation and filter of the set, in their orders.
pub fn lint(set: &RuleSet) -> Vec<Warning> {
    let rules = set.rules().iter().flat_map(|rule| lint_rule(set, rule));
    let correlations = set.correlations().iter();
    let filters = set.filters().iter();
    rules
        .chain(correlations.flat_map(|it| correlation::lint(set, it)))
        .chain(filters.flat_map(|it| filter::lint(set, it)))
        .collect()
}

/// The warnings for one rule of the set. The filters on it have their own.
pub fn lint_rule(set: &RuleSet, rule: &LoadedRule) -> Vec<Warning> {
    let mut linter = Linter::new(&rule.id, &rule.file);
    let own = &rule.rule;
    linter.header(&Head::of(&own.header));
    linter.logsource(set, &own.logsource, &own.header.at);
    let selections = &own.detection.selections[..rule.own_selections];
    linter.selections(selections, &own.detection.conditions);
    linter.items(set, &own.logsource, selections);
    linter.warnings
}

struct Linter<'r> {
    id: &'r RuleId,
    file: &'r Arc<str>,
    warnings: Vec<Warning>,
}

/// What every kind of document says of itself.
struct Head<'h> {
    at: &'h Location,
    id: Option<&'h str>,
    /// The outer is `None` for documents that have none by the specification.
    level: Option<Option<Level>>,
    author: Option<&'h str>,
    status: Option<Status>,
}

impl<'h> Head<'h> {
    fn of(header: &'h Header) -> Self {
        Self {
            at: &header.at,
            id: header.id.as_deref(),
            level: Some(header.level),
            author: header.author.as_deref(),
            status: header.status,
        }
    }
}

impl<'r> Linter<'r> {
    fn new(id: &'r RuleId, file: &'r Arc<str>) -> Self {
        Self {
            id,
            file,
            warnings: Vec::new(),
        }
    }

    fn warn(&mut self, line: u32, code: Code, text: impl Into<String>) {
        self.warnings.push(Warning {
            rule: self.id.clone(),
            file: Arc::clone(self.file),
            line,
            code,
            text: text.into(),
        });
    }

    fn header(&mut self, head: &Head<'_>) {
        let line = head.at.line;
        match head.id {
            None => self.warn(
                line,
                Code::NoId,
                "no `id`: its alerts lose their history when its text changes",
            ),
            Some(id) if !is_uuid(id) => {
                self.warn(line, Code::IdIsNoUuid, format!("the id `{id}` is no UUID"))
            }
            Some(_) => {}
        }
        if head.level == Some(None) {
            self.warn(
                line,
                Code::NoLevel,
                "no `level`: its alerts have unknown severity",
            );
        }
        if head.author.is_none() {
            self.warn(
                line,
                Code::NoAuthor,
                "no `author`: nobody can be asked about its alerts",
            );
        }
        if let Some(status @ (Status::Deprecated | Status::Unsupported)) = head.status {
            self.warn(
                line,
                Code::Deprecated,
                format!("the status is {}", status.word()),
            );
        }
    }

    fn logsource(&mut self, set: &RuleSet, logsource: &LogSource, at: &Location) {
        if !set.mapping().logsources.scope(logsource).known {
            let text = format!(
                "logsource {logsource} is in no table: events are found by these names alone"
            );
            self.warn(at.line, Code::UnknownLogsource, text);
        }
    }

    fn selections(&mut self, selections: &[Selection], conditions: &[Expr]) {
        let mut used = std::collections::BTreeSet::new();
        for expr in conditions {
            expr.selections(&mut |index| {
                used.insert(index);
            });
        }
        for (index, selection) in selections.iter().enumerate() {
            if !used.contains(&index) {
                let text = format!("selection `{}` is in no condition", selection.name);
                self.warn(selection.at.line, Code::UnusedSelection, text);
            }
        }
    }

    fn items(&mut self, set: &RuleSet, logsource: &LogSource, selections: &[Selection]) {
        let names = Names::of(set.mapping(), logsource);
        for selection in selections {
            selection.body.items(&mut |item| {
                if let Some(field) = &item.field {
                    self.field(set, &names, logsource, field, item.at.line);
                }
                self.values(item);
            });
        }
    }

    /// Names of OCSF paths are taken as meant.
    fn field(
        &mut self,
        set: &RuleSet,
        names: &Names,
        logsource: &LogSource,
        field: &str,
        line: u32,
    ) {
        let ocsf = field
            .split(['.', '['])
            .next()
            .is_some_and(is_ocsf_attribute);
        let mut known: Vec<std::borrow::Cow<'_, str>> = names.known().map(Into::into).collect();
        if known.is_empty() || ocsf {
            return;
        }
        if logsource.product.as_deref() == Some("windows") {
            known.extend(set.mapping().windows.known_fields());
        }
        if known.iter().any(|name| name == field) {
            return;
        }
        let near = nearest(field, known.iter().map(AsRef::as_ref));
        let hint = near
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        let text = format!("no source of this logsource is known to write `{field}`{hint}");
        self.warn(line, Code::UnknownField, text);
    }

    fn values(&mut self, item: &Item) {
        let line = item.at.line;
        if item.link == Link::All && item.values.len() == 1 && item.field.is_some() {
            self.warn(
                line,
                Code::AllOfOne,
                "`all` on a single value: leave it out",
            );
        }
        for value in &item.values {
            for matcher in &value.any {
                match matcher {
                    Matcher::Regex(regex) if longest_literal(regex.as_str()) < 3 => {
                        let text = format!(
                            "`{}` has no three literal characters in a row",
                            regex.as_str()
                        );
                        self.warn(line, Code::RegexWithoutLiteral, text);
                    }
                    Matcher::Text(pattern)
                        if pattern.longest_literal() == 0
                            && !value.text.is_empty()
                            && !item.modifiers.contains(&Modifier::Expand) =>
                    {
                        let text =
                            format!("`{}` matches anything: `exists: true` says so", value.text);
                        self.warn(line, Code::MatchesAnything, text);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn is_uuid(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|g| g.chars().all(|c| c.is_ascii_hexdigit()))
}

fn is_ocsf_attribute(name: &str) -> bool {
    aurora_ocsf::classes()
        .iter()
        .any(|class| class.shape.attribute(name).is_some())
}

/// The longest run of characters that the expression takes literally, roughly: classes, groups'
/// flags and escapes that stand for classes end a run, and so does a character made optional.
fn longest_literal(pattern: &str) -> usize {
    let (mut longest, mut run, mut class) = (0, 0usize, false);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '\\' => chars
                .next()
                .is_some_and(|escaped| !escaped.is_ascii_alphanumeric()),
            '[' => {
                class = true;
                false
            }
            ']' => {
                class = false;
                continue;
            }
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '|' | '{' | '}' => false,
            _ => true,
        };
        if literal && !class && !matches!(chars.peek(), Some('*' | '?')) {
            run += 1;
            longest = longest.max(run);
        } else {
            run = 0;
        }
    }
    longest
}
