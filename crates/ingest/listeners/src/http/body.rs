//! A request's body, read within time and memory.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use super::refusal::Refusal;
use crate::room::Held;

/// A sender that hangs must not keep its memory from others.
const WHOLE_WITHIN: Duration = Duration::from_secs(60);
const PART_WITHIN: Duration = Duration::from_secs(15);

pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    max: usize,
    held: &mut Held,
) -> Result<Bytes, Refusal> {
    let said = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let reading = parts(body, max, said.unwrap_or_default(), held);
    tokio::time::timeout(WHOLE_WITHIN, reading)
        .await
        .map_err(|_| Refusal::Slow)?
}

async fn parts(mut body: Body, max: usize, said: usize, held: &mut Held) -> Result<Bytes, Refusal> {
    let mut whole = BytesMut::new();
    loop {
        let part = tokio::time::timeout(PART_WITHIN, body.frame()).await;
        let Some(part) = part.map_err(|_| Refusal::Slow)? else {
            return Ok(whole.freeze());
        };
        let part = part.map_err(|error| Refusal::Body(aurora_tasks::chain(&error)))?;
        let Ok(data) = part.into_data() else { continue };
        if whole.len() + data.len() > max {
            return Err(too_large(max));
        }
        if !held.grow(data.len()).await {
            return Err(Refusal::Busy);
        }
        // What is said is believed once something came, and no further than the limit.
        if whole.is_empty() && said <= 1 << 20 {
            whole.reserve(said);
        }
        whole.extend_from_slice(&data);
    }
}

fn too_large(max: usize) -> Refusal {
    Refusal::TooLarge(format!(
        "the body has more than {max} bytes; nothing was accepted"
    ))
}
