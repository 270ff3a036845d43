use std::time::Duration;

use aurora_client::Error as Client;
use clap::Args;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Waiting;

/// Ends of tasks, the engine's included, have limits of their own that add up to less.
const PATIENCE: Duration = Duration::from_secs(90);

/// Stop the site and wait until its process has ended
///
/// What was acknowledged is durable, so stopping loses nothing. Stopping what does not run is no
/// error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc down\n  aurorasoc down --data-dir /tmp/b")]
pub struct Down {}

pub async fn run(app: &mut App) -> anyhow::Result<Exit> {
    let name = app.settings.data_dir.display().to_string();
    match app.client.shut_down().await {
        Ok(()) => {}
        Err(Client::NotRunning { .. }) if app.owner().is_none() => {
            app.screen.line(format!("No site runs in {name}."))?;
            return Ok(Exit::Ok);
        }
        Err(error) => return Err(error.into()),
    }
    let waiting = Waiting::new(false);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while let Some(owner) = app.owner() {
        if tokio::time::Instant::now() > deadline {
            let text = format!("process {owner} was told to stop and still owns `{name}`");
            let fix = "look at `aurorasoc logs`; ending the process loses nothing acknowledged";
            return Err(Failure::new(Exit::Failed, text).fix(fix).into());
        }
        waiting.says("stopping");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(waiting);
    app.screen.line("The site has stopped.")?;
    Ok(Exit::Ok)
}
