#![allow(clippy::unwrap_used)]

mod checked_in;
mod table;
