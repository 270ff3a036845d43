//! Which events a rule's `logsource` means.

use std::collections::HashMap;

use aurora_sigma::LogSource;
use regex::Regex;

use crate::Error;
use crate::facts::{Facts, Os};
use crate::table::{Row, rows};
use crate::windows::{Alias, Windows};

const LOGSOURCES: &str = include_str!("../../../../content/sigma/logsources.tsv");

/// Category, product and service, lower case; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    category: String,
    product: String,
    service: String,
}

impl Key {
    /// From a table's cells.
    pub fn new(category: &str, product: &str, service: &str) -> Self {
        let part = |cell: &str| {
            if cell == "-" {
                String::new()
            } else {
                cell.to_lowercase()
            }
        };
        Self {
            category: part(category),
            product: part(product),
            service: part(service),
        }
    }

    pub fn of(logsource: &LogSource) -> Self {
        let part =
            |part: &Option<String>| part.as_deref().unwrap_or_default().trim().to_lowercase();
        Self {
            category: part(&logsource.category),
            product: part(&logsource.product),
            service: part(&logsource.service),
        }
    }

    /// Whether everything this one names is the same in the other.
    pub fn covers(&self, other: &Self) -> bool {
        let part = |own: &str, other: &str| own.is_empty() || own == other;
        part(&self.category, &other.category)
            && part(&self.product, &other.product)
            && part(&self.service, &other.service)
    }

    pub fn category_only(&self) -> Self {
        Self {
            category: self.category.clone(),
            ..Self::default()
        }
    }

    pub fn product_only(&self) -> Self {
        Self {
            product: self.product.clone(),
            ..Self::default()
        }
    }

    pub fn without_category(&self) -> Self {
        Self {
            category: String::new(),
            ..self.clone()
        }
    }
}

/// `content/sigma/logsources.tsv`.
pub(crate) struct LogSources {
    scopes: HashMap<Key, Vec<Vec<Test>>>,
}

/// The events of one logsource.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) alternatives: Vec<Vec<Test>>,
    /// Whether a row of the table says so, rather than names that happen to be equal.
    pub known: bool,
}

/// One thing that an event must be.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Provider(Vec<Alias>),
    Channel(Vec<String>),
    Event(Vec<String>),
    Class(Vec<u64>),
    Activity(Vec<u64>),
    Os(Os),
    NotOs(Os),
    Name(Vec<String>),
    Field(String, Vec<String>),
    NotField(String, Vec<String>),
    Text(Regex),
}

impl LogSources {
    pub fn shipped(windows: &Windows) -> Result<Self, Error> {
        let columns = ["category", "product", "service", "when"];
        let mut scopes: HashMap<Key, Vec<Vec<Test>>> = HashMap::new();
        for row in rows("content/sigma/logsources.tsv", LOGSOURCES, columns)? {
            let [category, product, service, when] = row.cells;
            let tests = when.split("; ").map(|text| test(&row, windows, text));
            let tests = tests.collect::<Result<Vec<Test>, Error>>()?;
            scopes
                .entry(Key::new(category, product, service))
                .or_default()
                .push(tests);
        }
        Ok(Self { scopes })
    }

    pub fn scope(&self, logsource: &LogSource) -> Scope {
        let key = Key::of(logsource);
        if let Some(alternatives) = self.scopes.get(&key) {
            return Scope {
                alternatives: alternatives.clone(),
                known: true,
            };
        }
        Scope {
            alternatives: self.composed(&key),
            known: false,
        }
    }

    /// The rows of the category, each narrowed to the product and the service.
    fn composed(&self, key: &Key) -> Vec<Vec<Test>> {
        let part = |key: Key, name: &str| match self.scopes.get(&key) {
            _ if name.is_empty() => vec![Vec::new()],
            Some(alternatives) => alternatives.clone(),
            None => vec![vec![Test::Name(vec![name.to_owned()])]],
        };
        let category = part(key.category_only(), &key.category);
        let product = part(key.product_only(), &key.product);
        let both = Key {
            product: key.product.clone(),
            service: key.service.clone(),
            ..Key::default()
        };
        let service = part(both, &key.service);
        let mut all = Vec::new();
        for a in &category {
            for b in &product {
                all.extend(service.iter().map(|c| [a.as_slice(), b, c].concat()));
            }
        }
        all
    }
}

