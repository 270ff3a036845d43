//! Which logsources a flat event is of.
//!
//! A Windows event says so by its channel and its number. Of the tests in
//! `content/sigma/logsources.tsv` those on OCSF classes say nothing of it. An event that names no
//! channel may be of any other source: then the rules of all logsources that are not Windows' are
//! put to it.

use aurora_plan::Narrow;

use crate::facts::Os;
use crate::logsource::{Scope, Test, among};
use crate::mapping::Mapping;
use crate::windows::Alias;

/// The conditions of every section.
#[derive(Debug)]
pub(super) struct Scopes {
    /// By section: alternatives.
    sections: Vec<Vec<Vec<Test>>>,
    /// Tests on other fields, which every event is put to.
    residual: Vec<Residual>,
    /// Provider and channel of each alias.
    aliases: Vec<(Alias, String, Option<String>)>,
}

#[derive(Debug)]
struct Residual {
    field: String,
    values: Vec<String>,
    negated: bool,
}

/// What of the sections an event is put to, each with the residual tests that must hold as well.
pub(super) type Route = [(Narrow, Vec<usize>)];

impl Scopes {
    pub fn new<'s>(scopes: impl Iterator<Item = &'s Scope>, mapping: &Mapping) -> Self {
        let written = mapping.windows.written();
        let sysmon = mapping.windows.named("sysmon");
        let mut all = Self {
            sections: Vec::new(),
            residual: Vec::new(),
            aliases: written
                .map(|(alias, name, channel)| (alias, name.to_owned(), channel.map(str::to_owned)))
                .collect(),
        };
        for scope in scopes {
            let mut alternatives = scope.alternatives.clone();
            // Flat events keep their own names: where a category is Sysmon's, the events of another
            // provider have other fields.
            let is_sysmon = |tests: &Vec<Test>| {
                tests.iter().any(|test| {
                    matches!(test, Test::Provider(of) if of.iter().any(|a| Some(*a) == sysmon))
                })
            };
            if alternatives.iter().any(is_sysmon) {
                alternatives.retain(is_sysmon);
            }
            all.sections.push(alternatives);
        }
        let tests = all.sections.iter().flatten().flatten();
        let residual = tests.filter_map(|test| match test {
            Test::Field(field, values) => Some((field, values, false)),
            Test::NotField(field, values) => Some((field, values, true)),
            _ => None,
        });
        all.residual = residual
            .map(|(field, values, negated)| Residual {
                field: field.clone(),
                values: values.clone(),
                negated,
            })
            .collect();
        all
    }

    /// The fields that residual tests ask for.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.residual.iter().map(|test| test.field.as_str())
    }

    pub fn holds<'e>(&self, residual: usize, field: &dyn Fn(&str) -> Option<&'e str>) -> bool {
        let test = &self.residual[residual];
        let held = field(&test.field).is_some_and(|held| among(&test.values, held));
        held != test.negated
    }

    /// The sections, and the residual tests of each.
    pub fn sections(&self, origin: [Option<&str>; 3]) -> Vec<(usize, Vec<usize>)> {
        let mut route = Vec::new();
        let mut residual = 0;
        for (section, alternatives) in self.sections.iter().enumerate() {
            for tests in alternatives {
                let mut rest = Vec::new();
                let mut covers = true;
                for test in tests {
                    if matches!(test, Test::Field(..) | Test::NotField(..)) {
                        rest.push(residual);
                        residual += 1;
                    } else {
                        covers &= self.covers(test, origin);
                    }
                }
                // One alternative that holds is enough; those with residual tests are rare and never
                // stand beside others.
                if covers && route.last().is_none_or(|(last, _)| *last != section) {
                    route.push((section, rest));
                }
            }
        }
        route
    }

    fn covers(&self, test: &Test, [channel, code, provider]: [Option<&str>; 3]) -> bool {
        let windows = channel.is_some() || provider.is_some();
        let known = || {
            let fits = |(_, name, own): &&(Alias, String, Option<String>)| match (provider, channel)
            {
                (Some(provider), _) => name.eq_ignore_ascii_case(provider),
                (None, Some(channel)) => own
                    .as_deref()
                    .is_some_and(|own| own.eq_ignore_ascii_case(channel)),
                (None, None) => false,
            };
            self.aliases.iter().find(fits)
        };
        match test {
            Test::Provider(aliases) => known().is_some_and(|(alias, ..)| aliases.contains(alias)),
            Test::Channel(names) => {
                let own = || known().and_then(|(_, _, own)| own.as_deref());
                channel.or_else(own).is_some_and(|name| among(names, name))
            }
            Test::Event(codes) => code.is_some_and(|code| codes.iter().any(|c| c == code)),
            Test::Os(Os::Windows) => windows || code.is_some(),
            Test::Name(names) if windows => {
                let held = [channel, provider];
                held.into_iter().flatten().any(|name| among(names, name))
            }
            _ => !windows && code.is_none(),
        }
    }
}
