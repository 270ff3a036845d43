//! Structured logs. The subscriber is the process's, so only the binary installs it.

use std::io::IsTerminal as _;
use std::path::Path;

use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Where logs go and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line of text an event, for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The log file cannot be opened, or the filter cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the log file `{path}`")]
    Open {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "cannot read the log filter `{filter}`: want such as `info` or `info,aurora_bus=debug`"
    )]
    Filter {
        filter: String,
        source: tracing_subscriber::filter::ParseError,
    },
}

/// Installs the process's logs: to `file` when given, else to standard error.
///
/// # Errors
/// When the file or the filter is no good. A second call changes nothing.
pub fn install(form: Form, filter: &str, file: Option<&Path>) -> Result<(), Error> {
    install_beside(form, filter, file, None)
}

/// Hears the same lines as the log does.
pub type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// The same with somebody who listens beside.
///
/// # Errors
/// As [`install`].
pub fn install_beside(
    form: Form,
    filter: &str,
    file: Option<&Path>,
    listener: Option<Listener>,
) -> Result<(), Error> {
    let parsed = EnvFilter::try_new(filter).map_err(|source| Error::Filter {
        filter: filter.to_owned(),
        source,
    })?;
    let writer = match file {
        None => BoxMakeWriter::new(std::io::stderr),
        Some(path) => BoxMakeWriter::new(open(path)?),
    };
    let ansi = file.is_none() && std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let beside = tracing_subscriber::registry().with(listener).with(parsed);
    let installed = match form {
        Form::Text => beside.with(lines.with_ansi(ansi)).try_init(),
        Form::Json => beside.with(lines.json().flatten_event(true)).try_init(),
    };
    if installed.is_err() {
        tracing::debug!("logs were installed before");
    }
    Ok(())
}

fn open(path: &Path) -> Result<std::fs::File, Error> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| Error::Open {
            path: path.display().to_string(),
            source,
        })
}
