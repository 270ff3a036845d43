use std::net::TcpListener;
use std::path::Path;

use aurora_messages::Health;
use aurora_node::{Environment, Error, Site};
use aurora_sandbox::{Sandbox, Stores, config};

use crate::support::{Sender, balanced, lines};

fn environment(folder: &Path) -> Environment {
    Environment {
        prepare: false,
        ..Environment::new(folder.to_owned())
    }
}

fn told(error: &Error) -> (String, String) {
    let code = error.code().map(|code| code.to_string());
    (code.unwrap_or_default(), chain(error))
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_takes_down_one_listener() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config();
    config.syslog.listen = taken.local_addr().unwrap();
    let sandbox = Sandbox::start_with(config, Stores::Memory).await.unwrap();
    let status = sandbox.api().status(sandbox.scope()).await.unwrap();
    let role = status
        .roles
        .iter()
        .find(|role| role.role == "ingest-syslog")
        .unwrap();
    let detail = role.detail.as_deref().unwrap();
    assert_eq!(role.health, Health::Degraded);
    assert!(detail.starts_with("AUR0001: "), "{detail}");
    assert!(
        detail.contains(&taken.local_addr().unwrap().to_string()),
        "{detail}"
    );
    assert!(detail.contains("choose another port"), "{detail}");
    let sender = Sender::of(&sandbox, "windows").await;
    assert_eq!(sender.push(lines(0, 10)).await.accepted(), (10, 0));
    assert_eq!(balanced(&sandbox, 10).await.total.stored, 10);
    sandbox.stop().await.unwrap();
}

/// Without the console's port nobody could work with the site, so it does not start; and nothing of
/// it goes on: the same directory is free at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_port_in_use_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path());
    let mut wrong = config();
    wrong.console.listen = taken.local_addr().unwrap();
    let error = Site::start(wrong, environment.clone()).await.err().unwrap();
    let (code, text) = told(&error);
    assert_eq!(code, "AUR0001", "{text}");
    assert!(
        text.contains(&taken.local_addr().unwrap().to_string()),
        "{text}"
    );
    let site = Site::start(config(), environment).await.unwrap();
    site.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_another_process_owns() {
    let sandbox = Sandbox::start_with(config(), Stores::Files).await.unwrap();
    let environment = environment(sandbox.dir());
    let error = Site::start(config(), environment).await.err().unwrap();
    let (code, text) = told(&error);
    assert_eq!(code, "AUR0002");
    assert!(
        text.contains(&format!("process {} owns it", std::process::id())),
        "{text}"
    );
    // The owner did not notice.
    let sender = Sender::of(&sandbox, "windows").await;
    assert_eq!(sender.push(lines(0, 10)).await.accepted(), (10, 0));
    assert_eq!(balanced(&sandbox, 10).await.total.stored, 10);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_version() {
    let sandbox = Sandbox::start_with(config(), Stores::Files).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    sandbox.stop().await.unwrap();
    let environment = environment(folder.path());
    std::fs::write(folder.path().join("VERSION"), "2\n").unwrap();
    let error = Site::start(config(), environment.clone())
        .await
        .err()
        .unwrap();
    let (code, text) = told(&error);
    assert_eq!(code, "AUR0003", "{text}");
    assert!(
        text.contains("its format is 2, this release knows up to 1"),
        "{text}"
    );
    assert!(!folder.path().join("records.sqlite").exists());
    std::fs::write(folder.path().join("VERSION"), "1\n").unwrap();
    Site::start(config(), environment)
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
}
