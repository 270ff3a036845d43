//! Real servers for tests: PostgreSQL, Redis, SeaweedFS, an OpenID Connect provider.
//!
//! What it is: [`Postgres`], [`Redis`], [`Seaweed`] and [`OidcProvider`], each a server in a temporary folder which
//! ends when its guard is dropped, when the test panics, and when the test's process is killed. What
//! it is not: a way to run these servers for a site. Each is looked for where `./aurora setup` puts
//! it; a test without its server says so and passes. Start reading at [`Process`].

mod error;
mod find;
mod oidc_provider;
mod ports;
mod postgres;
mod process;
mod redis;
mod seaweed;

pub use error::Error;
pub use oidc_provider::OidcProvider;
pub use ports::free_ports;
pub use postgres::{Postgres, PostgresOptions};
pub use process::{Ending, Process};
pub use redis::{Certificate, Redis, RedisOptions};
pub use seaweed::Seaweed;
