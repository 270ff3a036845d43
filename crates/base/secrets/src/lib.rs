//! Secrets that cannot be printed, the site's keys, and the site's identity.
//!
//! What it is: [`Secret`], which no log, error or document can hold; [`Keyring`], the one root key
//! of a site with a derived key for each purpose; [`SiteIdentity`], drawn once and never changed.
//! What it is not: a store of other people's secrets. Start reading at [`Keyring`].
//!
//! Everything stands in the data directory's `keys/`, a folder of mode 0700: `root.key` and
//! `site.json`, mode 0600. Whoever can read `root.key` can sign as the site.

mod error;
mod file;
mod identity;
mod keyring;
mod secret;
mod signer;
mod token;

pub use error::Error;
pub use identity::SiteIdentity;
pub use keyring::{Keyring, Purpose};
pub use secret::{REDACTED, Secret};
pub use signer::{BadSignature, Signer, verify};
pub use token::{Issued, TokenHasher};
