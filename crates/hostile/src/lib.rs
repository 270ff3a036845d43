//! What every decoder of untrusted bytes must hold, whatever the bytes are.
//!
//! What it is: a [`Target`] for each decoder, records to begin with ([`seeds`]), and a driver that changes them at
//! random from a seed ([`mutate`]). What it is not: a fuzzer; the same targets are run by libFuzzer in `fuzz/`
//! (`just fuzz`, `just fuzz-all`), and a short while by this driver in every test run.
//!
//! Start reading at [`TARGETS`]. To add a target: a file in `targets`, its line here, and its file and entry in `fuzz/`.

pub mod mutate;
pub mod seeds;
pub mod targets;

/// A decoder under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub name: &'static str,
    /// Panics when something does not hold.
    pub run: fn(&[u8]),
    /// How often it is run in a test: what takes longer is run less often.
    pub rounds: u64,
}

macro_rules! targets {
    ($($name:ident $rounds:literal,)*) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            run: targets::$name::run,
            rounds: $rounds,
        },)*];

        /// A test for each, by `$run`.
        #[macro_export]
        macro_rules! each_target {
            ($run:path) => {
                $(#[test]
                fn $name() {
                    $run(stringify!($name));
                })*
            };
        }
    };
}

targets! {
    audit_bundle 20_000,
    audit_text 10_000,
    bus_bodies 5_000,
    bus_message 20_000,
    collector_batches 10_000,
    dedupe_slots 10_000,
    event_text 2_000,
    federation_frame 10_000,
    framer 1_000,
    hunt 500,
    indicator_feed 500,
    indicator_set 5_000,
    joined_records 100,
    journal_export 3_000,
    json 10_000,
    log_segment 20_000,
    push_bodies 3_000,
    records 300,
    rule_set 100,
    sigma_rules 500,
    syslog 2_000,
    window_state 500,
    windows_event 1_000,
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
