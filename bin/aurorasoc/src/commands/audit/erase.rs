use aurora_messages::AuditErase;
use clap::Args;

use crate::app::App;
use crate::exit::Exit;
use crate::output::of;

/// Take records of decisions out of the log, for good; their entries and all proofs of others stay
///
/// A person who is named in a record may have the right to that. Another administrator approves. What was
/// erased, by whom and why stays on record; the copy in the records store is not touched.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit erase 17 18 --because 'request 2026-114 of a person who is named'")]
pub struct Erase {
    /// Numbers of decisions, as `aurorasoc decisions` shows them
    #[arg(value_name = "NUMBER", required = true)]
    numbers: Vec<u64>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    because: String,
}

pub async fn run(wanted: Erase, app: &mut App) -> anyhow::Result<Exit> {
    let count = wanted.numbers.len() as u64;
    let asked = AuditErase {
        numbers: wanted.numbers,
        reason: wanted.because,
    };
    app.client.erase_audit(&asked).await?;
    let text = format!(
        "{} will be gone from the log with its next checkpoint.",
        of(count, "record")
    );
    app.screen.line(text)?;
    Ok(Exit::Ok)
}
