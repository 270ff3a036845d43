//! Which stored events a rule can be about, as a question to the event store.

use aurora_model::RuleId;
use aurora_sigma::LogSource;

use crate::logsource::{Scope, Test};
use crate::mapping::Mapping;
use crate::ruleset::RuleSet;

/// More alternatives than this make a query that costs more than it spares.
const MAX_ALTERNATIVES: usize = 48;

impl RuleSet {
    /// A filter in the hunt language that lets every event through that is of the logsource of one of
    /// these rules, and usually not many others. `None` when no such filter can be given: then every
    /// event must be read.
    pub fn prefilter<'r>(&self, rules: impl IntoIterator<Item = &'r RuleId>) -> Option<String> {
        let mut logsources: Vec<&LogSource> = Vec::new();
        for id in rules {
            let logsource = &self.get(id)?.rule.logsource;
            if !logsources.contains(&logsource) {
                logsources.push(logsource);
            }
        }
        let mapping = self.mapping();
        let mut alternatives: Vec<String> = Vec::new();
        for logsource in logsources {
            for text in of_scope(mapping, &mapping.logsources.scope(logsource))? {
                if !alternatives.contains(&text) {
                    alternatives.push(text);
                }
            }
        }
        let fits = !alternatives.is_empty() && alternatives.len() <= MAX_ALTERNATIVES;
        fits.then(|| alternatives.join(" OR "))
    }
}

/// `None` when one of the alternatives cannot be narrowed.
fn of_scope(mapping: &Mapping, scope: &Scope) -> Option<Vec<String>> {
    let alternative = |tests: &Vec<Test>| {
        let parts: Vec<String> = tests.iter().filter_map(|test| of(mapping, test)).collect();
        (!parts.is_empty()).then(|| format!("({})", parts.join(" AND ")))
    };
    scope.alternatives.iter().map(alternative).collect()
}

/// What must at least hold for the test to hold; `None` for tests that the store cannot be asked.
fn of(mapping: &Mapping, test: &Test) -> Option<String> {
    let windows = &mapping.windows;
    match test {
        Test::Class(classes) => Some(any("class_uid", classes)),
        Test::Activity(activities) => Some(any("activity_id", activities)),
        Test::Event(codes) => Some(any("metadata.event_code", codes)),
        Test::Provider(aliases) => {
            let known = windows.written().filter(|known| aliases.contains(&known.0));
            let names = |pick: fn(&str, Option<&str>) -> Option<String>| -> Vec<String> {
                let known = known.clone();
                known
                    .filter_map(|(_, name, channel)| pick(name, channel))
                    .collect()
            };
            let providers = names(|name, _| Some(name.to_owned()));
            let channels = names(|_, channel| channel.map(str::to_owned));
            either(&providers, &channels)
        }
        Test::Channel(wanted) => {
            let known = windows.written().filter(|(_, _, channel)| {
                channel.is_some_and(|channel| crate::logsource::among(wanted, channel))
            });
            let providers: Vec<String> = known.map(|(_, name, _)| name.to_owned()).collect();
            either(&providers, wanted)
        }
        Test::Name(names) => {
            let places = [
                "metadata.product.name",
                "metadata.product.feature.name",
                "metadata.product.vendor_name",
                "metadata.log_name",
                "metadata.log_provider",
                "actor.app_name",
            ];
            let parts = places.map(|place| any(place, names));
            Some(format!("({})", parts.join(" OR ")))
        }
        Test::Os(_) | Test::NotOs(_) => None,
        Test::Field(..) | Test::NotField(..) | Test::Text(_) => None,
    }
}

fn either(providers: &[String], channels: &[String]) -> Option<String> {
    let parts = [
        ("metadata.log_provider", providers),
        ("metadata.log_name", channels),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(field, values)| any(field, values))
        .collect();
    (!parts.is_empty()).then(|| format!("({})", parts.join(" OR ")))
}

fn any(field: &str, values: &[impl ToString]) -> String {
    let quoted = values.iter().map(|value| quote(&value.to_string()));
    format!("{field}:({})", quoted.collect::<Vec<_>>().join(" OR "))
}

/// Within quotes a backslash or a quote is written with a backslash before it.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '*' | '?') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
