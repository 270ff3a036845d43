//! The steps of an alert's life: own, release, close, reopen.

use aurora_messages::{self as messages, AlertRow};
use aurora_model::{AlertId, Disposition};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Line, head, short};

/// Take alerts: you are their owner
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc own 4f9c\n  aurorasoc own 4f9c 77aa --reason 'same host'"
)]
pub struct Own {
    #[command(flatten)]
    which: Which,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// Give owned alerts back to the queue
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc release 4f9c --reason 'end of shift'")]
pub struct Release {
    #[command(flatten)]
    which: Which,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// Close alerts with a judgement
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc close 4f9c --as true-positive --note 'host isolated, case 17'\n  \
    aurorasoc close 4f9c 77aa --as false-positive-rule\n\n\
    Dispositions: true-positive, benign-true-positive, false-positive-rule, false-positive-data,\n\
    duplicate, test.")]
pub struct Close {
    #[command(flatten)]
    which: Which,
    /// How you judge it
    #[arg(long = "as", value_name = "DISPOSITION")]
    disposition: Disposition,
    /// For those who meet it again
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Take a closing back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc reopen 4f9c --reason 'seen again on ws12'")]
pub struct Reopen {
    #[command(flatten)]
    which: Which,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

#[derive(Debug, Args)]
struct Which {
    /// Ids, or beginnings of ids
    #[arg(required = true, value_name = "ALERT")]
    alerts: Vec<String>,
    #[command(flatten)]
    form: Form,
}

pub async fn own(own: Own, app: &mut App) -> anyhow::Result<Exit> {
    let Own { which, reason } = own;
    let asked = messages::Own { reason };
    each(&which, app, async |client, id| client.own(id, &asked).await).await
}

pub async fn release(release: Release, app: &mut App) -> anyhow::Result<Exit> {
    let Release { which, reason } = release;
    let asked = messages::Release { reason };
    each(&which, app, async |client, id| {
        client.release(id, &asked).await
    })
    .await
}

pub async fn close(close: Close, app: &mut App) -> anyhow::Result<Exit> {
    let Close {
        which,
        disposition,
        note,
    } = close;
    let asked = messages::Close { disposition, note };
    each(&which, app, async |client, id| {
        client.close(id, &asked).await
    })
    .await
}

pub async fn reopen(reopen: Reopen, app: &mut App) -> anyhow::Result<Exit> {
    let Reopen { which, reason } = reopen;
    let asked = messages::Reopen { reason };
    each(&which, app, async |client, id| {
        client.reopen(id, &asked).await
    })
    .await
}

/// All ids are known to be right before the first alert is touched.
async fn each(
    which: &Which,
    app: &mut App,
    step: impl AsyncFn(&aurora_client::Client, AlertId) -> Result<AlertRow, aurora_client::Error>,
) -> anyhow::Result<Exit> {
    let mut ids = Vec::with_capacity(which.alerts.len());
    for text in &which.alerts {
        ids.push(lookup::alert(&app.client, text).await?);
    }
    for id in ids {
        let alert = step(&app.client, id).await?;
        if which.form.json {
            app.screen.json(&alert)?;
        } else {
            tell(app, &alert)?;
        }
    }
    Ok(Exit::Ok)
}

fn tell(app: &mut App, alert: &AlertRow) -> anyhow::Result<()> {
    let id = head(alert.id);
    let state = match (&alert.owner, alert.disposition) {
        (_, Some(disposition)) => format!("closed as {}", disposition.word().replace('_', " ")),
        (Some(owner), None) => format!("owned by {owner}"),
        (None, None) => "in the queue".to_owned(),
    };
    let line = Line::new().plain(format!("{id}  ")).bold(state);
    Ok(app
        .screen
        .line(line.plain(format!("  {}", short(&alert.title, 80))))?)
}
