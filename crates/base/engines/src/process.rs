use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Error;

/// A server's process. It ends when this is dropped, and also when our own process is killed: it
/// stands below a shell that ends it as soon as the pipe to us is gone.
#[derive(Debug)]
pub struct Process {
    shell: Child,
    lifeline: Option<ChildStdin>,
}

/// How a server is ended. None of them is asked to tidy up: its folder goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Kill,
    /// PostgreSQL's "immediate" shutdown, which takes its own children along.
    Quit,
}

/// `$1` is the signal, the rest the server's command line. A job in the background would have no
/// input, hence the third descriptor.
const WATCH: &str = r#"
signal="$1"; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -"$signal" "$server" 2>/dev/null; } &
exec 3<&-
wait "$server"
"#;

const LOOK: Duration = Duration::from_millis(15);

impl Process {
    /// Starts `command` with its output in `log`; `user` is whom to run it as, by number and group.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(
        command: &[&str],
        log: &Path,
        user: Option<(u32, u32)>,
        ending: Ending,
    ) -> Result<Self, Error> {
        let out = File::options().create(true).append(true).open(log);
        let out = out.map_err(Error::io("write", log))?;
        let also = out.try_clone().map_err(Error::io("write", log))?;
        let signal = match ending {
            Ending::Kill => "KILL",
            Ending::Quit => "QUIT",
        };
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", WATCH, "watch", signal]).args(command);
        shell.stdin(Stdio::piped()).stdout(out).stderr(also);
        shell.current_dir("/");
        if let Some((uid, gid)) = user {
            shell.gid(gid).uid(uid);
        }
        let mut shell = shell.spawn().map_err(Error::io("run", command[0]))?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, lifeline })
    }

    /// Waits until `ready` says yes.
    ///
    /// # Errors
    /// [`Error::Silent`] with the log's end when the server ends, or `patience` does.
    pub fn wait_for(
        &mut self,
        program: &'static str,
        log: &Path,
        patience: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), Error> {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if ready() {
                return Ok(());
            }
            if matches!(self.shell.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(LOOK);
        }
        Err(Error::Silent {
            program,
            seconds: patience.as_secs(),
            log: crate::find::tail(log),
        })
    }

    /// Ends it and waits for its end.
    pub fn stop(&mut self) {
        drop(self.lifeline.take());
        // Without a process to wait for there is nothing left to end.
        drop(self.shell.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}
