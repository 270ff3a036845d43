//! Sites that federate, over a hall in memory and on stores that survive them.
#![allow(clippy::unwrap_used)]

mod alerts;
mod evidence;
mod faults;
mod membership;
mod departed;
mod mesh;
mod pages;
mod rotation;
mod witness;
