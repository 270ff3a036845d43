use aurora_parsers::Registry;
use clap::Args;
use serde::Serialize;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Line, Span, Table, of};

/// List every kind of source that is read
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc sources kinds\n  aurorasoc sources kinds --json")]
pub struct Kinds {
    #[command(flatten)]
    form: Form,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    title: String,
    vendor: String,
    version: u32,
    /// Where its golden records come from.
    samples: String,
}

pub fn run(wanted: &Kinds, app: &mut App) -> anyhow::Result<Exit> {
    let registry = Registry::new()?;
    let kinds: Vec<Kind> = registry
        .descriptions()
        .map(|(name, about)| Kind {
            name,
            title: about.title.clone(),
            vendor: about.vendor.clone(),
            version: about.version,
            samples: about.samples.to_string(),
        })
        .collect();
    if wanted.form.json {
        app.screen.json(&kinds)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&["source", "what", "golden records"]);
    for kind in &kinds {
        table.row([
            Span::plain(kind.name),
            Span::plain(&kind.title),
            Span::plain(&kind.samples),
        ]);
    }
    app.screen.table(&table)?;
    let text = format!(
        "{}; records of a source that is not named are told by their content",
        of(kinds.len() as u64, "kind")
    );
    app.screen.line(Line::new().dim(text))?;
    Ok(Exit::Ok)
}
