//! The process's allocator.
//!
//! A site under load lives on large, short-lived batches, made on one thread and dropped on another;
//! what an allocator keeps of them is most of the process's memory. `docs/benchmarks.md` has the figures.
// One symbol, by which jemalloc finds its settings before the first allocation, hence before `main`.
#![allow(unsafe_code)]

use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// A C string; a reference to an array is the address of its first byte. Few arenas, as most threads
/// only wait. Free pages go back to the system within a second, in the background, so that the peak
/// of one moment is not the size of the next hour.
#[unsafe(export_name = "_rjem_malloc_conf")]
static SETTINGS: &[u8; 70] =
    b"narenas:4,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:true\0";
