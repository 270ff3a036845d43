//! Matching events per CPU-second through one shard, what is written, and what is kept: the load of
//! `benches/apply.rs`, once, in CPU time, for machines that are busy.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../benches/load/mod.rs"]
mod load;

use load::{CASES, EVENTS, PARTS, USERS};

fn main() {
    // `event_count 10000`: only that one.
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, kind, jitter) in CASES {
        for users in USERS {
            let this = [name.to_owned(), users.to_string()];
            if !wanted.iter().all(|word| this.contains(word)) {
                continue;
            }
            let plan = load::plan(kind, 20.0);
            let mut shard = load::full(&plan, users, jitter);
            let mut rates = Vec::new();
            let (mut actions, mut bytes) = (0, 0);
            for part in 0..5 {
                let inputs = load::inputs(&plan, users, (PARTS + part) * EVENTS, jitter);
                let before = cpu_nanos();
                let (more, written) = load::run(&mut shard, &plan, &inputs);
                rates.push(EVENTS * 1_000_000 / (cpu_nanos() - before).max(1));
                actions += more;
                bytes += written;
            }
            rates.sort_unstable();
            let stats = shard.stats();
            println!(
                "{name:>22} {users:>7} users: {:>5} k/s (median of 5, {}..{}), {actions} actions, \
                 {} bytes written an event, {} groups, {} events kept, {} bytes a group",
                rates[2],
                rates[0],
                rates[4],
                bytes as u64 / (5 * EVENTS),
                stats.groups,
                stats.events,
                stats.bytes / stats.groups.max(1),
            );
        }
    }
}

/// Nanoseconds that this process was on a processor.
fn cpu_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}
