//! The formats against their specifications, another implementation and golden bytes; the
//! verification against everything that can be done to a folder.
#![allow(clippy::unwrap_used)]

mod decoders;
mod fixture;
mod notes;
mod records;
mod tiles;
mod trees;
