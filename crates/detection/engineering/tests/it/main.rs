//! What detection engineers ask, of rules written here.
#![allow(clippy::unwrap_used)]

mod backtest;
mod coverage;
mod diff;
mod golden;
mod health;
mod rules;
mod windows;
