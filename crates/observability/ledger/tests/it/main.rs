//! The ledgers of a site whose services are played by the tests.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod balance;
mod counting;
mod live;
mod site;
