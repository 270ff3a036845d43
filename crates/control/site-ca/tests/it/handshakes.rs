//! Real handshakes over a pipe: who is let in, and what a renewal does to open connections.

use std::sync::Arc;

use aurora_clock::{Clock, SystemClock};
use aurora_site_ca::Keeper;
use aurora_tls::{Identity, Peers, Pin, Pinned, mutual_client, mutual_server};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::authority::{Everybody, peers};
use crate::stand::Stand;

type Client = tokio_rustls::client::TlsStream<tokio::io::DuplexStream>;
type Server = tokio_rustls::server::TlsStream<tokio::io::DuplexStream>;

async fn shake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Option<(Client, Server)> {
    let (near, far) = tokio::io::duplex(16 * 1024);
    // The name is of no interest: a site is known by its id.
    let name = ServerName::try_from("203.0.113.9").unwrap();
    let connector = TlsConnector::from(client.clone());
    let acceptor = TlsAcceptor::from(server.clone());
    let connecting = async {
        let mut stream = connector.connect(name, near).await.ok()?;
        // A client of TLS 1.3 learns with the first answer whether it was let in.
        stream.write_all(b"?").await.ok()?;
        let mut answer = [0];
        stream.read_exact(&mut answer).await.ok()?;
        Some(stream)
    };
    let accepting = async {
        let mut stream = acceptor.accept(far).await.ok()?;
        let mut asked = [0];
        stream.read_exact(&mut asked).await.ok()?;
        stream.write_all(b"!").await.ok()?;
        stream.flush().await.ok()?;
        Some(stream)
    };
    let (near, far) = tokio::join!(connecting, accepting);
    near.zip(far)
}

fn part(stand: &Stand, role: &str) -> Keeper {
    Keeper::new(stand.authority(), role, Arc::new(SystemClock::new())).unwrap()
}

/// A site made just now: handshakes go by the system's clock.
fn stand() -> Stand {
    let stand = Stand::new();
    stand.clock.set_wall(SystemClock::new().now());
    stand
}

#[tokio::test]
async fn parts_of_a_site_meet_and_others_do_not() {
    let (site, other) = (stand(), stand());
    let server = mutual_server(&part(&site, "edge").identity(), Arc::new(peers(&site)), &[]);
    let as_part = |stand: &Stand, believes: &Stand| {
        mutual_client(
            &part(stand, "detect").identity(),
            Arc::new(peers(believes)),
            &[],
        )
    };
    assert!(shake(&as_part(&site, &site), &server).await.is_some());
    // Another site's part, though it believes ours; and ours that believes another site only.
    assert!(shake(&as_part(&other, &site), &server).await.is_none());
    assert!(shake(&as_part(&site, &other), &server).await.is_none());
    let nobody = mutual_client(&Identity::new(), Arc::new(peers(&site)), &[]);
    assert!(shake(&nobody, &server).await.is_none());
    let open = peers(&site).or_nobody();
    let open = mutual_server(&part(&site, "edge").identity(), Arc::new(open), &[]);
    assert!(shake(&nobody, &open).await.is_some());
}

#[tokio::test]
async fn a_first_contact_believes_the_hash_alone() {
    let (site, other) = (stand(), stand());
    let open = |stand: &Stand| {
        let peers = Arc::new(peers(stand).or_nobody());
        mutual_server(&part(stand, "edge").identity(), peers, &[])
    };
    let first = |pin: Pin| mutual_client(&Identity::new(), Arc::new(Pinned::new(pin, "edge")), &[]);
    let pin = site.authority().pin();
    assert!(shake(&first(pin), &open(&site)).await.is_some());
    assert!(shake(&first(pin), &open(&other)).await.is_none());
    let role = mutual_server(
        &part(&site, "api").identity(),
        Arc::new(peers(&site).or_nobody()),
        &[],
    );
    assert!(
        shake(&first(pin), &role).await.is_none(),
        "another part of the site"
    );
}

#[tokio::test]
async fn a_renewal_leaves_connections_open_and_shows_in_the_next() {
    let site = stand();
    let (client, server) = (part(&site, "detect"), part(&site, "edge"));
    let (shows, serves) = (
        mutual_client(&client.identity(), Arc::new(peers(&site)), &[]),
        mutual_server(&server.identity(), Arc::new(peers(&site)), &[]),
    );
    let (mut near, mut far) = shake(&shows, &serves).await.unwrap();
    let before = near.get_ref().1.peer_certificates().unwrap()[0].clone();
    client.renew().unwrap();
    server.renew().unwrap();
    near.write_all(b"still here").await.unwrap();
    near.flush().await.unwrap();
    let mut said = [0; 10];
    far.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"still here");
    let (again, _) = shake(&shows, &serves).await.unwrap();
    let after = again.get_ref().1.peer_certificates().unwrap()[0].clone();
    assert_ne!(before, after);
    assert_eq!(Some(after), server.identity().certificate());
    // Nothing was taken up again: each handshake was a whole one.
    let kind = again.get_ref().1.handshake_kind();
    assert_eq!(kind, Some(rustls::HandshakeKind::Full));
}

#[tokio::test]
async fn who_is_not_admitted_is_not_let_in() {
    #[derive(Debug)]
    struct Nobody;
    impl aurora_tls::Admit for Nobody {
        fn admits(&self, _: &aurora_tls::SpiffeId) -> bool {
            false
        }
    }
    let site = stand();
    let authority = site.authority();
    let with = |admit: Arc<dyn aurora_tls::Admit>| {
        let peers = Peers::new(authority.site(), authority.roots().unwrap(), admit).unwrap();
        mutual_server(&part(&site, "edge").identity(), Arc::new(peers), &[])
    };
    let client = mutual_client(&part(&site, "x").identity(), Arc::new(peers(&site)), &[]);
    assert!(shake(&client, &with(Arc::new(Everybody))).await.is_some());
    assert!(shake(&client, &with(Arc::new(Nobody))).await.is_none());
}
