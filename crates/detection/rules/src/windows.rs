//! Where the fields of a Windows event went, read backwards from the parser's own tables.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::Error;
use crate::fields::{Inverse, Place};
use crate::table::{optional, rows};

const PROVIDERS: &str = include_str!("../../../../content/parsers/windows/providers.tsv");
const FIELDS: &str = include_str!("../../../../content/parsers/windows/fields.tsv");
const SYSTEM: &str = include_str!("../../../../content/parsers/windows/system.tsv");

/// A provider of `providers.tsv`, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Alias(usize);

pub(crate) struct Windows {
    aliases: Vec<String>,
    providers: Vec<Provider>,
    /// By provider and field, rows that name their events before rows for all.
    fields: HashMap<Alias, HashMap<String, Vec<Row>>>,
    system: HashMap<String, Place>,
}

struct Provider {
    alias: Alias,
    name: String,
    channel: Option<String>,
}

pub(crate) struct Row {
    /// Empty for every event.
    pub events: Vec<String>,
    pub place: Option<Place>,
}

impl Row {
    fn names(&self, code: &str) -> bool {
        self.events.iter().any(|event| event == code)
    }
}

impl Windows {
    pub fn shipped() -> Result<Self, Error> {
        let mut windows = Self {
            aliases: Vec::new(),
            providers: Vec::new(),
            fields: HashMap::new(),
            system: HashMap::new(),
        };
        windows.read_providers()?;
        windows.read_fields()?;
        windows.read_system()?;
        Ok(windows)
    }

    fn read_providers(&mut self) -> Result<(), Error> {
        let columns = ["alias", "provider", "channel", "product"];
        for row in rows("content/parsers/windows/providers.tsv", PROVIDERS, columns)? {
            let [alias, name, channel, _] = row.cells;
            let alias = self.named(alias).unwrap_or_else(|| {
                self.aliases.push(alias.to_owned());
                Alias(self.aliases.len() - 1)
            });
            let channel = optional(channel).map(str::to_owned);
            self.providers.push(Provider {
                alias,
                name: name.to_owned(),
                channel,
            });
        }
        Ok(())
    }

    fn read_fields(&mut self) -> Result<(), Error> {
        let columns = ["provider", "events", "field", "ocsf_path", "transform"];
        for row in rows("content/parsers/windows/fields.tsv", FIELDS, columns)? {
            let [provider, events, field, path, transform] = row.cells;
            let alias = self
                .named(provider)
                .ok_or_else(|| row.error("unknown provider"))?;
            let events = match events {
                "*" => Vec::new(),
                list => list.split(',').map(str::to_owned).collect(),
            };
            let place = place(path, transform).map_err(|reason| row.error(reason))?;
            let fields = self.fields.entry(alias).or_default();
            fields
                .entry(field.to_owned())
                .or_default()
                .push(Row { events, place });
        }
        Ok(())
    }

    fn read_system(&mut self) -> Result<(), Error> {
        let columns = ["field", "names", "ocsf_path", "transform"];
        for row in rows("content/parsers/windows/system.tsv", SYSTEM, columns)? {
            let [field, _, path, transform] = row.cells;
            let Some(path) = optional(path) else { continue };
            if let Some(place) = place(path, transform).map_err(|reason| row.error(reason))? {
                self.system.insert(field.to_owned(), place);
            }
        }
        Ok(())
    }

    /// By the alias's own name.
    pub fn named(&self, alias: &str) -> Option<Alias> {
        self.aliases
            .iter()
            .position(|known| known == alias)
            .map(Alias)
    }

    /// By what an event says: its provider, or its channel when it names no provider.
    pub fn alias(&self, provider: Option<&str>, channel: Option<&str>) -> Option<Alias> {
        let fits = |known: &&Provider| match (provider, channel) {
            (Some(name), _) => known.name.eq_ignore_ascii_case(name),
            (None, Some(name)) => known
                .channel
                .as_deref()
                .is_some_and(|c| c.eq_ignore_ascii_case(name)),
            (None, None) => false,
        };
        self.providers.iter().find(fits).map(|known| known.alias)
    }

    /// Every provider: its alias, its name and its channel, as events write them.
    pub fn written(&self) -> impl Iterator<Item = (Alias, &str, Option<&str>)> + Clone {
        self.providers
            .iter()
            .map(|known| (known.alias, known.name.as_str(), known.channel.as_deref()))
    }

    pub fn channel(&self, alias: Alias) -> Option<&str> {
        let known = self
            .providers
            .iter()
            .find(|provider| provider.alias == alias)?;
        known.channel.as_deref()
    }

    /// Where the parser may have put the field so that its text can be read back: the rows that
    /// name the event, else those for every event. Which one it was depends on the event's class,
    /// so the first place that holds something is the one.
    pub fn places(
        &self,
        alias: Option<Alias>,
        code: &str,
        field: &str,
    ) -> impl Iterator<Item = &Place> {
        let rows = alias.and_then(|alias| self.fields.get(&alias)?.get(field));
        let rows = rows.map(Vec::as_slice).unwrap_or_default();
        let named = rows.iter().any(|row| row.names(code));
        let own = rows.iter().filter(move |row| {
            if named {
                row.names(code)
            } else {
                row.events.is_empty()
            }
        });
        own.filter_map(|row| row.place.as_ref())
            .chain(self.system.get(field))
    }

    /// All that the tables say of a field, for whatever event: the rows of each provider, and the
    /// place of every event's own fields. [`Windows::places`] says which of them count.
    pub fn all_places(&self, field: &str) -> (Vec<(Alias, &[Row])>, Option<&Place>) {
        let rows = self.fields.iter();
        let rows = rows.filter_map(|(alias, fields)| Some((*alias, fields.get(field)?.as_slice())));
        (rows.collect(), self.system.get(field))
    }

    /// Every field that some table names, for lint.
    pub fn known_fields(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let own = self.fields.values().flat_map(|fields| fields.keys());
        own.chain(self.system.keys())
            .map(|name| Cow::Borrowed(name.as_str()))
    }
}

/// `None` when the transform loses the text; the parser then keeps the field under `unmapped`.
fn place(path: &str, transform: &str) -> Result<Option<Place>, String> {
    let word = transform
        .trim_end_matches('+')
        .split(':')
        .next()
        .unwrap_or_default();
    let inverse = match word {
        "text" | "int" | "port" | "ip" | "host" | "url" | "file_path" | "image" | "product" => {
            Inverse::Value
        }
        "domain_user" => Inverse::DomainUser,
        "value_path" => Inverse::ValuePath,
        "hashes" => Inverse::Hashes,
        "time" | "list" | "base_name" | "task_command" | "dns_results" | "url_host" | "map" => {
            return Ok(None);
        }
        other => {
            return Err(format!(
                "the transform `{other}` is unknown here: teach it to the rules crate"
            ));
        }
    };
    Place::new(path, inverse).map(Some)
}
