//! A port that somebody else has ends nothing: the rest goes on, it is said, and tried again.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_clock::SystemClock;
use aurora_federation_carrier::{Carrier as _, Listening};
use aurora_federation_leafnodes::{Leafnodes, Start};
use aurora_secrets::Secret;
use rustix::process::{Signal, kill_process};

use crate::support::{Draft, Site, random, server};

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until others can attach, or why not; gives why not.
async fn standing(carrier: &Leafnodes, fails: bool) -> Option<String> {
    let mut told = carrier.listening();
    let wanted = told.wait_for(|now| *now != Listening::Nowhere && fails == is_failing(now));
    let wanted = tokio::time::timeout(PATIENCE, wanted).await;
    drop(wanted.expect("it says how it is").unwrap());
    carrier.problem()
}

fn is_failing(now: &Listening) -> bool {
    matches!(now, Listening::Failing(_))
}

/// The address, as soon as nobody has it.
fn take(address: SocketAddr) -> TcpListener {
    let until = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address) {
            Ok(taken) => return taken,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
    }
}

/// Connected, both ways.
async fn linked(one: &Site, other: &Site) {
    one.connected(other).await;
    other.connected(one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_said_and_tried_again() {
    if server().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (second, at_second) = Draft::hub("hub-2");
    let (hub, at) = Draft::hub("site-a");
    let taken = take(at);
    let second = second.start(&folder).await;
    let hub = hub.of(&[("hub-2", at_second)]).start(&folder).await;
    let leaf = Draft::new("site-b")
        .of(&[("site-a", at)])
        .start(&folder)
        .await;
    let problem = standing(&hub.carrier, true).await.unwrap();
    let wanted = format!("cannot listen on {at} for the servers of other sites: free it");
    assert!(problem.starts_with(&wanted), "{problem}");

    // What needs no listening works.
    second.knows(&[&hub, &leaf]);
    hub.knows(&[&second, &leaf]);
    leaf.knows(&[&hub, &second]);
    linked(&hub, &second).await;
    assert!(!hub.sees(&leaf) && is_failing(&hub.carrier.listening().borrow()));

    drop(taken);
    assert_eq!(standing(&hub.carrier, false).await, None);
    linked(&hub, &leaf).await;

    // The same while it runs: its server ends, and somebody is faster than the next.
    kill_process(hub.pid(), Signal::KILL).unwrap();
    let taken = take(at);
    assert!(
        standing(&hub.carrier, true)
            .await
            .unwrap()
            .starts_with(&wanted)
    );
    drop(taken);
    assert_eq!(standing(&hub.carrier, false).await, None);
    for site in [&hub, &leaf, &second] {
        site.carrier.close().await;
    }
}

/// It says its version, and does nothing until there is a file.
fn lazy(folder: &std::path::Path, until: &std::path::Path) -> PathBuf {
    let (lazy, real) = (folder.join("nats-server"), server().unwrap());
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec {real} --version\n[ -e {} ] || exit 3\nexec {real} \"$@\"\n",
        until.display(),
        real = real.display(),
    );
    std::fs::write(&lazy, text).unwrap();
    std::fs::set_permissions(&lazy, std::fs::Permissions::from_mode(0o755)).unwrap();
    lazy
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_start_is_tried_again() {
    if server().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("now");
    let (hub, at) = Draft::hub("site-a");
    let start = Start {
        site: hub.peer.site,
        label: hub.peer.name.clone(),
        signer: hub.signer.clone(),
        key: Secret::new(random()),
        program: lazy(folder.path(), &file),
        dir: folder.path().join("site-a"),
        options: hub.options,
        clock: Arc::new(SystemClock::new()),
    };
    let carrier = Arc::new(Leafnodes::start(start).await.unwrap());
    let problem = standing(&carrier, true).await.unwrap();
    assert!(
        problem.contains("ended while it started (exit status: 3)"),
        "{problem}"
    );
    let hub = Site {
        peer: hub.peer,
        signer: hub.signer,
        carrier,
        dir: folder.path().join("site-a"),
    };
    let leaf = Draft::new("site-b")
        .of(&[("site-a", at)])
        .start(&folder)
        .await;
    hub.knows(&[&leaf]);
    leaf.knows(&[&hub]);
    std::fs::write(&file, "").unwrap();
    assert_eq!(standing(&hub.carrier, false).await, None);
    linked(&hub, &leaf).await;
    for site in [&hub, &leaf] {
        site.carrier.close().await;
    }
}
