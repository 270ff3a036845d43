//! People: who they are, how they prove it, and for how long that is believed.
//!
//! What it is: [`People`], over the records store and the store of short-lived values. Accounts,
//! passkeys (the relying party's side of WebAuthn is in [`webauthn`], a pure part), passwords with
//! codes, one-time links, sessions, API keys, and accounts that another [`Provider`] vouches for;
//! every request's [`aurora_permissions::Principal`] comes from here. What it is not: a place where
//! anything is permitted; that is `aurora-permissions`. Start reading at [`People`], then at
//! `sign_in`.
//!
//! **Invariant:** what a copy of the records store holds opens nothing: tokens, passwords and the
//! secrets of code generators are kept as what a key of the site made of them.

mod account;
mod change;
mod codes;
mod credentials;
mod error;
mod identities;
mod keys;
mod limits;
mod links;
mod options;
mod origins;
mod passkeys;
mod passwords;
mod pending;
mod people;
mod provider;
mod sessions;
mod sign_in;
mod step_up;
mod store;
pub mod webauthn;

pub use account::{ADMINISTRATOR, Name, Person};
pub use change::NewPerson;
pub use codes::Enrolment;
pub use credentials::Credentials;
pub use error::Error;
pub use identities::{Identity, Landed, Leaving};
pub use keys::{ApiKey, CreatedKey, NewKey};
pub use links::LinkToken;
pub use options::{OidcOptions, Options};
pub use origins::Origins;
pub use passkeys::{AnswerResponse, Encoded, MadeResponse, Passkey, PasskeyAnswer, PasskeyMade};
pub use people::{Parts, People};
pub use provider::{Asked, Claims, Departure, Provider, ProviderError};
pub use sessions::{Identified, Opened, Session, SessionRow, Visitor};
pub use sign_in::PasswordLogin;
pub use step_up::StepUp;

/// What this crate answers.
pub type Result<T> = std::result::Result<T, Error>;
