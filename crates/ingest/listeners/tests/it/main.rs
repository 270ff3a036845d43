//! Listeners over real sockets, with the bus in memory behind them.
#![allow(clippy::unwrap_used)]

mod clients;
mod crowded;
mod elastic;
mod hec;
mod hostile;
mod loki;
mod otlp;
mod pushback;
mod relay;
mod secured;
mod support;
