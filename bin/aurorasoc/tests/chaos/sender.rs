//! A sender over HTTP that sends a batch again until it is told that it is taken.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::records;

/// Records of a batch.
pub const BATCH: u64 = 50;

/// Between two batches: what is not optimised has to keep up.
const PAUSE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 20 });

pub struct Sender {
    address: Arc<Mutex<Option<SocketAddr>>>,
    finish: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Sender {
    /// Begins to send as soon as [`Sender::to`] has said where.
    pub fn start(token: String) -> Self {
        let (address, finish) = (
            Arc::<Mutex<Option<SocketAddr>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (known, finishing) = (address.clone(), finish.clone());
        let thread = std::thread::spawn(move || {
            let mut batches = 0;
            while !finishing.load(Ordering::SeqCst) {
                let body = records::lines("push", batches * BATCH, BATCH);
                send(&known, &token, batches, &body);
                batches += 1;
                // Ordinary traffic, not a race with the import.
                std::thread::sleep(PAUSE);
            }
            batches * BATCH
        });
        Self {
            address,
            finish,
            thread,
        }
    }

    pub fn to(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap() = address;
    }

    /// How many records were acknowledged. The site must run.
    pub fn finish(self) -> u64 {
        self.finish.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// Sends a batch until it is taken.
fn send(known: &Mutex<Option<SocketAddr>>, token: &str, batch: u64, body: &str) {
    loop {
        let address = *known.lock().unwrap();
        if address.is_some_and(|address| {
            post(address, token, Some(&batch.to_string()), body).is_ok_and(|yes| yes)
        }) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a batch to a site that runs and takes it; without a key it is a piece of one feed, as others are.
pub fn send_once(address: SocketAddr, token: &str, key: Option<&str>, body: &str) {
    assert!(post(address, token, key, body).unwrap(), "it is taken");
}

fn post(address: SocketAddr, token: &str, key: Option<&str>, body: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "POST /ingest HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n{}Content-Length: {}\r\n\r\n{body}",
        key.map(|key| format!("Idempotency-Key: {key}\r\n"))
            .unwrap_or_default(),
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(
        !answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 429"),
        "{answer}"
    );
    Ok(answer.starts_with("HTTP/1.1 200"))
}
