//! One link while it is there.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use aurora_model::SiteId;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc;
use tracing::{debug, info};

use crate::links::{Heard, Line, Links};
use crate::wire::{self, Message};

/// Both ends say that they are there.
const PING: Duration = Duration::from_secs(1);
/// Without a word for so long the link is over.
const QUIET: Duration = Duration::from_secs(5);
/// Small frames leave together, up to so many bytes.
const TOGETHER: usize = 64 * 1024;

/// Serves a link until it is over.
pub async fn serve(stream: impl AsyncRead + AsyncWrite, mut line: Line, links: &Links) {
    let site = line.site;
    info!(%site, "a direct link is there");
    let (reader, mut writer) = split(stream);
    let mut reader = Noting {
        reader,
        heard: Arc::clone(&line.heard),
    };
    let stop = line.stop.clone();
    let over = tokio::select! {
        () = stop.cancelled() => Ok(()),
        over = receive(&mut reader, site, links) => over,
        over = send(&mut writer, &mut line.frames, &line.waiting) => over,
    };
    match over {
        Ok(()) => debug!(%site, "a direct link was closed"),
        Err(error) => info!(%site, %error, "a direct link is over"),
    }
    links.end(&line).await;
}

/// Notes that something comes, a piece of a long frame too.
struct Noting<S> {
    reader: ReadHalf<S>,
    heard: Arc<Heard>,
}

impl<S: AsyncRead> AsyncRead for Noting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<(), Error>> {
        let read = Pin::new(&mut self.reader).poll_read(context, into);
        if read.is_ready() {
            self.heard.note();
        }
        read
    }
}

async fn receive(
    reader: &mut Noting<impl AsyncRead>,
    from: SiteId,
    links: &Links,
) -> Result<(), Error> {
    loop {
        match wire::read(reader, QUIET).await? {
            Message::Ping => {}
            Message::Frame(bytes) => links.came(from, bytes),
        }
    }
}

async fn send(
    writer: &mut WriteHalf<impl AsyncWrite>,
    frames: &mut mpsc::Receiver<Bytes>,
    waiting: &AtomicUsize,
) -> Result<(), Error> {
    let mut out = Vec::new();
    // The first message is a ping, whatever waits already: whoever dialled takes it for a welcome.
    wire::put(&mut out, &Message::Ping);
    wire::write(writer, &out, QUIET).await?;
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let take = |out: &mut Vec<u8>, frame: Bytes| {
        waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        wire::put(out, &Message::Frame(frame));
    };
    loop {
        out.clear();
        tokio::select! {
            _ = ping.tick() => wire::put(&mut out, &Message::Ping),
            frame = frames.recv() => take(&mut out, frame.ok_or(ErrorKind::BrokenPipe)?),
        }
        while out.len() < TOGETHER {
            match frames.try_recv() {
                Ok(frame) => take(&mut out, frame),
                Err(_) => break,
            }
        }
        wire::write(writer, &out, QUIET).await?;
    }
}
