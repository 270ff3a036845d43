#![allow(clippy::unwrap_used)]

mod glass;
mod machine;
mod stand;
mod store;
