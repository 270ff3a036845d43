//! Splunk's HTTP event collector.
//!
//! Splunk promises at once and acknowledges later. Here the promise is only given for what is
//! durable, so whoever asks for an acknowledgement learns what it was told before. The number of
//! an acknowledgement proves that it was given out for this token and channel: there is no list to
//! grow or to be lost in a restart, after which a sender would send everything again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use aurora_push::hec::Metadata;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::decode::Form;
use super::gate::{Gate, Identity};
use super::refusal::Refusal;
use super::{answers, body, token};
use crate::SourceToken;

const MAX_ACK_BYTES: usize = 1 << 20;
/// Digits of an acknowledgement's proof; the rest, up to the 53 bits of a JSON number, counts.
const PROOF_BITS: u32 = 20;
const COUNT_BITS: u32 = 33;

pub(super) async fn event(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    take(&gate, peer, request, Form::HecEvents).await
}

pub(super) async fn raw(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(metadata): Query<Metadata>,
    request: Request,
) -> Response {
    take(&gate, peer, request, Form::HecRaw(metadata)).await
}

async fn take(gate: &Gate, peer: SocketAddr, request: Request, form: Form) -> Response {
    let channel = channel(request.headers(), request.uri());
    if channel
        .as_deref()
        .is_some_and(|channel| !is_channel(channel))
    {
        return said(400, 11, "Invalid data channel");
    }
    match gate.take(peer, request, form, Identity::Key).await {
        Err(refusal) => refused(gate, &refusal),
        Ok(taken) => {
            let mut answer = json!({ "text": "Success", "code": 0 });
            if let Some(channel) = channel {
                answer["ackId"] = gate.acknowledgement(&taken.token, &channel).into();
            }
            answers::json(200, answer.to_string())
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    acks: Vec<u64>,
}

/// Which of the numbers stand for durable events: those that were given out.
pub(super) async fn ack(State(gate): State<Gate>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let token = match gate.token(&head.headers, &head.extensions).await {
        Ok(token) => token,
        Err(refusal) => return refused(&gate, &refusal),
    };
    let Some(channel) = channel(&head.headers, &head.uri) else {
        return said(400, 10, "Data channel is missing");
    };
    if !is_channel(&channel) {
        return said(400, 11, "Invalid data channel");
    }
    let mut held = gate.room.hold();
    let body = match body::read(&head.headers, body, MAX_ACK_BYTES, &mut held).await {
        Ok(body) => body,
        Err(refusal) => return refused(&gate, &refusal),
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return said(400, 6, "Invalid data format");
    };
    let acks: BTreeMap<u64, bool> = asked
        .acks
        .into_iter()
        .map(|number| (number, gate.gave(&token, &channel, number)))
        .collect();
    answers::json(200, json!({ "acks": acks }).to_string())
}

pub(super) async fn health() -> Response {
    said(200, 17, "HEC is healthy")
}

impl Gate {
    /// A number for events that are durable. Numbers rise, also over a restart, and come round
    /// after 8 milliards.
    fn acknowledgement(&self, token: &SourceToken, channel: &str) -> u64 {
        let count = self.acks.fetch_add(1, Ordering::Relaxed) & ((1 << COUNT_BITS) - 1);
        count << PROOF_BITS | self.proof(token, channel, count)
    }

    fn gave(&self, token: &SourceToken, channel: &str, number: u64) -> bool {
        let count = number >> PROOF_BITS;
        count < 1 << COUNT_BITS
            && number & ((1 << PROOF_BITS) - 1) == self.proof(token, channel, count)
    }

    fn proof(&self, token: &SourceToken, channel: &str, count: u64) -> u64 {
        self.sources
            .proof(&format!("hec-ack/{}/{channel}/{count}", token.id))
    }
}

fn channel(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers.get("x-splunk-request-channel");
    let header = header.and_then(|value| value.to_str().ok().map(str::to_owned));
    header.or_else(|| token::parameter(uri, "channel"))
}

/// Splunk wants a GUID; some senders leave its dashes out.
fn is_channel(channel: &str) -> bool {
    let digits = channel.bytes().filter(u8::is_ascii_hexdigit).count();
    let dashes = channel.bytes().filter(|byte| *byte == b'-').count();
    digits == 32 && dashes + digits == channel.len()
}

fn said(status: u16, code: u32, text: &str) -> Response {
    answers::json(status, json!({ "text": text, "code": code }).to_string())
}

fn refused(gate: &Gate, refusal: &Refusal) -> Response {
    gate.refused("hec", refusal);
    let answer = match refusal {
        Refusal::Token => said(403, 4, "Invalid token"),
        Refusal::Event { problem, event } => {
            let (code, text) = problem.code();
            let body = json!({ "text": text, "code": code, "invalid-event-number": event });
            answers::json(400, body.to_string())
        }
        Refusal::Body(_) | Refusal::Media(_) => said(400, 6, "Invalid data format"),
        Refusal::TooLarge(_) => said(413, 27, "Request entity too large"),
        Refusal::Slow => said(408, 9, "Server is busy"),
        // Splunk's senders know 503 with this code, and come again.
        Refusal::Full | Refusal::Busy => said(503, 9, "Server is busy"),
        Refusal::Certificate => said(403, 4, "Invalid token"),
        Refusal::Broken => said(500, 8, "Internal server error"),
    };
    answers::again(answer, refusal)
}
