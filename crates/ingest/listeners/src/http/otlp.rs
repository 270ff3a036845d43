//! OTLP logs over HTTP.

use std::net::SocketAddr;

use aurora_push::otlp::status;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;

use super::answers;
use super::decode::Form;
use super::gate::{Gate, Identity};
use super::refusal::Refusal;

const PROTOBUF: &str = "application/x-protobuf";

pub(super) async fn logs(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let Some(json) = is_json(request.headers()) else {
        let text = "want application/x-protobuf or application/json".to_owned();
        return refused(&gate, &Refusal::Media(text), false);
    };
    let form = if json {
        Form::OtlpJson
    } else {
        Form::OtlpProtobuf
    };
    match gate.take(peer, request, form, Identity::Content).await {
        // Everything was taken: an empty answer, in either form.
        Ok(_) if json => answers::json(200, "{}"),
        Ok(_) => answers::typed(200, PROTOBUF, ""),
        Err(refusal) => refused(&gate, &refusal, json),
    }
}

fn is_json(headers: &HeaderMap) -> Option<bool> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match kind.split(';').next()?.trim() {
        "application/json" => Some(true),
        PROTOBUF | "application/protobuf" => Some(false),
        _ => None,
    }
}

/// A `google.rpc.Status`; only 429, 502, 503 and 504 make a sender come again.
fn refused(gate: &Gate, refusal: &Refusal, json: bool) -> Response {
    gate.refused("otlp", refusal);
    let http = match refusal {
        Refusal::Slow => 503,
        other => other.status(),
    };
    // Codes of gRPC.
    let code = match refusal {
        Refusal::Token => 16,
        Refusal::Full | Refusal::Busy => 8,
        Refusal::Slow | Refusal::Broken => 14,
        _ => 3,
    };
    let message = refusal.message();
    let answer = if json {
        answers::json(
            http,
            json!({ "code": code, "message": message }).to_string(),
        )
    } else {
        answers::typed(http, PROTOBUF, status(code, &message))
    };
    answers::again(answer, refusal)
}
