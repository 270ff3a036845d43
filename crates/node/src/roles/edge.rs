//! Hosts: their enrolment, and the port on which they push by certificate.

use std::sync::Arc;

use aurora_listeners::SourceBook;
use aurora_listeners::http::{self, Edge, EdgePeers};
use aurora_model::{SourceName, enrol};
use aurora_secrets::{Keyring, Purpose, SiteIdentity};
use aurora_site_ca::{Authority, Book, Keeper, Roll, routes};
use aurora_tls::{Leaf, Peers};
use tokio::sync::watch;

use super::ingest::said;
use super::{Listeners, Parts};
use crate::Error;

/// Names of protocols (RFC 7301).
const PROTOCOLS: &[&[u8]] = &[b"h2", b"http/1.1"];

/// The roll as the listener asks it.
#[derive(Debug)]
struct Good(Roll);

impl EdgePeers for Good {
    fn source(&self, leaf: &Leaf) -> Option<SourceName> {
        self.0.source(&leaf.id)
    }

    fn denials(&self) -> watch::Receiver<u64> {
        self.0.denials()
    }
}

/// Opens the book of hosts, which learns every heartbeat who was denied.
pub(crate) async fn open(
    parts: &Parts,
    keyring: &Keyring,
    identity: &SiteIdentity,
) -> Result<Book, Error> {
    let authority = Arc::new(Authority::of(keyring, identity)?);
    let book = Book::open(
        parts.scope.clone(),
        parts.adapters.records.clone(),
        parts.clock.clone(),
        keyring.tokens(Purpose::EnrolToken),
        authority,
    );
    let book = book.await?;
    let (heart, shutdown) = (book.clone(), parts.tasks.shutdown());
    parts.tasks.spawn("enrolments", async move {
        heart.run(shutdown).await;
        Ok::<_, Error>(())
    });
    Ok(book)
}

/// Binds the port for hosts. When it is taken it is down and said to be, as other listeners are.
pub(super) async fn listen(
    parts: &Parts,
    book: &Book,
    sources: SourceBook,
    listeners: &mut Listeners,
) -> Result<(), Error> {
    let authority = book.authority();
    let keeper = Keeper::new(authority.clone(), enrol::ROLE, parts.clock.clone())?;
    let roll = book.roll();
    let peers = Peers::new(authority.site(), authority.roots()?, Arc::new(roll.clone()));
    let peers = peers.expect("there is an authority").or_nobody();
    let edge = Edge {
        tls: aurora_tls::mutual_server(&keeper.identity(), Arc::new(peers), PROTOCOLS),
        peers: Arc::new(Good(roll)),
        beside: routes(book.clone()),
    };
    let options = http::Options {
        listen: parts.config.edge.listen,
        ..parts.config.ingest.http.clone()
    };
    let (scope, acceptor) = (parts.scope.clone(), listeners.acceptor.clone());
    let bound = http::Service::bind_edge(options, scope, acceptor, sources, edge).await;
    if let Some(service) = said(parts, "edge", bound) {
        listeners.note("edge", service.address());
        listeners.edge = Some(keeper.identity());
        let shutdown = parts.tasks.shutdown();
        parts.tasks.spawn("edge", service.run(shutdown.clone()));
        parts.tasks.spawn("edge-certificate", async move {
            keeper.run(shutdown).await;
            Ok::<_, Error>(())
        });
    }
    Ok(())
}
