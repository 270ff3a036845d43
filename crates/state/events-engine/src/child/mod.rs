//! What the child process is.

mod connections;
mod data;
mod http;
mod journal;
mod lifeline;
mod only;
mod running;
mod server;
mod shape;

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use crate::confine::confine;
use crate::ffi::Engine;
use crate::{ChildOptions, Error};
use connections::Connections;
use lifeline::Lifeline;
use only::Only;

/// Confines this process, opens the store as soon as no other process has it, and answers until its
/// parent is gone. Returns after the store is closed.
///
/// Call it before any thread is started: Landlock holds for the calling thread and those that it
/// starts afterwards.
///
/// # Errors
/// When the library cannot be loaded, the store cannot be opened or the socket is refused.
pub fn serve(options: &ChildOptions) -> Result<(), Error> {
    private_directory(&options.path)?;
    let mut lifeline =
        Lifeline::take(options.lifeline).map_err(Error::io("take standard input"))?;
    let only = Only::take(&options.path, &mut lifeline).map_err(Error::io("lock the store"))?;
    let Some(_only) = only else {
        return Ok(());
    };
    let listener = listen(&options.socket)?;
    let confinement = confine(&options.path, &options.library)?;
    // Opening a store takes a while, and without a parent nobody has a use for it.
    let parent = lifeline.watch(|why| server::die(why));
    let parent = parent.map_err(Error::io("start a thread"))?;
    for part in journal::mend(&options.path).map_err(Error::io("read the store"))? {
        server::say(&format!(
            "part {part} was not stored: its batch may come again"
        ));
    }
    write_through(&options.path);
    let engine = Engine::load(&options.library)?;
    let connections = Connections::open(&engine, options)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::io("start a runtime"))?;
    let served = runtime.block_on(server::run(
        listener,
        &connections,
        options,
        confinement,
        parent,
    ));
    runtime.shutdown_timeout(Duration::from_millis(100));
    connections.close();
    served
}

/// At start, and again after a table was made.
fn write_through(path: &Path) {
    match journal::write_through(path) {
        Ok(true) => {}
        Ok(false) => server::say(
            "this file system cannot write the engine's note of batches through: after a power failure \
             the newest batch may come twice",
        ),
        Err(error) => server::say(&format!("cannot look for the engine's notes: {error}")),
    }
}

fn private_directory(path: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(Error::io("make the directory"))
}

fn listen(path: &Path) -> Result<UnixListener, Error> {
    const LONGEST: usize = 107;
    if path.as_os_str().len() > LONGEST {
        return Err(Error::SocketPath {
            path: path.to_owned(),
        });
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io("remove the old socket")(error));
        }
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(Error::io("listen on the socket"))?;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, private).map_err(Error::io("protect the socket"))?;
    listener
        .set_nonblocking(true)
        .map_err(Error::io("prepare the socket"))?;
    Ok(listener)
}
