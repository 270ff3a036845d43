/// What a caller of notifications decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    /// A setting cannot be.
    #[error("`{key}` cannot be `{value}`: {reason}")]
    Setting {
        key: String,
        value: String,
        reason: String,
    },
    #[error("cannot read `{key}` from `{path}`")]
    Secret {
        key: String,
        path: String,
        source: std::io::Error,
    },
    #[error("there is no channel `{name}`: {}", among(known))]
    NoSuchChannel { name: String, known: Vec<String> },
    /// The message did not go out; it may another time.
    #[error("{0}")]
    NotSent(String),
}

fn among(names: &[String]) -> String {
    if names.is_empty() {
        return "settings under `notify` make some".to_owned();
    }
    format!("there are {}", names.join(", "))
}

impl Error {
    /// `place` is where the channel's settings are.
    pub(crate) fn setting(place: &str, key: &str, value: &str, reason: &str) -> Self {
        Self::Setting {
            key: format!("{place}.{key}"),
            value: value.to_owned(),
            reason: reason.to_owned(),
        }
    }

    pub(crate) fn not_sent(source: &(dyn std::error::Error + 'static)) -> Self {
        Self::NotSent(aurora_tasks::chain(source))
    }
}
