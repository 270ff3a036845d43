//! Places between two writes, at which a test may end the process as `kill -9` would.
//!
//! What it is: [`reach`], which says that one is reached, and does nothing at all unless the feature `on` is
//! compiled in, which only tests do. What it is not: a way to make calls fail; adapters have tests of their own
//! for that. Why it is not the crate `fail` stands in `docs/adr/0039-fail-points-that-kill.md`.

#[cfg(feature = "on")]
mod armed;

/// The environment variable with the file that says where the process ends: one name of a place. It is read anew at
/// every place, so that a test arms and disarms a process that runs.
pub const ARMED: &str = "AURORA_FAIL_POINT";

/// The process comes by the place called `name`.
#[inline]
pub fn reach(name: &str) {
    #[cfg(feature = "on")]
    armed::end_at(name);
    #[cfg(not(feature = "on"))]
    let _ = name;
}

/// Whether places do anything in this build.
pub const fn compiled() -> bool {
    cfg!(feature = "on")
}
