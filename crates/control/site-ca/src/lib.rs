//! A site's certificate authority, and how hosts enrol with it.
//!
//! What it is: [`Authority`], which signs certificates of an hour for the site's own parts and of a day
//! for hosts; [`Keeper`], which renews those of the parts, and [`Files`], for parts that are others'
//! programs; [`Book`], tokens and hosts in the records store; [`Roll`], who is good now, for handshakes and for connections that are open; [`routes`], what
//! hosts speak to. What it is not: the settings of TLS, which are `base/tls`; nor a way for people.
//!
//! Invariants: no key but the site's root key is kept here, and a host's never leaves the host. A token
//! opens once. Nothing in a request but its key reaches a certificate.
//!
//! Start reading at [`Book::redeem`].

mod authority;
mod book;
mod edge;
mod error;
mod files;
mod host;
mod keeper;
mod redeem;
mod request;
mod roll;
mod routes;
mod token;

pub use authority::{Authority, EDGE_LIFE, ROLE_LIFE};
pub use book::Book;
pub use edge::{Edge, State};
pub use error::Error;
pub use files::Files;
pub use host::HostPattern;
pub use keeper::Keeper;
pub use request::{BadRequest, MAX_REQUEST, public_key};
pub use roll::{HEARTBEAT, Roll};
pub use routes::routes;
pub use token::{EnrolToken, Issued, MAX_TOKEN_LIFE, NewToken};
