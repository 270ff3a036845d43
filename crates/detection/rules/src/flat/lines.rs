//! Files of lines, read and evaluated by several threads, in memory that does not grow.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{FlatRules, FlatScratch};

/// Lines that travel together.
const CHUNK_BYTES: usize = 1 << 20;
/// A longer line is refused: no record is.
const MAX_LINE_BYTES: usize = 64 << 20;

/// What evaluating some lines came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Lines that are not blank.
    pub events: u64,
    /// Line, counted from 1, and rule, in the order of the file.
    pub matches: Vec<(u64, usize)>,
    /// Lines that could not be read, with what is wrong.
    pub broken: Vec<(u64, String)>,
}

/// How far a file has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Bytes of text, once unpacked.
    pub bytes: u64,
    pub events: u64,
}

/// Whole lines of a file on their way from the reader to a worker and back.
struct Chunk {
    number: u64,
    text: Vec<u8>,
    found: Lines,
    /// How many lines the text has.
    lines: u64,
}

/// Chunks in memory for each thread.
const IN_MEMORY: usize = 3;

/// Evaluates every line of `input` on `threads` threads and hands over what was found, in order,
/// some lines at a time.
///
/// # Errors
/// When `input` cannot be read, or has a line of more than 64 MiB, or `found` fails.
pub fn evaluate_lines(
    rules: &FlatRules,
    mut input: impl Read + Send,
    threads: usize,
    found: &mut dyn FnMut(&Lines, Reached) -> io::Result<()>,
) -> io::Result<()> {
    let threads = threads.max(1);
    let mut order = Order::default();
    if threads == 1 {
        let mut scratch = FlatScratch::default();
        let mut cutter = Cutter::default();
        while let Some(mut chunk) =
            cutter.next(&mut input, order.spare.pop().unwrap_or_default())?
        {
            chunk.evaluate(rules, &mut scratch);
            order.settle(chunk, found)?;
        }
        return Ok(());
    }
    // A buffer is the right to read: so many chunks are in memory and no more, however slow one of
    // them is.
    let (spare, buffers) = sync_channel(threads * IN_MEMORY);
    for _ in 0..threads * IN_MEMORY {
        _ = spare.send(Vec::new());
    }
    let worker = &Worker {
        rules,
        source: Mutex::new((Cutter::default(), input)),
        buffers: Mutex::new(buffers),
    };
    std::thread::scope(move |scope| {
        // Room for every chunk that there can be: a worker never waits to hand one over.
        let (done, results) = sync_channel(threads * IN_MEMORY);
        for _ in 0..threads {
            let done = done.clone();
            scope.spawn(move || worker.work(&done));
        }
        drop(done);
        for chunk in results {
            order.settle(chunk?, found)?;
            // Nobody reads any more when the workers have ended.
            order.spare.drain(..).for_each(|text| _ = spare.send(text));
        }
        Ok(())
    })
}

/// Each thread reads what it evaluates: the text is in its cache then.
struct Worker<'w, R> {
    rules: &'w FlatRules,
    source: Mutex<(Cutter, R)>,
    buffers: Mutex<Receiver<Vec<u8>>>,
}

impl<R: Read> Worker<'_, R> {
    fn work(&self, done: &SyncSender<io::Result<Chunk>>) {
        let mut scratch = FlatScratch::default();
        loop {
            let buffer = held(&self.buffers).recv();
            let Ok(buffer) = buffer else { return };
            let read = {
                let (cutter, input) = &mut *held(&self.source);
                cutter.next(input, buffer)
            };
            let chunk = match read {
                Ok(None) => return,
                Ok(Some(mut chunk)) => {
                    chunk.evaluate(self.rules, &mut scratch);
                    Ok(chunk)
                }
                Err(error) => Err(error),
            };
            if done.send(chunk).is_err() {
                return;
            }
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Chunk {
    fn evaluate(&mut self, rules: &FlatRules, scratch: &mut FlatScratch) {
        let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
        let mut rest = Some(text);
        while let Some(text) = rest {
            let (line, after) = match memchr::memchr(b'\n', text) {
                Some(end) => (&text[..end], Some(&text[end + 1..])),
                None => (text, None),
            };
            rest = after;
            self.lines += 1;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.found.events += 1;
            match rules.evaluate(line, scratch) {
                Ok(fired) => {
                    let fired = fired.iter().map(|rule| (self.lines, *rule));
                    self.found.matches.extend(fired);
                }
                Err(error) => self.found.broken.push((self.lines, error.to_string())),
            }
        }
    }
}

/// Puts chunks back into the order of the file.
#[derive(Default)]
struct Order {
    next: u64,
    /// Lines of the chunks before.
    lines: u64,
    reached: Reached,
    waiting: BTreeMap<u64, Chunk>,
    /// Buffers for chunks to come.
    spare: Vec<Vec<u8>>,
}

impl Order {
    fn settle(
        &mut self,
        chunk: Chunk,
        found: &mut dyn FnMut(&Lines, Reached) -> io::Result<()>,
    ) -> io::Result<()> {
        self.waiting.insert(chunk.number, chunk);
        while let Some(mut chunk) = self.waiting.remove(&self.next) {
            self.next += 1;
            let before = self.lines;
            self.lines += chunk.lines;
            self.reached.bytes += chunk.text.len() as u64;
            self.reached.events += chunk.found.events;
            chunk.found.matches.iter_mut().for_each(|m| m.0 += before);
            chunk.found.broken.iter_mut().for_each(|b| b.0 += before);
            found(&chunk.found, self.reached)?;
            self.spare.push(chunk.text);
        }
        Ok(())
    }
}

/// Cuts a stream behind line ends.
#[derive(Default)]
struct Cutter {
    next: u64,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
}

impl Cutter {
    fn next(&mut self, input: &mut impl Read, mut text: Vec<u8>) -> io::Result<Option<Chunk>> {
        text.clear();
        text.append(&mut self.rest);
        let mut wanted = CHUNK_BYTES;
        while !self.ended {
            let room = wanted.saturating_sub(text.len()) as u64;
            let read = input.by_ref().take(room).read_to_end(&mut text)?;
            self.ended = (read as u64) < room;
            if self.ended {
                break;
            }
            if let Some(end) = memchr::memrchr(b'\n', &text) {
                self.rest.extend_from_slice(&text[end + 1..]);
                text.truncate(end + 1);
                break;
            }
            if text.len() >= MAX_LINE_BYTES {
                let reason = format!("a line is longer than {MAX_LINE_BYTES} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
            wanted = text.len() + CHUNK_BYTES;
        }
        if text.is_empty() {
            return Ok(None);
        }
        let number = self.next;
        self.next += 1;
        Ok(Some(Chunk {
            number,
            text,
            found: Lines::default(),
            lines: 0,
        }))
    }
}
