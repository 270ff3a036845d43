#![allow(clippy::unwrap_used)]

mod external;
mod golden;
mod hostile;
mod identity;
mod selection;
mod support;
