//! Slots of a dedupe window as a store may give them back: read or refused, and what was read is
//! written again the same.

use aurora_dedupe::{Options, Window, slot_prefix};
use aurora_model::Shard;

pub fn run(data: &[u8]) {
    let shard = Shard::numbered(7);
    let mut slots = Vec::new();
    let mut rest = data;
    for number in 0..8_u32 {
        let [length, after @ ..] = rest else { break };
        let (value, after) = after.split_at(usize::from(*length).min(after.len()));
        let name = match number {
            0 => format!("{}head", slot_prefix(shard)),
            _ => format!(
                "{}{:020}/{:06}",
                slot_prefix(shard),
                number / 4,
                (number - 1) % 3
            ),
        };
        slots.push((name, value.to_vec()));
        rest = after;
    }
    let options = Options {
        keys_per_slot: 4,
        ..Options::default()
    };
    if let Ok(mut window) = Window::restore(shard, options, slots.clone()) {
        let keys = window.len();
        window.committed();
        assert_eq!(window.len(), keys);
        assert_eq!(window.delta().slots, []);
    }
}
