use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the API could not be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program, or another site, holds the port.
    #[error("cannot listen on {address}: choose another `console.listen`")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot make the socket `{path}`")]
    Socket {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The one-time link must be used first, on this machine.
    #[error(
        "cannot listen on {address}: there is no administrator yet; open the one-time link on \
         this machine first"
    )]
    NoAdministrator { address: SocketAddr },
    #[error(
        "cannot listen on {address} without TLS: put a proxy that ends TLS in front and set \
         `api.behind_tls = true`"
    )]
    NoTls { address: SocketAddr },
    #[error("cannot read the console's files in `{path}`")]
    Console {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot read accounts")]
    People(#[from] aurora_people::Error),
    #[error("cannot say of what was begun before that its outcome is unknown")]
    Approvals(#[from] aurora_approvals::Error),
    #[error("cannot put the site's own roles in force")]
    Roles(#[from] crate::roles::Error),
}
