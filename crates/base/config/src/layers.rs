use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::env;
use crate::reference::keys;
use aurora_nearest::nearest;

/// What is wrong with the configuration, and where.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the configuration file `{}`", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot read the configuration file `{}`: {message}", path.display())]
    Syntax { path: PathBuf, message: String },
    #[error("unknown key `{key}` in {origin}{hint}")]
    UnknownKey {
        key: String,
        origin: String,
        hint: String,
    },
    #[error("cannot use the configuration: {message}")]
    Value { message: String },
    #[error("cannot read the override `{0}`: want `section.key=value`")]
    Override(String),
}

/// Layers of settings in rising order of precedence.
#[derive(Debug, Default)]
pub struct Layers {
    layers: Vec<(String, Table)>,
}

impl Layers {
    pub fn new() -> Self {
        Self::default()
    }

    /// # Errors
    /// When the file cannot be read or is not TOML; the message names line and column.
    pub fn file(mut self, path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let table = text.parse::<Table>().map_err(|error| Error::Syntax {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        self.layers.push((format!("`{}`", path.display()), table));
        Ok(self)
    }

    /// Takes the variables as a value, so that two sites in one process need not share them.
    #[must_use]
    pub fn environment(mut self, vars: impl IntoIterator<Item = (String, String)>) -> Self {
        self.layers
            .push(("the environment".to_owned(), env::table(vars)));
        self
    }

    /// `section.key=value`, as a flag gives it.
    ///
    /// # Errors
    /// When there is no `=`.
    pub fn set(mut self, setting: &str) -> Result<Self, Error> {
        let (path, text) = setting
            .split_once('=')
            .ok_or_else(|| Error::Override(setting.to_owned()))?;
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        let mut table = Table::new();
        env::insert(&mut table, &keys, env::value(text));
        self.layers.push(("the command line".to_owned(), table));
        Ok(self)
    }

    /// Merges the layers over `T`'s defaults.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] names the nearest known key; [`Error::Value`] the key and the cause.
    pub fn read<T: DeserializeOwned + JsonSchema>(self) -> Result<T, Error> {
        let known = keys::<T>();
        let mut merged = Table::new();
        for (origin, table) in self.layers {
            check(&table, "", &known, &origin)?;
            merge(&mut merged, table);
        }
        Value::Table(merged)
            .try_into()
            .map_err(|error: toml::de::Error| Error::Value {
                message: error.to_string().trim().replace('\n', " "),
            })
    }
}

fn check(table: &Table, at: &str, known: &[String], origin: &str) -> Result<(), Error> {
    for (name, value) in table {
        let key = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        let section = format!("{key}.");
        if let (Value::Table(inner), true) = (value, known.iter().any(|k| k.starts_with(&section)))
        {
            check(inner, &key, known, origin)?;
        } else if !known.contains(&key) {
            return Err(unknown(key, known, origin));
        }
    }
    Ok(())
}

fn unknown(key: String, known: &[String], origin: &str) -> Error {
    let near = nearest(&key, known.iter().map(String::as_str));
    let hint = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
    Error::UnknownKey {
        key,
        origin: origin.to_owned(),
        hint,
    }
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A site.
    #[derive(Debug, Default, PartialEq, serde::Deserialize, serde::Serialize, JsonSchema)]
    #[serde(default)]
    struct Settings {
        site: Site,
        /// Days.
        retention_days: u32,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize, serde::Serialize, JsonSchema)]
    #[serde(default)]
    struct Site {
        /// Its name.
        name: String,
    }

    fn vars(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn a_flag_beats_the_environment() {
        let settings: Settings = Layers::new()
            .environment(vars(&[
                ("AURORASOC__SITE__NAME", "a"),
                ("AURORASOC__RETENTION_DAYS", "3"),
            ]))
            .set("site.name=b")
            .unwrap()
            .read()
            .unwrap();
        assert_eq!(
            settings,
            Settings {
                site: Site { name: "b".into() },
                retention_days: 3
            }
        );
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = Layers::new()
            .set("site.nam=x")
            .unwrap()
            .read::<Settings>()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown key `site.nam` in the command line: did you mean `site.name`?"
        );
    }

    #[test]
    fn a_wrong_type_is_told() {
        let error = Layers::new()
            .set("retention_days=soon")
            .unwrap()
            .read::<Settings>();
        assert!(error.unwrap_err().to_string().contains("invalid type"));
    }
}
