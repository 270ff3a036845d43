//! Three whole sites on a network of their own that breaks in every way a network can: what is missed is
//! there after the heal, once.
//!
//! Each site has a network namespace, a router of the test's own stands between them, and a real `nats-server`
//! at each carries the mesh beside direct links. It needs root, `ip` and `/dev/net/tun`; without them, or
//! without `nats-server`, it says so and passes. `AURORA_MESH_PARTITIONS` says how many seconds each partition
//! lasts, such as `2,30,180`; `just mesh` takes twenty from 2 to 180 seconds.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod autonomy;
mod changes;
mod clocks;
mod network;
mod partitions;
mod site;
mod tun;
