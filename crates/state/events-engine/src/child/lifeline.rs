//! How the child learns that its parent is gone: the pipe that it was given as standard input ends.
//!
//! The engine's library takes standard input for its own. With every INSERT it makes it non-blocking,
//! looks for rows there and makes it blocking again, and these are marks of the pipe, not of one
//! descriptor: whoever reads the pipe at that moment is told that there is nothing. So the pipe moves
//! away before the library is loaded, and standard input is empty from then on.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, stdin};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::oneshot;

/// The pipe, where the library does not find it.
pub(super) struct Lifeline(File);

impl Lifeline {
    /// Takes standard input and leaves `/dev/null` in its place. Call it before the confinement and
    /// before the library is loaded.
    pub(super) fn take() -> Result<Self> {
        let pipe = stdin().as_fd().try_clone_to_owned()?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        Ok(Self::new(pipe))
    }

    fn new(pipe: OwnedFd) -> Self {
        Self(File::from(pipe))
    }

    /// Resolves to why the parent counts as gone; never, when that is not to be watched.
    pub(super) fn watch(mut self, watched: bool) -> Result<oneshot::Receiver<String>> {
        let (gone, wait) = oneshot::channel();
        let body = move || {
            if !watched {
                loop {
                    std::thread::park();
                }
            }
            let why = match self.end() {
                Ok(()) => "the parent is gone".to_owned(),
                Err(error) => format!("the parent cannot be watched: {error}"),
            };
            // Nobody waits any more when the server has ended first.
            drop(gone.send(why));
        };
        let thread = std::thread::Builder::new().name("lifeline".to_owned());
        thread.spawn(body).map(|_| wait)
    }

    /// Waits for the end; what is said on the pipe before is of no interest.
    fn end(&mut self) -> Result<()> {
        let mut ignored = [0; 64];
        loop {
            match self.0.read(&mut ignored) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable()?,
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    /// The parent made the pipe, and it may be non-blocking from the start.
    fn readable(&self) -> Result<()> {
        match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], None) {
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
        let mut gone = Lifeline::new(ours.into()).watch(true).unwrap();
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
