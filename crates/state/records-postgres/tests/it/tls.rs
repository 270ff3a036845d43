use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_records::{Change, Records};
use rcgen::{CertifiedKey, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::{Lab, context, open, open_within, told};

/// What a client sends first to ask for TLS: its length, 8, and the number 80877103 (PostgreSQL's
/// manual, "Message Formats", `SSLRequest`).
const ASKS_FOR_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

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

/// Speaks TLS for a server that was built without it.
async fn front(mut stream: TcpStream, acceptor: TlsAcceptor, socket: PathBuf) {
    let mut first = [0; 8];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(first, ASKS_FOR_TLS, "nothing is said unprotected");
    stream.write_all(b"S").await.unwrap();
    // A client that does not trust the certificate breaks off here.
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut server = UnixStream::connect(socket).await.unwrap();
    drop(copy_bidirectional(&mut stream, &mut server).await);
}

/// Over TCP, with the server's certificate checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_encrypted_and_its_server_known() {
    let Some(lab) = Lab::start() else { return };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    std::fs::write(&root, made.cert.pem()).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, socket) = (acceptor(&made), lab.server.socket());
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            connections.spawn(front(stream, acceptor.clone(), socket.clone()));
        }
    });

    let at = |host: &str| lab.server.url_at(&format!("{host}:{port}"), "records");
    let trusted = format!("?sslmode=verify-full&sslrootcert={}", root.display());
    let records = open(&(at("localhost") + &trusted)).await.unwrap();
    let change = Change::progress().slot("s", *b"1");
    records.commit(&context(), change).await.unwrap();
    let kept = records.slot(&context().scope, "s").await.unwrap();
    assert_eq!(kept.as_deref(), Some(&b"1"[..]));

    let another_name = at("127.0.0.1") + &trusted;
    let unknown_authority = at("localhost") + "?sslmode=verify-full";
    for url in [another_name, unknown_authority] {
        let short = Duration::from_millis(300);
        let error = told(&open_within(&url, short).await.unwrap_err());
        assert!(error.contains("certificate"), "{error}");
        assert!(!error.contains(lab.server.password()));
    }
}
