//! People over every records adapter, with a software authenticator for real ceremonies. Where there
//! is no PostgreSQL, its part says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod accounts;
mod authenticator;
mod cases;
mod forge;
mod keys;
mod lab;
mod limits;
mod linking;
mod login;
mod model;
mod passkeys;
mod secrets;
mod sessions;
mod step_up;
mod timing;
mod webauthn;
