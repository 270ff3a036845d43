//! Syslog over TLS, and HTTP over it, with certificates from files.

use std::path::Path;
use std::sync::Arc;

use aurora_listeners::{Tls, http, syslog};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::{Site, poll, text};

pub struct Party {
    issued: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Party {
    pub fn new() -> Self {
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        Self { issued }
    }

    fn certificate(&self) -> CertificateDer<'static> {
        self.issued.cert.der().clone()
    }

    /// Its files, as an operator would name them.
    pub fn files(&self, folder: &Path) -> Tls {
        let (certificate, key) = (folder.join("site.crt"), folder.join("site.key"));
        std::fs::write(&certificate, self.issued.cert.pem()).unwrap();
        std::fs::write(&key, self.issued.signing_key.serialize_pem()).unwrap();
        Tls {
            certificate: Some(certificate),
            key: Some(key),
            client_authorities: None,
        }
    }
}

fn connector(site: &Party, client: Option<&Party>) -> TlsConnector {
    connector_for(site, client, &[])
}

/// A client that offers these protocols.
pub fn connector_for(site: &Party, client: Option<&Party>, protocols: &[&[u8]]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(site.certificate()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let key = PrivateKeyDer::try_from(client.issued.signing_key.serialize_der()).unwrap();
            builder
                .with_client_auth_cert(vec![client.certificate()], key)
                .unwrap()
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

pub fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

/// RFC 5425: each message behind its length, whatever it holds.
#[tokio::test]
async fn messages_are_counted_over_tls() {
    let (site, folder, party) = (Site::new(), tempfile::tempdir().unwrap(), Party::new());
    let options = syslog::Options {
        tls: party.files(folder.path()),
        ..syslog::Options::default()
    };
    let (_, address) = site.syslog(options).await;
    let stream = TcpStream::connect(address.unwrap()).await.unwrap();
    let mut stream = connector(&party, None)
        .connect(localhost(), stream)
        .await
        .unwrap();
    let message = "<38>1 - gate sshd - - - two\nlines";
    for _ in 0..1000 {
        let framed = format!("{} {message}", message.len());
        stream.write_all(framed.as_bytes()).await.unwrap();
    }
    stream.shutdown().await.unwrap();
    let raw = site.raw(1000).await;
    assert!(
        raw.iter()
            .all(|raw| raw.body == message && raw.host == "127.0.0.1")
    );
    site.stop().await;
}

#[tokio::test]
async fn only_peers_with_a_certificate_are_heard() {
    let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
    let (party, friend, stranger) = (Party::new(), Party::new(), Party::new());
    let authorities = folder.path().join("peers.crt");
    std::fs::write(&authorities, friend.issued.cert.pem()).unwrap();
    let tls = Tls {
        client_authorities: Some(authorities),
        ..party.files(folder.path())
    };
    let options = syslog::Options {
        tls,
        ..syslog::Options::default()
    };
    let (_, address) = site.syslog(options).await;
    let (party, address) = (&party, address.unwrap());
    let said = |client: Option<Party>, text: &'static [u8]| async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let connector = connector(party, client.as_ref());
        let Ok(mut stream) = connector.connect(localhost(), stream).await else {
            return;
        };
        // The refusal may come while this is written.
        let _written = stream.write_all(text).await;
        let _ended = stream.shutdown().await;
        let _closed = stream.read_to_end(&mut Vec::new()).await;
    };
    said(None, b"nobody\n").await;
    said(Some(stranger), b"a stranger\n").await;
    // Not TLS at all.
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"<38>plain text\n").await.unwrap();
    poll(|| (site.refused("syslog-tcp", "handshake") == 3).then_some(())).await;
    said(Some(friend), b"a friend\n").await;
    let raw = site.raw(1).await;
    assert_eq!(raw[0].body, "a friend");
    site.stop().await;
}

#[tokio::test]
async fn http_speaks_tls_too() {
    let (site, folder, party) = (Site::new(), tempfile::tempdir().unwrap(), Party::new());
    let options = http::Options {
        tls: party.files(folder.path()),
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let token = site.token("auto").await;
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector(&party, None)
        .connect(localhost(), stream)
        .await
        .unwrap();
    let request = format!(
        "POST /ingest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Length: 8\r\n\r\n{{\"a\":1}}\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A peer may close without saying so; the answer counts.
    let _closed = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    site.stop().await;
}

#[tokio::test]
async fn a_bad_certificate_is_told_with_its_file() {
    let (site, folder, party) = (Site::new(), tempfile::tempdir().unwrap(), Party::new());
    let good = party.files(folder.path());
    let empty = folder.path().join("empty.crt");
    std::fs::write(&empty, "").unwrap();
    for (tls, want) in [
        (
            Tls {
                key: None,
                ..good.clone()
            },
            "site.crt` for syslog over TLS: its `key` is not named",
        ),
        (
            Tls {
                certificate: Some(empty),
                ..good.clone()
            },
            "empty.crt` for syslog over TLS: it holds none",
        ),
        (
            Tls {
                certificate: Some(folder.path().join("absent")),
                ..good
            },
            "absent` for syslog over TLS: I/O error",
        ),
    ] {
        let mut options = syslog::Options {
            tls,
            ..syslog::Options::default()
        };
        options.listen.set_port(0);
        options.tls_listen.set_port(0);
        let bound = syslog::Service::bind(options, site.acceptor.clone()).await;
        let said = text(&bound.unwrap_err());
        assert!(said.contains(want), "{said}");
    }
    site.stop().await;
}
