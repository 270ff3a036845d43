//! How a process does that has some of a site's roles and no console: for machines that watch it.

use std::net::SocketAddr;

use aurora_telemetry::{Health, HealthBoard, Metrics};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::Error;
use crate::listen::Door;

/// Machines that watch are few.
const CONNECTIONS: usize = 64;
/// What metrics are told in.
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/healthz`, `/readyz`, `/readyz/<role>` and `/metrics`, for everybody who reaches the address.
pub struct HealthPages {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
}

#[derive(Clone)]
struct Watched {
    board: HealthBoard,
    metrics: Metrics,
}

impl HealthPages {
    /// # Errors
    /// [`Error::Listen`].
    pub async fn bind(
        address: SocketAddr,
        board: HealthBoard,
        metrics: Metrics,
    ) -> Result<Self, Error> {
        let fail = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        let router = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .route("/readyz/{role}", get(role_ready))
            .route("/metrics", get(metrics_now))
            .with_state(Watched { board, metrics });
        Ok(Self {
            listener,
            address,
            router,
        })
    }

    /// Where it really listens; the port may have been chosen by the kernel.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let door = Door::new(self.router, CONNECTIONS, shutdown);
        door.serve(self.listener).await;
    }
}

/// One line a role: `ready detect`. 503 unless all of them serve.
async fn ready(State(watched): State<Watched>) -> Response {
    let roles = watched.board.all().into_iter();
    let lines: String = roles
        .map(|(role, health)| format!("{} {role}\n", health.word()))
        .collect();
    (code(watched.board.ready()), lines).into_response()
}

async fn role_ready(State(watched): State<Watched>, Path(role): Path<String>) -> Response {
    match watched.board.all().get(&role) {
        None => (StatusCode::NOT_FOUND, "no such role runs here\n").into_response(),
        Some(health) => answer(health),
    }
}

fn answer(health: &Health) -> Response {
    (code(health.serves()), format!("{}\n", health.word())).into_response()
}

async fn metrics_now(State(watched): State<Watched>) -> Response {
    let kind = [(header::CONTENT_TYPE, OPEN_METRICS)];
    (kind, watched.metrics.render()).into_response()
}

pub(crate) const fn code(serves: bool) -> StatusCode {
    if serves {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}
