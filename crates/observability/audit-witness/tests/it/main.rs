//! A real witness behind HTTP, and those who ask it.
#![allow(clippy::unwrap_used)]

mod asking;
mod served;
mod stand;
