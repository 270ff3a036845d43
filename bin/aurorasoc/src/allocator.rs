//! The process's allocator.
//!
//! A site under load lives on large, short-lived batches, made on one thread and dropped on another;
//! what an allocator keeps of them is most of the process's memory. `docs/benchmarks.md` has the figures.
// One symbol, by which jemalloc finds its settings before the first allocation, hence before `main`, and one call that
// changes them.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::ptr::null_mut;

use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// A C string; a reference to an array is the address of its first byte. Few arenas, as most threads
/// only wait. Free pages go back to the system within a second, in the background, so that the peak
/// of one moment is not the size of the next hour.
#[unsafe(export_name = "_rjem_malloc_conf")]
static SETTINGS: &[u8; 70] =
    b"narenas:4,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:true\0";

/// Free pages go back to the system at once, in this process: for a guest on somebody's host, of which little is asked and
/// which should be small at every moment. To be called before there are other threads, which take what is set then.
pub fn keep_nothing() {
    const SETTINGS: [&CStr; 2] = [c"arenas.dirty_decay_ms", c"arena.0.dirty_decay_ms"];
    for name in SETTINGS {
        let mut millis: isize = 0;
        // SAFETY: the name ends with NUL, and jemalloc reads one `ssize_t` under each of them, which is there for the call.
        let refused = unsafe {
            tikv_jemalloc_sys::mallctl(
                name.as_ptr(),
                null_mut(),
                null_mut(),
                (&raw mut millis).cast(),
                size_of_val(&millis),
            )
        };
        debug_assert_eq!(refused, 0, "jemalloc knows {name:?}");
    }
}
