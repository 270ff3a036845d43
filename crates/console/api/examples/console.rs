//! Serves a site in memory, for work on the console and for its tests.
//!
//! `console [--alerts N] [--hostile] [--port P] [--console DIR]`. Prints one JSON line with the
//! console's `url` and a one-time `link`. Each line on standard input then raises an alert; its
//! end stops the site.

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use aurora_api::Options;
use aurora_api::testkit::{hostile, incident, serve};
use aurora_clock::{Clock, SystemClock};

struct Arguments {
    alerts: u64,
    hostile: bool,
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
    for index in 0..next {
        running.site.raise(incident(index, clock.now()));
    }
    if arguments.hostile {
        hostile(clock.now())
            .into_iter()
            .for_each(|sample| running.site.raise(sample));
    }
    let link = running.link().await?.url;
    let line = serde_json::json!({ "url": running.handle.url(), "link": link });
    writeln!(std::io::stdout(), "{line}")?;

    let (lines, mut wanted) = tokio::sync::mpsc::channel::<()>(16);
    std::thread::spawn(move || {
        let given = std::io::stdin().lock().lines().map_while(Result::ok);
        given
            .take_while(|_| lines.blocking_send(()).is_ok())
            .for_each(drop);
    });
    while wanted.recv().await.is_some() {
        running.site.raise(incident(next, clock.now()));
        next += 1;
    }
    running.stop().await;
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut parsed = Arguments {
        alerts: 40,
        hostile: false,
        port: 0,
        console: PathBuf::from("console/dist"),
    };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--alerts" => parsed.alerts = value()?.parse()?,
            "--hostile" => parsed.hostile = true,
            "--port" => parsed.port = value()?.parse()?,
            "--console" => parsed.console = value()?.into(),
            _ => return Err(format!("`{name}` is not known").into()),
        }
    }
    Ok(parsed)
}
