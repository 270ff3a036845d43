//! The makers' own clients against our listener: a lane, as they are installed from a registry.

use std::path::Path;
use std::process::Command;

use aurora_listeners::http::Options;

use crate::support::Site;

/// `just shippers` installs them and names the interpreter here.
const PYTHON: &str = "AURORA_SHIPPERS_PYTHON";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Elasticsearch's and OpenTelemetry's Python packages: run `just shippers`"]
async fn makers_clients_are_served() {
    let python = std::env::var(PYTHON).expect("`just shippers` names an interpreter");
    let site = Site::new();
    let address = site.http(Options::default()).await;
    let token = site.token("auto").await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shippers.py");
    let run = move || {
        Command::new(python)
            .arg(script)
            .args([format!("http://{address}"), token])
            .status()
            .unwrap()
    };
    let ended = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(ended.success(), "{ended}");
    // 250 documents of `_bulk`, 250 records of OTLP in two packings.
    let raw = site.raw(500).await;
    assert_eq!(
        raw.iter()
            .filter(|raw| raw.body == "known from otlp")
            .count(),
        250
    );
    assert_eq!(raw.iter().filter(|raw| raw.source == "json").count(), 250);
    site.stop().await;
}
