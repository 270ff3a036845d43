use std::path::Path;

use aurora_api::site::{Error, Result};
use aurora_engineering::versions::{InForce, in_force};
use aurora_messages::{
    LintReport, RuleDetail, RuleImport, RuleImportReport, RulePage, RuleProblem, RuleQuery,
    RuleSummary, RuleTest, RuleTestReport, RuleTestResult,
};
use aurora_model::{
    Actor, Context, OriginId, RawBatch, RawRecord, RuleId, Scope, Severity, SourceName,
    TraceContext,
};
use aurora_rules::{LoadedCorrelation, LoadedRule, Options, Problem, RuleSet, SourceFiles, lint};
use aurora_sigma::Header;
use serde_json::{Map, Value};

use super::{SiteService, errors};
use crate::versions;

pub(super) fn list(site: &SiteService, query: &RuleQuery) -> RulePage {
    let set = site.parts.rules.handle().current();
    let text = query.text.as_deref().map(str::to_lowercase);
    let found: Vec<Stands<'_>> = Stands::all(&set)
        .filter(|rule| text.as_ref().is_none_or(|text| mentions(rule, text)))
        .collect();
    let page = found.iter().skip(query.offset()).take(query.limit());
    RulePage {
        rules: page.map(|rule| summary(site, rule)).collect(),
        total: found.len() as u64,
        broken: set.problems().iter().map(problem).collect(),
    }
}

/// A rule or a correlation rule, by what both say of themselves.
struct Stands<'s> {
    id: &'s RuleId,
    revision: &'s str,
    file: &'s str,
    text: &'s str,
    severity: Severity,
    attack: &'s [String],
    header: &'s Header,
    logsource: String,
}

impl<'s> Stands<'s> {
    fn all(set: &'s RuleSet) -> impl Iterator<Item = Self> {
        let rules = set.rules().iter().map(Self::rule);
        rules.chain(set.correlations().iter().map(Self::correlation))
    }

    fn of(set: &'s RuleSet, id: &RuleId) -> Option<Self> {
        let correlation = || set.correlations().iter().find(|it| it.id == *id);
        let rule = set.get(id).map(Self::rule);
        rule.or_else(|| correlation().map(Self::correlation))
    }

    fn rule(it: &'s LoadedRule) -> Self {
        Self {
            id: &it.id,
            revision: &it.revision,
            file: &it.file,
            text: &it.text,
            severity: it.severity,
            attack: &it.attack,
            header: &it.rule.header,
            logsource: it.rule.logsource.to_string(),
        }
    }

    fn correlation(it: &'s LoadedCorrelation) -> Self {
        let (kind, rules) = (it.correlation.kind.word(), it.members.len());
        let several = if rules == 1 { "rule" } else { "rules" };
        Self {
            id: &it.id,
            revision: &it.revision,
            file: &it.file,
            text: &it.text,
            severity: it.severity,
            attack: &it.attack,
            header: &it.correlation.header,
            logsource: format!("{kind} of the matches of {rules} {several}"),
        }
    }

    fn author(&self) -> &str {
        self.header.author.as_deref().unwrap_or("unknown")
    }
}

fn mentions(rule: &Stands<'_>, text: &str) -> bool {
    let holds = |hay: &str| hay.to_lowercase().contains(text);
    holds(&rule.header.title)
        || holds(&rule.id.0)
        || holds(rule.file)
        || holds(rule.author())
        || rule.attack.iter().any(|id| holds(id))
}

pub(super) fn show(site: &SiteService, id: &RuleId) -> Result<RuleDetail> {
    let set = site.parts.rules.handle().current();
    let rule = Stands::of(&set, id).ok_or_else(|| Error::not_found("rule", id))?;
    Ok(RuleDetail {
        rule: summary(site, &rule),
        text: rule.text.to_string(),
    })
}

/// Absent when the rule is no longer loaded.
pub(super) fn summary_of(site: &SiteService, id: &RuleId) -> Option<RuleSummary> {
    let set = site.parts.rules.handle().current();
    Stands::of(&set, id).map(|rule| summary(site, &rule))
}

fn summary(site: &SiteService, rule: &Stands<'_>) -> RuleSummary {
    let header = rule.header;
    RuleSummary {
        id: rule.id.clone(),
        title: header.title.clone(),
        author: rule.author().to_owned(),
        severity: rule.severity,
        status: header
            .status
            .map(|status| format!("{status:?}").to_lowercase()),
        description: header.description.clone().unwrap_or_default(),
        attack: rule.attack.to_vec(),
        references: header.references.clone(),
        false_positives: header.falsepositives.clone(),
        logsource: rule.logsource.clone(),
        license: header.license.clone(),
        file: rule.file.to_owned(),
        revision: rule.revision.to_owned(),
        matches: site.parts.rules.handle().matches(rule.id),
    }
}

