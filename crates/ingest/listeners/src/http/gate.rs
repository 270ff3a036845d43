use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use aurora_ids::{Derive, Id128};
use aurora_model::{OriginId, Scope, SourceName, relay};
use aurora_push::Encoding;
use aurora_push::bulk::Item;
use aurora_telemetry::Metric;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, header};
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::decode::{self, Decoded, Form, Packed, Sender};
use super::edge;
use super::refusal::Refusal;
use super::{EdgePeers, Options, body, token};
use crate::room::{Held, Room};
use crate::{Accepted, Acceptor, SourceBook, SourceToken};

/// What every request passes through.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) options: Options,
    pub(super) scope: Scope,
    pub(super) acceptor: Acceptor,
    pub(super) sources: SourceBook,
    /// Who may push by the certificate that its connection showed; tokens are of no use there.
    pub(super) peers: Option<Arc<dyn EdgePeers>>,
    pub(super) requests: Arc<Semaphore>,
    pub(super) room: Room,
    /// Numbers HEC's acknowledgements.
    pub(super) acks: Arc<AtomicU64>,
}

/// What a request became.
pub(super) struct Taken {
    pub(super) token: SourceToken,
    pub(super) accepted: Accepted,
    pub(super) items: Vec<Item>,
}

/// A request that was read. Its turn and its memory are held until its records are durable.
struct Received {
    token: SourceToken,
    headers: HeaderMap,
    bytes: Bytes,
    decoded: Decoded,
    _held: Held,
    _turn: OwnedSemaphorePermit,
}

/// How a sender's batch is known when it comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Only an `Idempotency-Key` makes it the same batch.
    Key,
    /// Also its very bytes do: every record in it carries an id or a time to the nanosecond.
    Content,
    /// Its bytes do when each document of a `_bulk` request has an `_id`.
    Ids,
}

impl Gate {
    /// Takes a request's records in, and returns when they are durable.
    pub(super) async fn take(
        &self,
        peer: SocketAddr,
        request: Request,
        form: Form,
        identity: Identity,
    ) -> Result<Taken, Refusal> {
        let received = self.receive(peer, request, form).await?;
        let Received { token, decoded, .. } = received;
        let named = match identity {
            Identity::Key => false,
            Identity::Content => true,
            Identity::Ids => decoded.items.iter().all(|item| item.id.is_some()),
        };
        let content = named.then_some(&received.bytes[..]);
        let origin = origin(&token, &received.headers, content);
        drop(received.bytes);
        let accepted = self.acceptor.accept_named(origin, decoded.arrived).await?;
        Ok(Taken {
            token,
            accepted,
            items: decoded.items,
        })
    }

    /// Takes a collector's batches in. Each is known by the collector's own name for it.
    pub(super) async fn relay(
        &self,
        peer: SocketAddr,
        request: Request,
    ) -> Result<relay::Taken, Refusal> {
        let received = self.receive(peer, request, Form::Batches).await?;
        drop(received.bytes);
        let events = match received.token.name.parser() {
            SourceName::AUTO => relay::Events::Used,
            _ => relay::Events::Unused,
        };
        let origin = |origin: OriginId| named(&received.token, "relay", origin.0.as_bytes());
        let batches = received.decoded.relayed.into_iter();
        let batches = batches.map(|relayed| (origin(relayed.origin), relayed.arrived));
        let accepted = self.acceptor.accept_batches(batches).await?;
        Ok(relay::Taken {
            accepted: accepted.records,
            known: accepted.known,
            events,
        })
    }

    /// Reads and decodes a request of somebody with a token.
    async fn receive(
        &self,
        peer: SocketAddr,
        request: Request,
        form: Form,
    ) -> Result<Received, Refusal> {
        let (head, body) = request.into_parts();
        // Before anything is read: a stranger's body takes no memory.
        let token = self.token(&head.headers, &head.extensions).await?;
        let encoding = encoding(&head.headers, &form)?;
        let mut held = self.room.hold();
        let max = self.options.max_body_bytes;
        let bytes = body::read(&head.headers, body, max, &mut held).await?;
        // After reading: who sends slowly takes memory for what came, and nobody's turn.
        let turn = self.requests.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Refusal::Broken)?;
        let packed = Packed {
            bytes: bytes.clone(),
            encoding,
            form,
        };
        let sender = Sender {
            acceptor: self.acceptor.clone(),
            source: token.name.clone(),
            host: Arc::from(peer.ip().to_canonical().to_string()),
        };
        let max = self.options.max_unpacked_bytes;
        let decoding =
            tokio::task::spawn_blocking(move || decode::decode(sender, &packed, max, held));
        let (decoded, held) = decoding.await.map_err(|_| Refusal::Broken)??;
        Ok(Received {
            token,
            headers: head.headers,
            bytes,
            decoded,
            _held: held,
            _turn: turn,
        })
    }

    /// The source that a request's token, or its connection's certificate, opens.
    pub(super) async fn token(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<SourceToken, Refusal> {
        if let Some(peers) = &self.peers {
            let leaf = extensions
                .get::<aurora_tls::Leaf>()
                .ok_or(Refusal::Certificate)?;
            return edge::sender(peers.as_ref(), leaf).ok_or(Refusal::Certificate);
        }
        let token = token::shown(headers).ok_or(Refusal::Token)?;
        let found = self.sources.by_token(&self.scope, &token).await;
        found.map_err(|_| Refusal::Broken)?.ok_or(Refusal::Token)
    }

    /// Counts a refusal before it is told.
    pub(super) fn refused(&self, listener: &str, refusal: &Refusal) {
        let labels = [listener, refusal.word()];
        self.acceptor
            .metrics()
            .add(Metric::ListenerRefused, &labels, 1);
    }
}

fn encoding(headers: &HeaderMap, form: &Form) -> Result<Encoding, Refusal> {
    let said = headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.to_str().unwrap_or("?"));
    Ok(match (Encoding::parse(said)?, form) {
        // Loki's protocol packs always, and says so nowhere.
        (Encoding::Unsaid, Form::LokiProtobuf) => Encoding::Snappy,
        (encoding, _) => encoding,
    })
}

/// The client's batch when it or its content names one, else a batch of its own.
fn origin(token: &SourceToken, headers: &HeaderMap, content: Option<&[u8]>) -> OriginId {
    match (headers.get("idempotency-key"), content) {
        // An idempotency key stands alone, as it always did.
        (Some(key), _) => named(token, "", key.as_bytes()),
        (None, Some(content)) => named(token, "content", content),
        (None, None) => OriginId(Id128::random()),
    }
}

fn named(token: &SourceToken, kind: &str, name: &[u8]) -> OriginId {
    let hash = Derive::new("aurora.origin.push.v1").part(&token.id);
    let hash = if kind.is_empty() {
        hash
    } else {
        hash.part(kind)
    };
    OriginId(hash.part(name).finish())
}
