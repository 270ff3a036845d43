//! People whom another provider vouches for: OpenID Connect, authorisation code with PKCE.
//!
//! What it is: [`Oidc`], the adapter of [`aurora_people::Provider`] over `openidconnect`, which
//! checks the ID token's signature, issuer, audience, times and nonce. What it is not: a place that
//! knows accounts; what the provider says of somebody goes to `aurora-people`. Start reading at
//! [`Oidc`], then at `exchange`, the only way out.

mod claims;
mod error;
mod exchange;
mod oidc;

pub use error::Error;
pub use oidc::Oidc;
