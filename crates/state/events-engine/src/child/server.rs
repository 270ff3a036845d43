//! Requests in, answers out.

use std::convert::Infallible;
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::connections::{Busy, Connections, Job, Lane, Lanes};
use super::data::Data;
use super::http::{Asked, error_code};
use super::lifeline::Parent;
use super::running::Deadline;
use super::shape;
use crate::confine::Confinement;
use crate::ffi::Output;
use crate::{ChildOptions, Error};

const MOST_DATA: usize = 256 << 20;
const MOST_STATEMENT: usize = 1 << 20;
/// What the engine gets beyond a statement's time before it counts as hung.
const GRACE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// For closing the store once the parent is gone.
const FAREWELL: Duration = Duration::from_secs(12);

struct Server {
    lanes: Lanes,
    more_functions: Vec<String>,
    confinement: Confinement,
    path: PathBuf,
}

pub(super) async fn run(
    listener: UnixListener,
    connections: &Connections,
    options: &ChildOptions,
    confinement: Confinement,
    mut parent: Parent,
) -> Result<(), Error> {
    let listener = tokio::net::UnixListener::from_std(listener).map_err(Error::io("listen"))?;
    let lanes = connections.lanes();
    let more_functions = options.more_functions.clone();
    let server = Arc::new(Server {
        lanes,
        more_functions,
        confinement,
        path: options.path.clone(),
    });
    parent.is_awaited.store(true, Ordering::SeqCst);
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.map_err(Error::io("accept a connection"))?;
                clients.spawn(talk(Arc::clone(&server), stream));
                while clients.try_join_next().is_some() {}
            }
            _ = look.tick() => {
                if server.lanes.running.overdue() {
                    die("a query outlived its deadline");
                }
            }
            why = &mut parent.gone => {
                say(why.as_deref().unwrap_or("the parent is not watched any more"));
                break;
            }
        }
    }
    after(FAREWELL, "the store could not be closed in time")?;
    Ok(())
}

/// Ends the process from outside its runtime, unless it ends by itself before.
fn after(time: Duration, reason: &'static str) -> Result<(), Error> {
    let body = move || {
        std::thread::sleep(time);
        die(reason);
    };
    let thread = std::thread::Builder::new()
        .name("farewell".to_owned())
        .spawn(body);
    thread.map(drop).map_err(Error::io("start a thread"))
}

/// Ends this process as `kill -9` would: an engine that hangs cannot be asked to leave, and what it
/// acknowledged is on the disk. The parent reads the reason from standard error.
pub(super) fn die(reason: &str) -> ! {
    say(reason);
    _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

/// A line for the parent, which keeps the last ones; it may be gone itself.
pub(super) fn say(reason: &str) {
    _ = writeln!(std::io::stderr(), "{reason}");
}

async fn talk(server: Arc<Server>, stream: tokio::net::UnixStream) {
    let answer = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.answer(request).await) }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a client left in the middle");
    }
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/ping") => plain(StatusCode::OK, "Ok.\n"),
            (&Method::GET, "/status") => self.status(),
            (&Method::POST, "/") => match self.run(request).await {
                Ok(output) => done(output),
                Err(refused) => refused.response(),
            },
            _ => plain(StatusCode::NOT_FOUND, "There is no handler\n"),
        }
    }

    fn status(&self) -> Response<Full<Bytes>> {
        let status = json!({
            "confinement": self.confinement,
            "running": self.lanes.running.count(),
            "pid": std::process::id(),
        });
        plain(StatusCode::OK, status.to_string())
    }

    async fn run(&self, request: Request<Incoming>) -> Result<Output, Refused> {
        let asked = Asked::read(request.uri().query().unwrap_or_default()).map_err(Refused::bad)?;
        let (statement, data) = match asked.statement {
            Some(statement) => {
                self.check(&statement, asked.lane)?;
                if !statement.starts_with("INSERT") {
                    return Err(Refused::bad("only an INSERT takes data".to_owned()));
                }
                (statement, Some(receive(request.into_body()).await?))
            }
            None => {
                let statement = text(request.into_body()).await?;
                self.check(&statement, asked.lane)?;
                (statement, None)
            }
        };
        let deadline = Deadline {
            seconds: asked.seconds,
            grace: GRACE,
        };
        let makes_a_table = statement.starts_with("CREATE TABLE");
        let (answer, wait) = oneshot::channel();
        let job = Job {
            statement,
            data,
            parameters: asked.parameters,
            deadline,
            answer,
        };
        self.lanes
            .send(asked.lane, job)
            .map_err(|Busy| Refused::busy())?;
        match wait.await {
            Ok(output) => {
                if makes_a_table {
                    super::write_through(&self.path);
                }
                output.map_err(Refused::failed)
            }
            Err(_) => Err(Refused::failed("the engine is stopping".to_owned())),
        }
    }

    fn check(&self, statement: &str, lane: Lane) -> Result<(), Refused> {
        shape::check(statement, lane, &self.more_functions).map_err(Refused::denied)
    }
}

/// A body that is a statement.
async fn text(body: Incoming) -> Result<String, Refused> {
    let body = Limited::new(body, MOST_STATEMENT).collect().await;
    let body = body
        .map_err(|error| Refused::bad(error.to_string()))?
        .to_bytes();
    String::from_utf8(body.into())
        .map_err(|_| Refused::bad("the statement is not UTF-8".to_owned()))
}

/// A body that is data for an INSERT, written down as it comes.
async fn receive(body: Incoming) -> Result<Data, Refused> {
    let failed = |error: std::io::Error| Refused::bad(format!("cannot take the data: {error}"));
    let mut data = Data::new().map_err(failed)?;
    let mut body = Limited::new(body, MOST_DATA);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refused::bad(error.to_string()))?;
        if let Some(bytes) = frame.data_ref() {
            data.push(bytes).map_err(failed)?;
        }
    }
    Ok(data)
}

/// A failure in ClickHouse's own words, so that one client understands both.
struct Refused {
    status: StatusCode,
    code: u32,
    text: String,
}

impl Refused {
    fn bad(text: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: 36,
            text: format!("Code: 36. DB::Exception: {text}. (BAD_ARGUMENTS)"),
        }
    }

    fn denied(text: String) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            code: 497,
            text: format!("Code: 497. DB::Exception: {text}. (ACCESS_DENIED)"),
        }
    }

    fn busy() -> Self {
        let text =
            "Code: 202. DB::Exception: Too many queries wait. (TOO_MANY_SIMULTANEOUS_QUERIES)";
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: 202,
            text: text.to_owned(),
        }
    }

    fn failed(text: String) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: error_code(&text),
            text,
        }
    }

    fn response(self) -> Response<Full<Bytes>> {
        let mut response = plain(self.status, self.text);
        response
            .headers_mut()
            .insert("x-clickhouse-exception-code", self.code.into());
        response
    }
}

fn done(output: Output) -> Response<Full<Bytes>> {
    let (read, written) = (
        output.rows_read.to_string(),
        output.rows_written.to_string(),
    );
    let summary = json!({ "read_rows": read, "written_rows": written }).to_string();
    let mut response = plain(StatusCode::OK, output.bytes);
    if let Ok(summary) = summary.parse() {
        response
            .headers_mut()
            .insert("x-clickhouse-summary", summary);
    }
    response
}

fn plain(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
}
