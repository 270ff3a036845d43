//! Sites that federate, over a hall in memory and on stores that survive them.
#![allow(clippy::unwrap_used)]

mod alerts;
mod departed;
mod evidence;
mod faults;
mod large;
mod listed;
mod membership;
mod mesh;
mod pages;
mod rotation;
mod witness;
