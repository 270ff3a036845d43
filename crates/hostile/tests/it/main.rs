//! Every target, a short while, from the same seed each time. `AURORA_FUZZ_ROUNDS` and `AURORA_FUZZ_SEED` ask for more,
//! or for another course.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use aurora_hostile::mutate::{Dice, mutated};
use aurora_hostile::{each_target, seeds, target};

const MOST_BYTES: usize = 16 * 1024;
/// What a decoder may take for so little, in the dev profile on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(20);

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

fn check(name: &str) {
    let target = target(name).unwrap();
    let inputs = seeds::of(name);
    let rounds = number("AURORA_FUZZ_ROUNDS").unwrap_or(target.rounds);
    let seed = number("AURORA_FUZZ_SEED").unwrap_or(1);
    let mut dice = Dice::new(seed);
    let as_they_are = inputs.iter().cloned();
    let changed = (0..rounds).map(|_| mutated(&mut dice, &inputs, MOST_BYTES));
    for (round, input) in as_they_are.chain(changed).enumerate() {
        let start = Instant::now();
        let held = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let what = match (held, start.elapsed()) {
            (Err(_), _) => "does not hold",
            (Ok(()), time) if time > LONGEST => "hangs",
            _ => continue,
        };
        panic!(
            "{name} {what} in round {round} of seed {seed}: {}",
            input.escape_ascii()
        );
    }
    eprintln!("{name}: {} seeds, {rounds} rounds", inputs.len());
}

each_target!(check);
