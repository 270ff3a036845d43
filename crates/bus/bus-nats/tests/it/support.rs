//! A server of its own for each test.

use std::path::Path;
use std::time::Duration;

use aurora_bus_nats::{NatsServer, Options, ServerOptions, Standing, User, find_server};
use aurora_secrets::Secret;
use tempfile::TempDir;

/// Of each stream.
pub const MAX_BYTES: u64 = 16 << 20;

/// Says so when there is no server to test with.
#[allow(clippy::print_stderr)]
pub fn installed() -> bool {
    let found = find_server().is_some();
    if !found {
        eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
    }
    found
}

pub fn user(standing: Standing) -> User {
    let mut key = [7; 32];
    for (byte, letter) in key.iter_mut().zip(standing.name().bytes()) {
        *byte = letter;
    }
    User::new(standing, &Secret::new(key)).unwrap()
}

pub fn options(dir: &Path, accounts: Vec<(String, Vec<User>)>) -> ServerOptions {
    ServerOptions {
        program: find_server().unwrap(),
        dir: dir.to_owned(),
        max_bytes: MAX_BYTES,
        listen: ([127, 0, 0, 1], 0).into(),
        accounts,
        tls: None,
    }
}

/// A server with one site and every role of it.
pub async fn server(dir: &TempDir) -> NatsServer {
    let roles = aurora_bus::Capability::ROLES.iter().map(|c| c.role);
    let standings = std::iter::once(Standing::Site).chain(roles.map(Standing::Role));
    let users = standings.map(user).collect();
    let options = options(dir.path(), vec![("site".to_owned(), users)]);
    NatsServer::start(&options).await.unwrap()
}

/// One that comes again where it was, as a client knows only that place.
pub async fn lasting(dir: &TempDir) -> (NatsServer, ServerOptions) {
    let server = server(dir).await;
    let mut wanted = options(
        dir.path(),
        vec![("site".to_owned(), vec![user(Standing::Site)])],
    );
    wanted.listen = server.url().trim_start_matches("nats://").parse().unwrap();
    (server, wanted)
}

pub fn client(server: &NatsServer, standing: Standing) -> Options {
    Options {
        seed: Some(user(standing).seed),
        standing,
        max_bytes: MAX_BYTES,
        heartbeat: Duration::from_secs(1),
        ..Options::new(server.url())
    }
}
