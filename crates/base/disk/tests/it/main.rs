//! One list of cases for both disks, and what only the simulated one does.
#![allow(clippy::unwrap_used)]

mod contract;
mod crash;