pub(super) fn problem(problem: &Problem) -> RuleProblem {
    RuleProblem {
        file: problem.file.to_string(),
        line: Some(problem.line),
        column: Some(problem.column),
        reason: problem.reason.clone(),
        fatal: true,
    }
}

/// The files that a request gives or names.
fn files(request: &RuleImport) -> Result<SourceFiles> {
    let mut files = SourceFiles::default();
    files.extend(
        request
            .files
            .iter()
            .map(|file| (file.name.clone(), file.text.clone())),
    );
    if let Some(path) = &request.path {
        let path = Path::new(path);
        if path.is_dir() {
            files
                .read(path)
                .map_err(|error| Error::invalid(aurora_tasks::chain(&error)))?;
        } else {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Error::invalid(format!("cannot read `{}`: {error}", path.display()))
            })?;
            files.extend([(path.display().to_string(), text)]);
        }
    }
    Ok(files)
}

pub(super) fn lint(site: &SiteService, request: &RuleImport) -> Result<LintReport> {
    let given = request.path.is_some() || !request.files.is_empty();
    let in_force = site.parts.rules.handle().current();
    let named = if given {
        Some(files(request)?.compile(Options::default()))
    } else {
        None
    };
    let set: &RuleSet = named.as_ref().unwrap_or(&in_force);
    let advice = lint::lint(set).into_iter().map(|warning| RuleProblem {
        file: warning.file.to_string(),
        line: Some(warning.line),
        column: None,
        reason: warning.text,
        fatal: false,
    });
    Ok(LintReport {
        compiled: (set.rules().len() + set.correlations().len()) as u64,
        problems: set.problems().iter().map(problem).chain(advice).collect(),
    })
}

pub(super) fn test(site: &SiteService, scope: &Scope, test: &RuleTest) -> Result<RuleTestReport> {
    let text = match (&test.rule, &test.text) {
        (_, Some(text)) => text.clone(),
        (Some(id), None) => show(site, id)?.text,
        (None, None) => return Err(Error::invalid("give a rule's id or its text")),
    };
    let set = RuleSet::from_texts([("rule", text.as_str())], Options::default());
    if let Some(first) = set.problems().first() {
        let text = format!("line {}: {}", first.line, first.reason);
        return Err(Error::invalid(text).fix("mend the rule; `rules lint` tells more"));
    }
    let results: Vec<RuleTestResult> = test
        .events
        .iter()
        .map(|event| try_event(site, scope, &set, event))
        .collect();
    let matched = results.iter().filter(|result| result.matched).count() as u64;
    Ok(RuleTestReport { matched, results })
}

fn try_event(
    site: &SiteService,
    scope: &Scope,
    set: &RuleSet,
    event: &Map<String, Value>,
) -> RuleTestResult {
    let failed = |problem: String| RuleTestResult {
        matched: false,
        fields: Vec::new(),
        problem: Some(problem),
    };
    let events = match event.get("raw").and_then(Value::as_str) {
        None => vec![Value::Object(event.clone())],
        Some(raw) => match parse(site, scope, raw, None) {
            Ok(events) => events,
            Err(problem) => return failed(problem),
        },
    };
    let fields: Vec<_> = events
        .iter()
        .flat_map(|event| set.evaluate(event))
        .flat_map(|m| m.fields)
        .collect();
    let matched = events.iter().any(|event| !set.evaluate(event).is_empty());
    RuleTestResult {
        matched,
        fields,
        problem: None,
    }
}

/// A raw record's events, as the pipeline would make them.
pub(super) fn parse(
    site: &SiteService,
    scope: &Scope,
    raw: &str,
    source: Option<&SourceName>,
) -> std::result::Result<Vec<Value>, String> {
    let batch = RawBatch {
        scope: scope.clone(),
        source: source
            .cloned()
            .unwrap_or_else(|| SourceName::new(SourceName::AUTO)),
        origin: OriginId(aurora_ids::Id128::random()),
        host: String::new(),
        trace: TraceContext::new(),
        records: vec![RawRecord::whole(0, site.now(), raw.as_bytes().to_vec())],
    };
    let (events, dead) = site.parts.registry.process(scope, &batch).split();
    if let Some(letter) = dead.first() {
        return Err(letter.detail.clone());
    }
    let read = events.iter().map(|item| item.event().map(Value::Object));
    read.collect::<std::result::Result<_, _>>()
        .map_err(|error| error.to_string())
}

