//! Elasticsearch's `_bulk`, and what its clients ask before they send.
//!
//! Nothing of a template, a policy or a pipeline is kept: events are OCSF here. A client that wants
//! to install one is told that it is there, so that it goes on to send records.

use std::net::SocketAddr;
use std::time::Instant;

use aurora_push::bulk::Item;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::answers;
use super::decode::Form;
use super::gate::{Gate, Identity};
use super::refusal::Refusal;

/// The release that clients are told: they check that it is not older than they are.
const VERSION: &str = "8.17.0";
/// Elasticsearch's clients refuse a server that does not send this.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

pub(super) async fn bulk(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    take(&gate, peer, request, None).await
}

pub(super) async fn bulk_of(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(index): Path<String>,
    request: Request,
) -> Response {
    take(&gate, peer, request, Some(index)).await
}

async fn take(gate: &Gate, peer: SocketAddr, request: Request, index: Option<String>) -> Response {
    let started = Instant::now();
    match gate
        .take(peer, request, Form::Bulk(index), Identity::Ids)
        .await
    {
        Err(refusal) => refused(gate, &refusal),
        Ok(taken) => {
            let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let errors = taken.items.iter().any(|item| !item.action.is_taken());
            let items: Vec<Value> = taken.items.into_iter().map(done).collect();
            ours(
                200,
                &json!({ "took": took, "errors": errors, "items": items }),
            )
        }
    }
}

/// What became of one action.
fn done(item: Item) -> Value {
    let index = item.index.unwrap_or_default();
    let result = if item.action.is_taken() {
        json!({
            "_index": index, "_id": item.id, "_version": 1, "result": "created",
            "_shards": { "total": 1, "successful": 1, "failed": 0 },
            "_seq_no": 0, "_primary_term": 1, "status": 201,
        })
    } else {
        let reason = "records are neither changed nor deleted by their senders; nothing was done";
        json!({
            "_index": index, "_id": item.id, "status": 400,
            "error": { "type": "illegal_argument_exception", "reason": reason },
        })
    };
    json!({ item.action.word(): result })
}

/// Whatever a client asks before it sends; a token is wanted as for sending, so that a wrong one is
/// found out early.
pub(super) async fn ask(State(gate): State<Gate>, request: Request) -> Response {
    if let Err(refusal) = gate.token(request.headers(), request.extensions()).await {
        return refused(&gate, &refusal);
    }
    let path = request.uri().path();
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let said = match path {
        "/" => about(&gate),
        "/_license" | "/_xpack" => json!({
            "license": {
                "status": "active", "uid": gate.scope.site.0.to_string(), "type": "basic",
                "mode": "basic", "issued_to": "AuroraSOC", "issuer": "AuroraSOC",
                "start_date_in_millis": -1,
            },
            "features": {},
        }),
        "/_cluster/health" => json!({
            "cluster_name": "aurorasoc", "status": "green", "timed_out": false,
            "number_of_nodes": 1, "number_of_data_nodes": 1,
        }),
        // It asks whether a thing is there, or what it is.
        _ if reading => json!({}),
        _ => json!({ "acknowledged": true }),
    };
    ours(200, &said)
}

fn about(gate: &Gate) -> Value {
    json!({
        "name": "aurorasoc",
        "cluster_name": "aurorasoc",
        "cluster_uuid": gate.scope.site.0.to_string(),
        "version": {
            "number": VERSION,
            "build_flavor": "default",
            "build_type": "tar",
            "build_hash": "unknown",
            "build_date": "2024-12-11T12:08:05.663969764Z",
            "build_snapshot": false,
            "lucene_version": "9.12.0",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "You Know, for Search",
    })
}

fn ours(status: u16, body: &Value) -> Response {
    let mut answer = answers::json(status, body.to_string());
    let product = HeaderValue::from_static("Elasticsearch");
    answer.headers_mut().insert(PRODUCT, product);
    answer
}

fn refused(gate: &Gate, refusal: &Refusal) -> Response {
    gate.refused("bulk", refusal);
    let kind = match refusal {
        Refusal::Token => "security_exception",
        Refusal::Full | Refusal::Busy => "es_rejected_execution_exception",
        Refusal::Slow | Refusal::Broken => "unavailable_shards_exception",
        _ => "illegal_argument_exception",
    };
    // Its clients slow down at 429, and take other refusals for an outage.
    let status = match refusal {
        Refusal::Busy => 429,
        Refusal::Slow => 503,
        other => other.status(),
    };
    let cause = json!({ "type": kind, "reason": refusal.message() });
    let error = json!({ "root_cause": [cause], "type": kind, "reason": refusal.message() });
    let mut answer = ours(status, &json!({ "error": error, "status": status }));
    if status == 401 {
        let offer = HeaderValue::from_static("Basic realm=\"security\", ApiKey");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, offer);
    }
    answers::again(answer, refusal)
}
