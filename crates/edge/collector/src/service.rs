use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::Bus;
use aurora_clock::Clock;
use aurora_model::{Scope, Stream};
use aurora_records::Records;
use aurora_tasks::{Shutdown, Tasks};

use crate::buffer::Buffer;
use crate::forward::Forwarder;
use crate::link::Link;
use crate::queue::Queue;
use crate::{BufferState, Enrolment, Error, Options, Refine, Status};

/// Between two looks at how full the buffer is.
const LOOK: Duration = Duration::from_secs(1);
/// What is under way at shutdown has so long to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a collector keeps what it has.
#[derive(Clone, Debug)]
pub struct Stores {
    /// A bus of its own, on this host's disk: the buffer. Nobody else uses it.
    pub buffer: Arc<dyn Bus>,
    /// Places of feeds, and notes of what was dropped.
    pub records: Arc<dyn Records>,
}

/// Forwards what is put into its buffer.
#[derive(Debug)]
pub struct Collector {
    options: Options,
    buffer: Arc<Buffer>,
    queue: Arc<Queue>,
    status: Status,
    refine: Option<Arc<dyn Refine>>,
    tasks: Tasks,
    link: Link,
    enrolment: Option<Enrolment>,
    host: String,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({})", self.url())
    }
}

impl Collector {
    /// `host` is this machine's name. Nothing is sent before [`Collector::run`].
    ///
    /// # Errors
    /// When the settings cannot be used, or a store fails.
    pub async fn open(
        options: Options,
        scope: Scope,
        stores: Stores,
        host: &str,
        clock: Arc<dyn Clock>,
        refine: Option<Arc<dyn Refine>>,
    ) -> Result<Self, Error> {
        let tasks = Tasks::new();
        let enrolment = Enrolment::open(&options.enrolment, &options.site.url, clock.clone())?;
        let link = Link::new(&options.site, enrolment.clone(), tasks.clone())?;
        let status = Status::new(link.url().to_owned(), clock.clone());
        let Stores { buffer, records } = stores;
        let queue = Queue::open(buffer.as_ref(), records, scope, status.clone()).await?;
        let queue = Arc::new(queue);
        let buffer = Arc::new(Buffer {
            inner: buffer,
            queue: queue.clone(),
            clock,
            when_full: options.buffer.when_full,
            max_bytes: options.buffer.max_bytes,
        });
        Ok(Self {
            options,
            buffer,
            queue,
            status,
            refine,
            tasks,
            link,
            enrolment,
            host: host.to_owned(),
        })
    }

    /// Where feeds put their records, by the policy for a full buffer.
    pub fn buffer(&self) -> Arc<dyn Bus> {
        self.buffer.clone()
    }

    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// Forwards until shutdown, and answers at `socket` how it goes. The buffer stays open: feeds may
    /// still end.
    ///
    /// # Errors
    /// When a store fails, or the socket cannot be made.
    pub async fn run(self, socket: Option<&Path>, shutdown: Shutdown) -> Result<(), Error> {
        let retry = Duration::from_secs(self.options.site.retry_seconds.max(1));
        let forwarder = Forwarder {
            queue: self.queue.clone(),
            link: self.link,
            refine: self.refine,
            status: self.status.clone(),
            clock: self.buffer.clock.clone(),
            retry,
            host: self.host,
            events: None,
        };
        let watching = watch(self.buffer.clone(), self.status.clone(), shutdown.clone());
        let telling = async {
            match socket {
                Some(path) => self.status.clone().serve(path, shutdown.clone()).await,
                None => Ok(()),
            }
        };
        let renewing = async {
            if let Some(enrolment) = self.enrolment {
                enrolment.keep(&self.tasks, &shutdown).await;
            }
            Ok::<(), Error>(())
        };
        let forwarding = forwarder.run(shutdown.clone());
        let worked = tokio::try_join!(forwarding, watching, telling, renewing);
        // Its tasks are connections, whose ends are no failures.
        drop(self.tasks.stop(PATIENCE).await);
        worked.map(|_| ())
    }
}

/// Keeps the buffer's numbers up to date.
async fn watch(buffer: Arc<Buffer>, status: Status, shutdown: Shutdown) -> Result<(), Error> {
    loop {
        let stream = buffer.inner.stream(Stream::Raw).await?;
        let consumer = buffer.inner.consumer_info(Stream::Raw, Queue::NAME).await?;
        status.buffer(BufferState {
            bytes: stream.bytes,
            max_bytes: stream.max_bytes,
            batches: consumer.map_or(0, |consumer| consumer.pending),
        });
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
