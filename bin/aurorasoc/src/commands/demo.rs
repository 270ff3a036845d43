use aurora_messages::{DemoStart, DemoWiped};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::of;
use crate::settle::{self, Settled};
use crate::time;

/// Play the demonstration, an intrusion among ordinary noise, or take it away
///
/// The records go the way of any others, from sources named `…@demo`; that name is how they are
/// told apart and taken away again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc demo                 as fast as it goes\n  \
    aurorasoc demo --speed 60      an hour of it in a minute\n  \
    aurorasoc demo --wipe          end it; remove its events, alerts, entities and dead letters")]
pub struct Demo {
    /// Times real time; 1 is real time, 0 as fast as it goes
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = speed)]
    speed: f64,
    /// End the demonstration and remove what it brought
    #[arg(long, conflicts_with = "speed")]
    wipe: bool,
    #[command(flatten)]
    form: Form,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "want a number".to_owned())?;
    if speed.is_finite() && (0.0..=1e6).contains(&speed) {
        return Ok(speed);
    }
    Err("want 0 to 1000000".to_owned())
}

pub async fn run(demo: Demo, app: &mut App) -> anyhow::Result<Exit> {
    if demo.wipe {
        return wipe(&demo, app).await;
    }
    let start = DemoStart {
        speed: (demo.speed > 0.0).then_some(demo.speed),
    };
    let report = app.client.start_demo(start).await?;
    if demo.form.json {
        app.screen.json(&report)?;
        return Ok(Exit::Ok);
    }
    if report.records == 0 {
        let text = "this build carries no demonstration";
        return Err(Failure::new(Exit::Failed, text)
            .fix("install a complete release")
            .into());
    }
    let length = match report.seconds {
        0 => "at full speed".to_owned(),
        seconds => format!(
            "in {}",
            time::rough(std::time::Duration::from_secs(seconds))
        ),
    };
    app.screen.line(format!(
        "The demonstration plays: {} {length}.",
        of(report.records, "record")
    ))?;
    let alerts = app.command("alerts --follow");
    app.screen.line(format!("See `{alerts}`."))?;
    Ok(Exit::Ok)
}

async fn wipe(demo: &Demo, app: &mut App) -> anyhow::Result<Exit> {
    // The first ends one that still plays. What was on its way by then would come back behind it.
    let first = app.client.wipe_demo().await?;
    let settled = settle::settle(app, demo.form.json, &mut Interrupt::new()?).await?;
    if settled == Settled::Interrupted {
        return Ok(Exit::Interrupted);
    }
    let second = app.client.wipe_demo().await?;
    let wiped = DemoWiped {
        events: first.events + second.events,
        alerts: first.alerts + second.alerts,
        dead_letters: first.dead_letters + second.dead_letters,
    };
    if demo.form.json {
        app.screen.json(&wiped)?;
        return Ok(Exit::Ok);
    }
    let (events, alerts) = (of(wiped.events, "event"), of(wiped.alerts, "alert"));
    let letters = of(wiped.dead_letters, "dead letter");
    app.screen.line(format!(
        "The demonstration is gone: {events}, {alerts}, {letters}."
    ))?;
    Ok(Exit::Ok)
}