impl Scope {
    /// `field` says whether the event's field of that name holds one of the values.
    pub fn covers(&self, facts: &Facts<'_>, field: &dyn Fn(&str, &[String]) -> bool) -> bool {
        self.alternatives
            .iter()
            .any(|tests| tests.iter().all(|test| test.holds(facts, field)))
    }
}

impl Scope {
    /// What the event's origin leaves open: rows of tests of which one has to hold, none when one
    /// holds already. `None` when no row can.
    pub fn open(&self, facts: &Facts<'_>) -> Option<Vec<Vec<(usize, usize)>>> {
        let mut open = Vec::new();
        for (row, tests) in self.alternatives.iter().enumerate() {
            let known = tests.iter().filter(|test| test.is_of_origin());
            if !known.clone().all(|test| test.holds(facts, &|_, _| false)) {
                continue;
            }
            let rest = tests.iter().enumerate();
            let rest = rest.filter(|(_, test)| !test.is_of_origin());
            let rest: Vec<(usize, usize)> = rest.map(|(number, _)| (row, number)).collect();
            if rest.is_empty() {
                return Some(Vec::new());
            }
            open.push(rest);
        }
        (!open.is_empty()).then_some(open)
    }
}

impl Test {
    /// Whether the event's origin decides.
    fn is_of_origin(&self) -> bool {
        !matches!(self, Self::Field(..) | Self::NotField(..) | Self::Text(_))
    }

    fn holds(&self, facts: &Facts<'_>, field: &dyn Fn(&str, &[String]) -> bool) -> bool {
        match self {
            Self::Provider(aliases) => facts.provider.is_some_and(|alias| aliases.contains(&alias)),
            Self::Channel(names) => facts.channel.is_some_and(|channel| among(names, channel)),
            Self::Event(codes) => codes.iter().any(|code| *code == facts.code),
            Self::Class(classes) => classes.contains(&facts.class),
            Self::Activity(activities) => activities.contains(&facts.activity),
            Self::Os(os) => facts.os == *os,
            Self::NotOs(os) => facts.os != *os,
            Self::Name(names) => facts.names.iter().flatten().any(|name| among(names, name)),
            Self::Field(name, values) => field(name, values),
            Self::NotField(name, values) => !field(name, values),
            Self::Text(regex) => facts.event["raw_data"]
                .as_str()
                .is_some_and(|t| regex.is_match(t)),
        }
    }
}

pub(crate) fn among(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn test<const N: usize>(row: &Row<'_, N>, windows: &Windows, text: &str) -> Result<Test, Error> {
    let (key, values) = text
        .split_once('=')
        .ok_or_else(|| row.error("want `key=value`"))?;
    let values: Vec<String> = values.split('|').map(str::to_owned).collect();
    let numbers = || -> Result<Vec<u64>, Error> {
        let number = |value: &String| value.parse().map_err(|_| row.error("want a number"));
        values.iter().map(number).collect()
    };
    Ok(match key {
        "provider" => {
            let alias = |name: &String| {
                windows
                    .named(name)
                    .ok_or_else(|| row.error("unknown provider"))
            };
            Test::Provider(values.iter().map(alias).collect::<Result<_, _>>()?)
        }
        "text" => {
            let pattern = text.trim_start_matches("text=");
            Test::Text(Regex::new(pattern).map_err(|error| row.error(error.to_string()))?)
        }
        "channel" => Test::Channel(values),
        "event" => Test::Event(values),
        "class" => Test::Class(numbers()?),
        "activity" => Test::Activity(numbers()?),
        "name" => Test::Name(values),
        "os" | "os!" => {
            let os = match values.first().map(String::as_str) {
                Some("windows") => Os::Windows,
                Some("linux") => Os::Linux,
                Some("macos") => Os::Darwin,
                _ => return Err(row.error("want windows, linux or macos")),
            };
            if key == "os" {
                Test::Os(os)
            } else {
                Test::NotOs(os)
            }
        }
        _ => match key.strip_prefix("field.") {
            Some(field) => match field.strip_suffix('!') {
                Some(field) => Test::NotField(field.to_owned(), values),
                None => Test::Field(field.to_owned(), values),
            },
            None => return Err(row.error(format!("the key `{key}` is unknown"))),
        },
    })
}