/// Before the names of files that are there already, to tell them from those that come.
const THERE: &str = "in force: ";

/// Copies rules that compile into the data directory and puts them in force.
pub(super) async fn import(
    site: &SiteService,
    context: &Context,
    request: &RuleImport,
) -> Result<RuleImportReport> {
    if request.path.is_some() && !matches!(context.actor, Actor::LocalOperator(_)) {
        return Err(Error::invalid("only the local operator may name a path"));
    }
    put(site, context, files(request)?, "rule.import").await
}

/// Puts a text back in force that an imported rule once had.
pub(super) async fn revert(
    site: &SiteService,
    context: &Context,
    rule: &RuleId,
    text: String,
) -> Result<RuleImportReport> {
    let current = in_force(&site.parts.rules.handle().current());
    if let Some(known) = current.get(rule)
        && *known.file != *imported_name(rule)
    {
        let text = format!("the rule comes from `{}`, not from an import", known.file);
        return Err(Error::conflict(text).fix(
            "change that file, then `aurorasoc rules reload`; or import it under another id",
        ));
    }
    let mut files = SourceFiles::default();
    files.extend([("the earlier version".to_owned(), text)]);
    put(site, context, files, "rule.revert").await
}

/// The decision and the versions commit first, then the files change, then the set. A crash between
/// them leaves a version that the next start corrects, on record.
async fn put(
    site: &SiteService,
    context: &Context,
    given: SourceFiles,
    action: &str,
) -> Result<RuleImportReport> {
    let mut files = given;
    let there = site.parts.rules.sources().map_err(Error::internal)?;
    files.append(there, |name| format!("{THERE}{name}"));
    let set = files.compile(Options::default());
    let came = |file: &str| !file.starts_with(THERE);
    let problems = set.problems().iter().filter(|found| came(&found.file));
    let mut report = RuleImportReport {
        problems: problems.map(problem).collect(),
        ..RuleImportReport::default()
    };
    let before = in_force(&site.parts.rules.handle().current());
    let mut after = in_force(&set);
    let mut changed = Vec::new();
    for (id, rule) in &mut after {
        let name = imported_name(id);
        if !came(&rule.file) {
            rule.file = rule.file.trim_start_matches(THERE).into();
            continue;
        }
        match before.get(id) {
            Some(known) if *known.file != *name => report.problems.push(taken(id, rule, known)),
            Some(known) if known.revision == rule.revision => report.unchanged += 1,
            known => {
                report.updated += u64::from(known.is_some());
                report.added += u64::from(known.is_none());
                changed.push((name.clone(), rule.text.clone()));
            }
        }
        rule.file = name.into();
    }
    // What belongs to a folder or to AuroraSOC stays what it is.
    for (id, known) in &before {
        if *known.file != *imported_name(id) {
            after.insert(id.clone(), known.clone());
        }
    }
    if changed.is_empty() {
        return Ok(report);
    }
    versions::note(site.records(), context, action, &after, true, site.now())
        .await
        .map_err(errors::records)?;
    for (name, text) in changed {
        let path = site.parts.rules.imported().join(name);
        std::fs::write(&path, text.as_bytes()).map_err(Error::internal)?;
    }
    site.parts.rules.reload().map_err(Error::internal)?;
    let now = in_force(&site.parts.rules.handle().current());
    versions::note(site.records(), context, action, &now, true, site.now())
        .await
        .map_err(errors::records)?;
    crate::roles::report_rules(&site.parts);
    Ok(report)
}

fn taken(id: &RuleId, rule: &InForce, known: &InForce) -> RuleProblem {
    let reason = match known.file.strip_prefix("shipped/") {
        Some(_) => format!("the id {id} is that of a rule that comes with AuroraSOC"),
        None => format!("the id {id} is that of `{}` in a rule folder", known.file),
    };
    RuleProblem {
        file: rule.file.to_string(),
        line: None,
        column: None,
        reason,
        fatal: true,
    }
}

/// The file that an imported rule is kept in.
fn imported_name(id: &RuleId) -> String {
    format!("{}.yml", safe(&id.0))
}

/// A rule's id as a file name: it comes from outside, and is text.
fn safe(id: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    id.chars().take(80).map(plain).collect()
}
