#![allow(clippy::unwrap_used)]
//! What is made from the metrics, or names them.

mod deployed;
