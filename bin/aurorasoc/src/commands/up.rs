mod background;
mod greeting;

use aurora_client::Error as Client;
use aurora_messages::{DemoStart, SiteStatus};
use clap::Args;

use super::serve;
use crate::app::App;
use crate::args::Ports;
use crate::exit::Exit;
use crate::output::{Line, Waiting, of};
use crate::time::Span;

/// Start a site in the background, and say how to reach it
///
/// The first start makes the data directory with the site's identity and keys. Asking again is
/// harmless: a site that runs is left alone and its addresses are printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc up\n  \
    aurorasoc up --demo                            and play the demonstration\n  \
    aurorasoc up --data-dir /tmp/b --port-offset 10000   a second site beside the first\n  \
    aurorasoc up --set syslog.enabled=false --foreground")]
pub struct Up {
    #[command(flatten)]
    ports: Ports,
    /// Play the demonstration, unless it was played in this data directory before
    #[arg(long)]
    demo: bool,
    /// Stay in this process until Ctrl-C
    #[arg(long)]
    foreground: bool,
    /// How long to wait for the site to be ready
    #[arg(long, value_name = "TIME", default_value = "60s")]
    wait: Span,
}

pub async fn run(up: Up, app: &mut App) -> anyhow::Result<Exit> {
    // What is wrong with the settings is told here, before anything starts.
    let config = app.settings.site(&up.ports)?;
    match app.client.status().await {
        Ok(status) => {
            app.screen.line("The site runs already.")?;
            finish(&up, app, &status).await
        }
        Err(Client::NotRunning { .. }) if up.foreground => {
            serve::in_foreground(config, &up, app).await
        }
        Err(Client::NotRunning { .. }) => {
            let status = background::start(&up.ports, up.wait.0, app).await?;
            finish(&up, app, &status).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What is left when a site runs.
pub async fn finish(up: &Up, app: &mut App, status: &SiteStatus) -> anyhow::Result<Exit> {
    let link = match app.client.create_link().await {
        // The account that links open by themselves was disabled: people come in another way.
        Err(Client::Refused { status: 409, .. }) => None,
        link => Some(link?),
    };
    greeting::site(app, status, link.as_ref())?;
    if up.demo {
        play(app).await?;
    }
    greeting::next(app)?;
    Ok(Exit::Ok)
}

/// Plays the demonstration once in the life of a data directory.
async fn play(app: &mut App) -> anyhow::Result<()> {
    let ledger = app.client.ledger().await?;
    if ledger
        .sources
        .iter()
        .any(|source| source.source.feed() == Some("demo"))
    {
        let again = app.command("demo");
        let text = format!("The demonstration was played before; `{again}` plays it again.");
        return Ok(app.screen.line(text)?);
    }
    let report = app.client.start_demo(DemoStart::default()).await?;
    let told = format!("The demonstration plays: {}", of(report.records, "record"));
    let alerts = first_alert(app).await?;
    let line = Line::new().plain(told);
    app.screen.line(match alerts {
        0 => line.plain("."),
        some => line.plain(format!(", {} so far.", of(some, "alert"))),
    })?;
    Ok(())
}

/// Waits until the demonstration's first alert is in the queue, and a little for its friends.
async fn first_alert(app: &App) -> anyhow::Result<u64> {
    let waiting = Waiting::new(false);
    let begun = tokio::time::Instant::now();
    let mut seen = 0;
    while begun.elapsed() < std::time::Duration::from_secs(20) {
        waiting.says("waiting for the first alert");
        let before = seen;
        seen = app.client.ledger().await?.matches.alerts;
        if seen > 0 && seen == before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    Ok(seen)
}
