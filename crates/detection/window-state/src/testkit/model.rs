use std::collections::BTreeMap;

use aurora_model::Shard;

use super::Stand;
use crate::{Batch, Head, Outgoing, WindowStore};

/// A shard the plain way.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plain {
    head: Head,
    keys: BTreeMap<Vec<u8>, Vec<u8>>,
    outbox: Vec<Outgoing>,
}

/// Numbers that a seed decides (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

impl Plain {
    fn apply(&mut self, batch: &Batch) {
        self.keys
            .retain(|key, _| !batch.dropped.iter().any(|prefix| key.starts_with(prefix)));
        for (key, value) in &batch.keys {
            match value {
                Some(value) => self.keys.insert(key.clone(), value.clone()),
                None => self.keys.remove(key),
            };
        }
        for bytes in &batch.outgoing {
            self.head.last_out += 1;
            let (seq, bytes) = (self.head.last_out, bytes.clone());
            self.outbox.push(Outgoing { seq, bytes });
        }
        self.head.offset = batch.offset;
        self.head.handed = self.head.handed.max(batch.handed);
        self.outbox.retain(|out| out.seq > self.head.handed);
    }

    fn check(&self, store: &dyn WindowStore, shard: Shard) {
        let mut keys = BTreeMap::new();
        let visit = &mut |key: &[u8], value: &[u8]| {
            assert!(keys.insert(key.to_vec(), value.to_vec()).is_none());
        };
        store.load(shard, visit).expect("works");
        assert_eq!(keys, self.keys);
        assert_eq!(store.head(shard).expect("works"), Some(self.head));
        assert_eq!(store.outbox(shard, 0, 1_000).expect("works"), self.outbox);
    }
}

/// Commits, ends, checkpoints and adoptions in an order that a seed decides.
pub fn random_histories_read_like_the_model(stand: &dyn Stand) {
    for seed in 1..=4_u64 {
        history(stand, seed);
    }
}

fn history(stand: &dyn Stand, seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let shards = [5, 6].map(Shard::numbered);
    let mut store = stand.open();
    let mut model: Vec<Plain> = Vec::new();
    // An earlier history may have stood here.
    for shard in shards {
        let before = store.head(shard).expect("works").unwrap_or_default();
        let mut plain = Plain {
            head: store.open(shard, before.epoch + 1).expect("a new epoch"),
            ..Plain::default()
        };
        let visit = &mut |key: &[u8], value: &[u8]| {
            plain.keys.insert(key.to_vec(), value.to_vec());
        };
        store.load(shard, visit).expect("works");
        plain.outbox = store.outbox(shard, 0, 1_000).expect("works");
        model.push(plain);
    }
    let mut kept = None;
    for step in 0..120_u64 {
        match random.below(20) {
            0 => {
                drop(store);
                store = stand.open();
            }
            1 => {
                let to = stand.folder().join(format!("{seed}-{step}"));
                store.checkpoint(&to).expect("works");
                kept = Some((to, model.clone()));
            }
            2 => {
                if let Some((from, then)) = &kept {
                    let at = usize::from(random.below(2) == 1);
                    store.adopt(from, &shards[at..=at]).expect("works");
                    model[at] = then[at].clone();
                    // Under the newest epoch of all, as after a change of owner.
                    let epoch = 1_000 * seed + step;
                    model[at].head = store.open(shards[at], epoch).expect("a new epoch");
                }
            }
            _ => commit(store.as_ref(), &mut random, &shards, &mut model),
        }
        if step % 10 == 9 {
            for (plain, shard) in model.iter().zip(shards) {
                plain.check(store.as_ref(), shard);
            }
        }
    }
}

fn commit(store: &dyn WindowStore, random: &mut Random, shards: &[Shard], model: &mut [Plain]) {
    let mut batches = Vec::new();
    for (plain, shard) in model.iter_mut().zip(shards) {
        let mut batch = Batch::new(*shard, plain.head.epoch, plain.head.offset + 1);
        for _ in 0..random.below(4) {
            let key = vec![random.below(3) as u8, random.below(4) as u8];
            let value = (random.below(4) > 0).then(|| vec![random.below(256) as u8; 3]);
            batch.keys.push((key, value));
        }
        if random.below(10) == 0 {
            batch.dropped.push(vec![random.below(3) as u8]);
        }
        let out = random.below(3);
        batch.outgoing = (0..out).map(|n| vec![n as u8]).collect();
        batch.handed = random.below(plain.head.last_out + out + 1);
        plain.apply(&batch);
        batches.push(batch);
    }
    store.commit(&batches).expect("works");
}
