//! Servers with known holes do not run.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use aurora_clock::SystemClock;
use aurora_federation_leafnodes::{Error, Leafnodes, Start};
use aurora_secrets::Secret;
use expect_test::{Expect, expect};

use crate::support::{Draft, random};

async fn check(says: &str, wanted: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("nats-server");
    std::fs::write(&program, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (draft, _) = Draft::hub("site-a");
    let started = Leafnodes::start(Start {
        site: draft.peer.site,
        label: draft.peer.name,
        signer: draft.signer,
        key: Secret::new(random()),
        program,
        dir: folder.path().join("site-a"),
        options: draft.options,
        clock: Arc::new(SystemClock::new()),
    });
    let Err(Error::Server(error)) = started.await else {
        panic!("it starts");
    };
    let place = folder.path().display().to_string();
    wanted.assert_eq(&error.to_string().replace(&place, "DIR"));
}

#[tokio::test]
async fn an_old_server_is_refused() {
    check(
        "nats-server: v2.13.9",
        expect![
            "nats-server 2.13.9 is older than 2.14.0; run `./aurora setup`, or install a newer one"
        ],
    )
    .await;
    check(
        "something else",
        expect![
            "`DIR/nats-server --version` says `something else`, which is no version of nats-server"
        ],
    )
    .await;
}

#[tokio::test]
async fn a_site_without_a_hub_is_told_so() {
    let draft = Draft::new("site-b");
    let program = std::path::PathBuf::from("/bin/true");
    let folder = tempfile::tempdir().unwrap();
    let echo = folder.path().join("nats-server");
    std::fs::write(&echo, "#!/bin/sh\necho nats-server: v2.15.1\n").unwrap();
    std::fs::set_permissions(&echo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = |program| Start {
        site: draft.peer.site,
        label: draft.peer.name.clone(),
        signer: draft.signer.clone(),
        key: Secret::new(random()),
        program,
        dir: folder.path().join("site-b"),
        options: draft.options.clone(),
        clock: Arc::new(SystemClock::new()),
    };
    let started = Leafnodes::start(start(echo)).await;
    assert!(matches!(started, Err(Error::NoHub)));
    assert!(Leafnodes::start(start(program)).await.is_err());
}
