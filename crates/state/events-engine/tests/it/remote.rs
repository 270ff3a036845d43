//! The way to a ClickHouse server: TCP, TLS, user and password. The engine of the site stands in for the
//! server, behind a front that speaks TLS and asks who is there.

use std::path::PathBuf;
use std::sync::Arc;

use aurora_events::{Error, testkit};
use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options};
use aurora_secrets::Secret;
use rcgen::{CertifiedKey, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::site::site;

/// As a server answers that does not know the user (error 516, AUTHENTICATION_FAILED).
const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\nX-ClickHouse-Exception-Code: 516\r\n\
    Content-Length: 27\r\nConnection: close\r\n\r\nCode: 516. Who is it really?";

fn acceptor(made: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn front(stream: TcpStream, acceptor: TlsAcceptor, socket: PathBuf) {
    // A client that does not trust the certificate breaks off here.
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let known = ["x-clickhouse-user: ada\r\n", "x-clickhouse-key: canary\r\n"];
    if !known.iter().all(|line| text.contains(line)) {
        stream.write_all(REFUSAL).await.unwrap();
        return;
    }
    let mut server = UnixStream::connect(socket).await.unwrap();
    server.write_all(&head).await.unwrap();
    drop(copy_bidirectional(&mut stream, &mut server).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds_over_tls_with_a_password() {
    let Some(site) = site().await else { return };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let authorities = site.path().join("authorities.pem");
    std::fs::write(&authorities, made.cert.pem()).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, socket) = (acceptor(&made), site.path().join("engine.sock"));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            connections.spawn(front(stream, acceptor.clone(), socket.clone()));
        }
    });

    let options = |host: &str, password: &str, trusted: bool| {
        let tls = aurora_tls::client(aurora_tls::Client {
            authorities: trusted.then_some(authorities.as_path()),
            ..aurora_tls::Client::default()
        });
        Options::new(Endpoint::Tcp {
            address: format!("{host}:{port}"),
            user: "ada".to_owned(),
            password: Secret::new(password.to_owned()),
            tls: Some(tls.unwrap()),
        })
    };
    let store = ClickHouseEvents::open(options("localhost", "canary", true)).await;
    testkit::contract(&store.unwrap()).await;

    for (host, password, trusted) in [
        ("localhost", "canary-wrong", true),
        ("localhost", "canary", false),
        ("127.0.0.1", "canary", true),
    ] {
        let options = options(host, password, trusted);
        assert!(!format!("{options:?}").contains("canary"));
        let error = ClickHouseEvents::open(options).await.unwrap_err();
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        let expected = matches!(error, Error::Unavailable(_) | Error::Storage(_));
        assert!(expected, "{error:?}");
    }
    drop(serving);
    site.stop().await;
}
