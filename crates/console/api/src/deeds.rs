//! What people proved or approved something for is done to its end, and how it ended is on record.

use std::sync::Arc;
use std::time::Duration;

use aurora_approvals::Taken;
use aurora_model::Context;
use aurora_model::effect::Outcome;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, debug, error};

use crate::refusal::Refusal;
use crate::state::Shared;

/// How long deeds may take to end when the site closes.
const GRACE: Duration = Duration::from_secs(5);

/// Those that are being done. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Deeds(Arc<TaskTracker>);

/// One that was begun and is to be done now.
pub(crate) struct Begun {
    pub(crate) taken: Taken,
    pub(crate) context: Context,
}

impl Deeds {
    /// In a task of its own: that whoever asked hangs up, or is told that it takes too long, does not cut a deed
    /// in two.
    pub(crate) async fn carry_out(
        &self,
        shared: Shared,
        begun: Begun,
        request: Request,
        next: Next,
    ) -> Response {
        let doing = async move {
            let response = next.run(request).await;
            aurora_failpoint::reach("approval.done");
            begun.ended(&shared, outcome(response.status())).await;
            response
        };
        let ended = self.0.spawn(doing.in_current_span()).await;
        // A panic; what was begun has no outcome until the next start reports it.
        ended.unwrap_or_else(|panic| Refusal::internal(&panic).into_response())
    }

    /// Lets those that are being done end.
    pub(crate) async fn close(&self) {
        self.0.close();
        if tokio::time::timeout(GRACE, self.0.wait()).await.is_err() {
            debug!(left = self.0.len(), "deeds did not end in time");
        }
    }
}

impl Begun {
    pub(crate) async fn ended(&self, shared: &Shared, outcome: Outcome) {
        let done = shared.approvals.done(&self.context, &self.taken, outcome);
        if let Err(failed) = done.await {
            let reason = crate::refusal::chain(&failed);
            error!(reason, "how a deed ended is not on record");
        }
    }
}

/// What an answer says of the deed.
fn outcome(status: StatusCode) -> Outcome {
    if status.is_success() {
        Outcome::Done
    } else if status.is_client_error() {
        Outcome::Failed
    } else {
        // It broke on the way.
        Outcome::Unknown
    }
}
