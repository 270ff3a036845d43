//! Notifications: alerts told to people through signed webhooks and e-mail.
//!
//! What it is: the [`Notifier`], a durable consumer of findings; [`Channel`], one way out; and the
//! pure [`state`] that groups what is told and decides when. What it is not: a place for replies;
//! people act in the console. Start reading at [`state`], then `service.rs`.
//!
//! A message is sent at least once, with one idempotency key however often it is sent. A channel
//! that fails is shown by the role's health and, when it goes on failing, is an alert itself.

mod channel;
mod egress;
mod email;
mod error;
mod filter;
mod options;
mod ourselves;
mod render;
mod service;
mod sign;
pub mod state;
mod webhook;

pub use channel::{Channel, Channels};
pub use error::Error;
pub use filter::Filter;
pub use options::{Email, Encryption, Options, Webhook};
pub use service::{ChannelStatus, Notifier, Notify};
pub use sign::signature;
