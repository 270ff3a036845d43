use aurora_messages::NotifyChannel;
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Ink, Line, Span, Table, count, short};
use crate::time;

/// See how people are told of alerts, and try it
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Notify {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Test(Test),
}

/// List the channels, with what they sent and whether they fail
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc notify list")]
pub struct List {
    #[command(flatten)]
    form: Form,
}

/// Send a message that says it is a test, now
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc notify test webhook\n  aurorasoc notify test oncall\n\n\
    Exit code 1 when the message did not arrive."
)]
pub struct Test {
    /// The channel's name; `aurorasoc notify list` shows them
    channel: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(notify: Notify, app: &mut App) -> anyhow::Result<Exit> {
    match notify.step {
        Step::List(list) => show(&list, app).await,
        Step::Test(test) => try_it(&test, app).await,
    }
}

async fn show(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.notify_channels().await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.channels.is_empty() {
        app.screen
            .line("Nobody is told: docs/notifications.md says how to set it up.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "channel", "kind", "tells", "sent#", "last", "waiting#", "state",
    ]);
    for channel in &found.channels {
        let last = channel
            .last_sent
            .map_or_else(|| "-".to_owned(), |at| time::relative(at, now));
        let state = match (&channel.detail, channel.failing_since) {
            (Some(detail), Some(since)) => {
                let text = format!("failing since {}: {detail}", time::exact(since));
                Span::new(text, Ink::Red)
            }
            _ => Span::new("works", Ink::Green),
        };
        table.row([
            Span::plain(&channel.name),
            Span::dim(&channel.kind),
            Span::plain(tells(channel)),
            Span::plain(count(channel.sent)),
            Span::plain(last),
            Span::plain(count(channel.waiting)),
            state,
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

/// Names the channels that there are.
async fn unknown(channel: &str, app: &App) -> anyhow::Result<Failure> {
    let channels = app.client.notify_channels().await?.channels;
    let names: Vec<String> = channels.into_iter().map(|channel| channel.name).collect();
    let fix = if names.is_empty() {
        "docs/notifications.md says how to set one up".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Ok(Failure::not_found(format!("there is no channel `{channel}`")).fix(fix))
}

/// Which alerts it tells, in a few words.
fn tells(channel: &NotifyChannel) -> String {
    let mut text = format!("{} and above", channel.min_severity.word());
    for (words, of) in [
        (", and", &channel.rules),
        (", never", &channel.not_rules),
        ("; of", &channel.sources),
        ("; about", &channel.entities),
    ] {
        if !of.is_empty() {
            text.push_str(&format!("{words} {}", short(&of.join(", "), 40)));
        }
    }
    text
}

async fn try_it(test: &Test, app: &mut App) -> anyhow::Result<Exit> {
    let tested = match app.client.test_notification(&test.channel).await {
        Err(error) if error.is_not_found() => {
            return Err(unknown(&test.channel, app).await?.into());
        }
        answer => answer?,
    };
    let exit = if tested.arrived {
        Exit::Ok
    } else {
        Exit::Failed
    };
    if test.form.json {
        app.screen.json(&tested)?;
        return Ok(exit);
    }
    let line = match &tested.detail {
        None => Line::new().ink(Ink::Green, "The message has arrived."),
        Some(detail) => Line::new()
            .ink(Ink::Red, "The message did not arrive: ")
            .plain(detail),
    };
    app.screen.line(line)?;
    Ok(exit)
}
