//! Serves a site in memory, for work on the console and for its tests.
//!
//! `console [--alerts N] [--hostile] [--incidents N] [--federated] [--port P] [--console DIR]`. Prints one JSON
//! line with the console's `url` and a one-time `link`. The alerts are joined into `N` incidents;
//! hostile ones into one of their own; of a federated site's some come from others. Each line on standard input then raises an alert, the line
//! `incident` joins an incident of two more; its end stops the site.

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use aurora_api::Options;
use aurora_api::testkit::{Running, Sample, hostile, incident, origin, serve, story};
use aurora_clock::{Clock, SystemClock};
use aurora_model::Alert;

struct Arguments {
    alerts: u64,
    hostile: bool,
    federated: bool,
    incidents: usize,
    port: u16,
    console: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = arguments()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let dir = tempfile::tempdir()?;
    let options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], arguments.port)),
        console_dir: Some(arguments.console),
        ..Options::default()
    };
    let running = serve(dir.path(), options, clock.clone()).await?;
    let mut next = arguments.alerts;
    if arguments.federated {
        running.site.federate();
    }
    let made = (0..next).map(|index| {
        let mut sample = incident(index, clock.now());
        if arguments.federated {
            sample.alert.origin = origin(index, clock.now());
        }
        sample
    });
    let alerts = raise(&running, made);
    if let Some(size) = alerts.len().checked_div(arguments.incidents) {
        for part in alerts.chunks(size.max(1)).take(arguments.incidents) {
            join(&running, part, &*clock);
        }
    }
    if arguments.hostile {
        let alerts = raise(&running, hostile(clock.now()));
        if arguments.incidents > 0 {
            join(&running, &alerts, &*clock);
        }
    }
    let link = running.link().await?.url;
    let line = serde_json::json!({ "url": running.handle.url(), "link": link });
    writeln!(std::io::stdout(), "{line}")?;

    let (lines, mut wanted) = tokio::sync::mpsc::channel::<String>(16);
    std::thread::spawn(move || {
        let given = std::io::stdin().lock().lines().map_while(Result::ok);
        given
            .take_while(|line| lines.blocking_send(line.clone()).is_ok())
            .for_each(drop);
    });
    while let Some(line) = wanted.recv().await {
        let count = if line == "incident" { 2 } else { 1 };
        let made = (next..next + count).map(|index| incident(index, clock.now()));
        let alerts = raise(&running, made);
        next += count;
        if line == "incident" {
            join(&running, &alerts, &*clock);
        }
    }
    running.stop().await;
    Ok(())
}

fn raise(running: &Running, samples: impl IntoIterator<Item = Sample>) -> Vec<Alert> {
    let raise = |sample: Sample| {
        let alert = sample.alert.clone();
        running.site.raise(sample);
        alert
    };
    samples.into_iter().map(raise).collect()
}

fn join(running: &Running, alerts: &[Alert], clock: &dyn Clock) {
    if let Some(incident) = story(&running.scope, alerts, clock.now()) {
        running.site.join(incident);
    }
}

fn arguments() -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut parsed = Arguments {
        alerts: 40,
        hostile: false,
        federated: false,
        incidents: 0,
        port: 0,
        console: PathBuf::from("console/dist"),
    };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--alerts" => parsed.alerts = value()?.parse()?,
            "--hostile" => parsed.hostile = true,
            "--federated" => parsed.federated = true,
            "--incidents" => parsed.incidents = value()?.parse()?,
            "--port" => parsed.port = value()?.parse()?,
            "--console" => parsed.console = value()?.into(),
            _ => return Err(format!("`{name}` is not known").into()),
        }
    }
    Ok(parsed)
}
