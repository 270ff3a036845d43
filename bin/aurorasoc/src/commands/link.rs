use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::Line;
use crate::time;

/// Print a new one-time link into the console
///
/// Whoever opens it is the local administrator, so treat it as a password. It works once.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc link\n  xdg-open \"$(aurorasoc link --json | jq -r .url)\""
)]
pub struct Link {
    #[command(flatten)]
    form: Form,
}

pub async fn run(link: Link, app: &mut App) -> anyhow::Result<Exit> {
    let made = app.client.create_link().await?;
    if link.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let good = time::relative(made.expires_at, app.now());
    app.screen.line(made.url)?;
    app.screen
        .line(Line::new().dim(format!("works once, on this machine; expires {good}")))?;
    Ok(Exit::Ok)
}
