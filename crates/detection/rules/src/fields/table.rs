use std::collections::HashMap;
use std::sync::Arc;

use aurora_sigma::LogSource;

use super::{Inverse, Place};
use crate::Error;
use crate::logsource::Key;
use crate::table::{Row, rows};
use crate::windows::{Alias, Windows};

const FIELDS: &str = include_str!("../../../../../content/sigma/fields.tsv");

/// Somewhere a rule's field may be.
#[derive(Debug)]
pub(crate) enum Candidate {
    Place(Place),
    /// Other fields of a Windows event of this provider, joined by a backslash.
    Source(Alias, Vec<String>),
}

/// The field names of one logsource. A field without candidates is known, but only as named.
pub(crate) type FieldMap = HashMap<String, Vec<Candidate>>;

/// `content/sigma/fields.tsv`.
pub(crate) struct Fields {
    maps: HashMap<Key, Arc<FieldMap>>,
}

impl Fields {
    pub fn shipped(windows: &Windows) -> Result<Self, Error> {
        let columns = [
            "category",
            "product",
            "service",
            "field",
            "paths",
            "transform",
        ];
        let mut maps: HashMap<Key, FieldMap> = HashMap::new();
        for row in rows("content/sigma/fields.tsv", FIELDS, columns)? {
            let [category, product, service, field, paths, transform] = row.cells;
            let candidates = candidates(&row, windows, paths, transform)?;
            let map = maps
                .entry(Key::new(category, product, service))
                .or_default();
            if map.insert(field.to_owned(), candidates).is_some() {
                return Err(row.error(format!("`{field}` has a second row")));
            }
        }
        Ok(Self {
            maps: maps
                .into_iter()
                .map(|(key, map)| (key, Arc::new(map)))
                .collect(),
        })
    }

    /// The names of the very logsource.
    pub fn exact(&self, logsource: &LogSource) -> Option<Arc<FieldMap>> {
        self.maps.get(&Key::of(logsource)).cloned()
    }

    /// The names of its category alone, and of its product and service without category.
    pub fn wider(&self, logsource: &LogSource) -> Vec<Arc<FieldMap>> {
        let own = Key::of(logsource);
        let keys = [
            own.category_only(),
            own.without_category(),
            own.product_only(),
        ];
        keys.iter()
            .filter(|key| **key != own)
            .filter_map(|key| self.maps.get(key).cloned())
            .collect()
    }
}

fn candidates<const N: usize>(
    row: &Row<'_, N>,
    windows: &Windows,
    paths: &str,
    transform: &str,
) -> Result<Vec<Candidate>, Error> {
    let inverse = match transform {
        "text" => Inverse::Value,
        "domain_user" => Inverse::DomainUser,
        "hashes" => Inverse::Hashes,
        "initiated" => Inverse::Initiated,
        "extension" => Inverse::Extension,
        "uri" => Inverse::Uri,
        other => return Err(row.error(format!("the transform `{other}` is unknown"))),
    };
    let one = |path: &str| match path.strip_prefix('@') {
        None => Place::new(path, inverse)
            .map(Candidate::Place)
            .map_err(|reason| row.error(reason)),
        Some(source) => {
            let (alias, names) = source
                .split_once(':')
                .ok_or_else(|| row.error("want `@provider:Field`"))?;
            let alias = windows
                .named(alias)
                .ok_or_else(|| row.error("unknown provider"))?;
            Ok(Candidate::Source(
                alias,
                names.split('\\').map(str::to_owned).collect(),
            ))
        }
    };
    paths
        .split(',')
        .filter(|path| *path != "-")
        .map(one)
        .collect()
}
