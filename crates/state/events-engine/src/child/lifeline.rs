//! How the child learns that its parent is gone: the pipe that it was given as standard input ends.
//!
//! The engine's library takes standard input for its own. With every INSERT it makes it non-blocking,
//! looks for rows there and makes it blocking again, and these are marks of the pipe, not of one
//! descriptor: whoever reads the pipe at that moment is told that there is nothing. So the pipe moves
//! away before the library is loaded, and standard input is empty from then on.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, stdin};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::oneshot;

/// The pipe, where the library does not find it.
pub(super) struct Lifeline {
    pipe: File,
    /// Else nobody asks whether it has ended.
    watched: bool,
}

/// What is known of the parent once a thread watches the pipe.
pub(super) struct Parent {
    /// Resolves to why it counts as gone.
    pub(super) gone: oneshot::Receiver<String>,
    /// From now on somebody waits for that. Before, there is nothing that would have to be closed.
    pub(super) is_awaited: Arc<AtomicBool>,
}

impl Lifeline {
    /// Takes standard input and leaves `/dev/null` in its place. Call it before the confinement and
    /// before the library is loaded.
    pub(super) fn take(watched: bool) -> Result<Self> {
        let pipe = stdin().as_fd().try_clone_to_owned()?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        Ok(Self::new(pipe, watched))
    }

    fn new(pipe: OwnedFd, watched: bool) -> Self {
        let pipe = File::from(pipe);
        Self { pipe, watched }
    }

    /// Watches the pipe on a thread. `orphaned` is called there when the parent ends before anybody
    /// awaits that.
    pub(super) fn watch(mut self, orphaned: fn(&str)) -> Result<Parent> {
        let (gone, wait) = oneshot::channel();
        let is_awaited = Arc::new(AtomicBool::new(false));
        let awaited = is_awaited.clone();
        let body = move || {
            if !self.watched {
                loop {
                    std::thread::park();
                }
            }
            let why = match self.end() {
                Ok(()) => "the parent is gone".to_owned(),
                Err(error) => format!("the parent cannot be watched: {error}"),
            };
            if !awaited.load(Ordering::SeqCst) {
                orphaned(&why);
            }
            // Nobody waits any more when the server has ended first.
            drop(gone.send(why));
        };
        let thread = std::thread::Builder::new().name("lifeline".to_owned());
        thread.spawn(body)?;
        Ok(Parent {
            gone: wait,
            is_awaited,
        })
    }

    /// Waits at most so long for the end.
    pub(super) fn ends_within(&mut self, time: Duration) -> Result<bool> {
        if !self.watched {
            std::thread::sleep(time);
            return Ok(false);
        }
        let time = Timespec::try_from(time).expect("it is short");
        match poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&time)) {
            Ok(0) | Err(Errno::INTR) => Ok(false),
            Ok(_) => match self.pipe.read(&mut [0; 64]) {
                Ok(said) => Ok(said == 0),
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
                Err(error) => Err(error),
            },
            Err(error) => Err(Error::from(error)),
        }
    }

    /// Waits for the end; what is said on the pipe before is of no interest.
    fn end(&mut self) -> Result<()> {
        let mut ignored = [0; 64];
        loop {
            match self.pipe.read(&mut ignored) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable()?,
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    /// The parent made the pipe, and it may be non-blocking from the start.
    fn readable(&self) -> Result<()> {
        match poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Error::from(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use rustix::fs::{OFlags, fcntl_setfl};

    use super::*;

    #[tokio::test]
    async fn only_the_end_of_the_pipe_counts() {
        let (ours, mut parents) = std::io::pipe().unwrap();
        fcntl_setfl(&ours, OFlags::NONBLOCK).unwrap();
        let mut lifeline = Lifeline::new(ours.into(), true);
        assert!(!lifeline.ends_within(Duration::from_millis(1)).unwrap());
        let Parent {
            mut gone,
            is_awaited,
        } = lifeline.watch(|_| panic!("somebody waits")).unwrap();
        is_awaited.store(true, Ordering::SeqCst);
        parents.write_all(b"still here").unwrap();
        // Read to its last byte, so that the next look meets a pipe with nothing in it.
        while rustix::io::ioctl_fionread(&parents).unwrap() > 0 {
            std::thread::yield_now();
        }
        assert!(gone.try_recv().is_err());
        drop(parents);
        assert_eq!(gone.await.unwrap(), "the parent is gone");
    }
}
