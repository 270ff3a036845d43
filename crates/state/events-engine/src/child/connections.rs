//! Threads that each own one connection: one that writes, several that only read.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::data::Data;
use super::running::{Deadline, Running};
use crate::ffi::{Connection, Engine, Output};
use crate::{ChildOptions, Error};

/// Statements that wait for a connection; more are sent away.
const WAITING: usize = 64;

/// One statement on its way to a connection.
pub(super) struct Job {
    pub(super) statement: String,
    /// What an INSERT stores.
    pub(super) data: Option<Data>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) deadline: Deadline,
    pub(super) answer: oneshot::Sender<Result<Output, String>>,
}

/// Which connection a statement runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Write,
    Read,
}

/// The way to the threads, and what runs on them.
#[derive(Clone)]
pub(super) struct Lanes {
    write: SyncSender<Job>,
    read: SyncSender<Job>,
    pub(super) running: Arc<Running>,
}

pub(super) struct Connections {
    lanes: Lanes,
    threads: Vec<JoinHandle<()>>,
}

/// Too many statements wait.
pub(super) struct Busy;

impl Connections {
    pub(super) fn open(engine: &Arc<Engine>, options: &ChildOptions) -> Result<Self, Error> {
        let running = Arc::new(Running::default());
        let (write, writes) = sync_channel(WAITING);
        let (read, reads) = sync_channel(WAITING);
        let mut pool = Pool {
            engine,
            options,
            running: &running,
            threads: Vec::new(),
        };
        // The first connection opens the store, so the writer's comes before the others.
        pool.start(Lane::Write, &Arc::new(Mutex::new(writes)))?;
        let reads = Arc::new(Mutex::new(reads));
        for _ in 0..options.readers.max(1) {
            pool.start(Lane::Read, &reads)?;
        }
        let threads = pool.threads;
        Ok(Self {
            lanes: Lanes {
                write,
                read,
                running,
            },
            threads,
        })
    }

    pub(super) fn lanes(&self) -> Lanes {
        self.lanes.clone()
    }

    /// Lets what runs finish, then closes every connection, which the library wants before exit.
    /// Every other copy of the lanes must be gone.
    pub(super) fn close(self) {
        drop(self.lanes);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a connection's thread panicked");
            }
        }
    }
}

impl Lanes {
    pub(super) fn send(&self, lane: Lane, job: Job) -> Result<(), Busy> {
        let queue = match lane {
            Lane::Write => &self.write,
            Lane::Read => &self.read,
        };
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }
}

struct Pool<'a> {
    engine: &'a Arc<Engine>,
    options: &'a ChildOptions,
    running: &'a Arc<Running>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool<'_> {
    fn start(&mut self, lane: Lane, jobs: &Arc<Mutex<Receiver<Job>>>) -> Result<(), Error> {
        let (engine, options) = (Arc::clone(self.engine), self.options.clone());
        let (jobs, running) = (Arc::clone(jobs), Arc::clone(self.running));
        let (opened, wait) = sync_channel(1);
        let body = move || {
            let Some(connection) = open(&engine, &options, lane) else {
                return drop(opened);
            };
            let told = opened.send(()).is_ok();
            if told {
                work(&connection, &jobs, &running);
            }
        };
        let name = format!("engine-{lane:?}").to_lowercase();
        let thread = std::thread::Builder::new().name(name).spawn(body);
        self.threads
            .push(thread.map_err(Error::io("start a thread"))?);
        wait.recv().map_err(|_| Error::Open {
            path: self.options.path.clone(),
        })
    }
}

fn open(engine: &Arc<Engine>, options: &ChildOptions, lane: Lane) -> Option<Connection> {
    let path = format!("--path={}", options.path.to_str()?);
    let memory = format!("--max_server_memory_usage={}", options.memory_bytes);
    let connection = engine.connect(&[path, memory])?;
    match connection.query(settings(options, lane).as_bytes(), &[]) {
        Ok(_) => Some(connection),
        Err(error) => {
            tracing::error!(error, "the engine refused a connection's settings");
            None
        }
    }
}

/// All queries at once leave a quarter of the memory to inserts and merges. What does not fit in a
/// query's share goes to disk, and the rows that a limit leaves are picked out early: without that the
/// engine gathers 1 GB of them first.
fn settings(options: &ChildOptions, lane: Lane) -> String {
    let share = match lane {
        Lane::Read => options.memory_bytes / 4 * 3 / options.readers.max(1) as u64,
        Lane::Write => options.memory_bytes / 2,
    };
    let (spill, early) = (share / 2, share / 8);
    let mut settings = format!(
        "SET max_memory_usage = {share}, max_threads = {}, \
         max_bytes_before_external_sort = {spill}, max_bytes_before_external_group_by = {spill}, \
         max_bytes_before_remerge_sort = {early}",
        threads()
    );
    if lane == Lane::Read {
        settings.push_str(", readonly = 2");
    }
    settings
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn work(connection: &Connection, jobs: &Mutex<Receiver<Job>>, running: &Running) {
    let mut limit = None;
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        if job.answer.is_closed() {
            continue;
        }
        let watched = running.begin(job.deadline);
        let output = limited(connection, &job, &mut limit);
        drop(watched);
        // Who asked may have gone; the work is done all the same.
        drop(job.answer.send(output));
    }
}

/// Tells the engine the time limit when it differs from the last one.
fn limited(connection: &Connection, job: &Job, limit: &mut Option<u64>) -> Result<Output, String> {
    let seconds = job.deadline.seconds;
    if *limit != Some(seconds) {
        let statement = format!("SET max_execution_time = {seconds}");
        connection.query(statement.as_bytes(), &[])?;
        *limit = Some(seconds);
    }
    match &job.data {
        None => connection.query(job.statement.as_bytes(), &job.parameters),
        Some(data) => {
            let statement = data.reader(&job.statement);
            connection.query(statement.as_bytes(), &job.parameters)
        }
    }
}
