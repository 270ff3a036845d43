use aurora_permissions::permission;
use std::convert::Infallible;
use std::time::Duration;

use aurora_messages::{Heartbeat, LiveEvent};
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::Instant;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::still_known;
use crate::feed::{Frame, Reader};
use crate::state::Shared;

/// A reader that has heard nothing for three of these may take the line for dead.
const HEARTBEAT: Duration = Duration::from_secs(10);

pub(super) fn router() -> Guarded {
    Guarded::new().on(permission!(Live, Read), routes!(stream))
}

/// Live events. `Last-Event-ID` continues where a broken connection stopped; a `reset` says that
/// too much was missed. The first event is a heartbeat: what happens after it is not missed.
#[utoipa::path(get, path = "/stream", tag = "live", operation_id = "stream",
    params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent)))]
async fn stream(
    State(shared): State<Shared>,
    request: Parts,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = request
        .headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok());
    let reader = shared.feed.read(last.filter(|id| !id.is_empty()));
    let start = Cursor {
        shared,
        request,
        reader,
        greeted: false,
        asked: Instant::now(),
    };
    Sse::new(unfold(start, |mut cursor| async move {
        let frame = cursor.next().await?;
        Some((Ok(event(&frame)), cursor))
    }))
}

struct Cursor {
    shared: Shared,
    /// Who listens; they may be signed out meanwhile.
    request: Parts,
    reader: Reader,
    greeted: bool,
    /// When it was last asked whether the reader is still known.
    asked: Instant,
}

impl Cursor {
    /// The next frame, or `None` when the site closes or the reader's session has ended.
    async fn next(&mut self) -> Option<Frame> {
        if !std::mem::replace(&mut self.greeted, true) && !self.reader.is_lost() {
            return Some(self.beat());
        }
        if self.asked.elapsed() >= HEARTBEAT {
            self.asked = Instant::now();
            if !still_known(&self.shared, &self.request).await {
                return None;
            }
        }
        tokio::select! {
            biased;
            () = self.shared.closing.cancelled() => None,
            frame = self.reader.next() => Some(frame),
            () = tokio::time::sleep(HEARTBEAT) => Some(self.beat()),
        }
    }

    fn beat(&self) -> Frame {
        self.reader.mark(&LiveEvent::Heartbeat(Heartbeat {
            at: self.shared.clock.now(),
        }))
    }
}

fn event(frame: &Frame) -> Event {
    Event::default()
        .id(&frame.id)
        .event(frame.name)
        .data(frame.data.as_ref())
}
