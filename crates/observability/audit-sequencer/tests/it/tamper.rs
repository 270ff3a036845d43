//! Everything that can be done to a folder of the log, at random: all of it is noticed.
//!
//! What is no part of the log at its size may go: `log.vkey`, and older parts of tiles that have
//! grown since. And a witness's signature may stand below the newest checkpoint as well.

use std::sync::Arc;

use aurora_audit::{Folder, Kept, Policy, Signed, Tile, Verdict, bundle, verify, witness_file};
use aurora_audit_sequencer::Keys;
use aurora_disk::SimDisk;
use aurora_model::Decision;

use crate::stand::{Files, Random, decision, disk_of, files, folder, keyring, open, scope};
use crate::witnesses::cosign;

/// The witness's name.
const PEER: &str = "peer/w";

/// A log that grew, with a witness who saw it on the way.
struct Stand {
    keys: Keys,
    policy: Policy,
    files: Files,
    size: u64,
    /// The folder as it was at other times.
    before: Vec<Files>,
}

fn decide(seq: u64, forged: u64) -> Decision {
    let mut decision = decision(seq);
    if seq == forged {
        decision.reason = "nothing happened".to_owned();
    }
    decision
}

/// A log of these commits, in which one decision is another one.
fn grow(keys: &Keys, sizes: &[u64], forged: u64) -> (SimDisk, Vec<Files>) {
    let disk = SimDisk::new(1);
    let mut log = open(&disk, keys);
    let mut before = Vec::new();
    for size in sizes {
        before.push(files(&disk));
        let first = log.head().checkpoint.size + 1;
        let group: Vec<_> = (first..=*size).map(|seq| decide(seq, forged)).collect();
        log.append(&group).unwrap();
    }
    (disk, before)
}

fn stand(sizes: &[u64]) -> Stand {
    let keys = Keys::of(&keyring(), &scope());
    let (disk, before) = grow(&keys, sizes, 0);
    let witness = cosign(&disk, &keys, &keyring(), PEER);
    let retained = folder(&disk).head(&keys.verifier().unwrap()).unwrap();
    let policy = Policy {
        key: keys.verifier().unwrap(),
        retained: Some(retained),
        witnesses: vec![witness],
        quorum: 1,
    };
    let size = *sizes.last().unwrap();
    let stand = Stand {
        keys,
        policy,
        files: files(&disk),
        size,
        before,
    };
    assert_eq!(stand.judge(&stand.files), Verdict::Ok);
    stand
}

impl Stand {
    fn judge(&self, files: &Files) -> Verdict {
        let folder = Folder::new(Arc::new(disk_of(files)));
        verify(&folder, &self.policy).map_or(Verdict::Tampered, |report| report.verdict())
    }

    /// Nothing is changed, or the witness's signature stands below the checkpoint too.
    fn says_the_same(&self, files: &Files) -> bool {
        let mut cosigned = self.files.clone();
        cosigned.insert(
            "checkpoint".to_owned(),
            self.files[&witness_file(PEER)].clone(),
        );
        *files == self.files || *files == cosigned
    }

    /// Whether the log can do without the file.
    fn spare(&self, path: &str) -> bool {
        let older = |tile: Tile| tile.kind.tile(tile.index, self.size) != Some(tile);
        path == "log.vkey" || Tile::parse(path).is_some_and(older)
    }
}

type Change = fn(&Stand, &mut Random, &mut Files);

const CHANGES: [(&str, Change); 10] = [
    ("flip a bit", |_, random, files| {
        let bytes = any(random, files);
        let at = random.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << random.below(8);
    }),
    ("change a byte", |_, random, files| {
        let bytes = any(random, files);
        let at = random.below(bytes.len() as u64) as usize;
        bytes[at] = random.below(256) as u8;
    }),
    ("delete bytes", |_, random, files| {
        let bytes = any(random, files);
        let at = random.below(bytes.len() as u64) as usize;
        let end = (at + 1 + random.below(60) as usize).min(bytes.len());
        bytes.drain(at..end);
    }),
    ("insert bytes", |_, random, files| {
        let bytes = any(random, files);
        let at = random.below(bytes.len() as u64 + 1) as usize;
        let new: Vec<u8> = (0..=random.below(60))
            .map(|_| random.below(256) as u8)
            .collect();
        bytes.splice(at..at, new);
    }),
    ("truncate a file", |_, random, files| {
        let bytes = any(random, files);
        bytes.truncate(random.below(bytes.len() as u64) as usize);
    }),
    ("delete a file", |stand, random, files| {
        let paths: Vec<String> = files
            .keys()
            .filter(|path| !stand.spare(path))
            .cloned()
            .collect();
        files.remove(&paths[random.below(paths.len() as u64) as usize]);
    }),
    ("exchange two files", |_, random, files| {
        let (one, other) = (any(random, files).clone(), any(random, files));
        *other = one;
    }),
    ("put a file there", |_, random, files| {
        let path = ["tile/0/x001/000", "records/other", "tile/7/000", "note"];
        let path = path[random.below(4) as usize].to_owned();
        files.insert(path, any(random, &mut files.clone()).clone());
    }),
    ("erase, repeat or reorder records", |_, random, files| {
        let paths = files
            .iter_mut()
            .filter(|(path, _)| path.starts_with("records/"));
        let mut paths: Vec<_> = paths.collect();
        let at = random.below(paths.len() as u64) as usize;
        let (path, bytes) = &mut paths[at];
        let copy = bytes.clone();
        let mut kept = bundle::decode_records(&copy, Tile::parse(path).unwrap().width).unwrap();
        let len = kept.len() as u64;
        let (one, other) = (random.below(len) as usize, random.below(len) as usize);
        match random.below(3) {
            0 => kept[one] = Kept::Erased,
            1 => kept[one] = kept[other].clone(),
            _ => kept.swap(one, other),
        }
        **bytes = bundle::encode_records(&kept);
    }),
    (
        "roll back, or fork with the site's own key",
        |stand, random, files| {
            let steps = stand.before.len() as u64;
            if random.below(2) == 0 {
                *files = stand.before[random.below(steps) as usize].clone();
            } else {
                let sizes = [stand.size + random.below(3) - random.below(2)];
                let forged = 1 + random.below(stand.size);
                *files = crate::stand::files(&grow(&stand.keys, &sizes, forged).0);
            }
            if random.below(2) == 0 {
                let path = witness_file(PEER);
                files.insert(path.clone(), stand.files[&path].clone());
            }
        },
    ),
];

/// A file with something in it.
fn any<'a>(random: &mut Random, files: &'a mut Files) -> &'a mut Vec<u8> {
    let at = random.below(files.len() as u64) as usize;
    files.values_mut().nth(at).unwrap()
}

#[test]
fn everything_that_is_done_to_a_log_is_noticed() {
    let tried: u64 = std::env::var("AURORA_AUDIT_MUTATIONS").map_or(300, |it| it.parse().unwrap());
    let stands = [
        stand(&[1, 2, 40]),
        stand(&[100, 256]),
        stand(&[3, 200, 255, 300, 513]),
    ];
    let (mut counts, mut same) = ([0u64; CHANGES.len()], 0);
    for seed in 1..=tried {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let stand = &stands[random.below(stands.len() as u64) as usize];
        let kind = random.below(CHANGES.len() as u64) as usize;
        let (name, change) = CHANGES[kind];
        let mut files = stand.files.clone();
        change(stand, &mut random, &mut files);
        if stand.says_the_same(&files) {
            same += 1;
            continue;
        }
        counts[kind] += 1;
        let verdict = stand.judge(&files);
        assert_ne!(verdict, Verdict::Ok, "seed {seed}: {name} was not noticed");
    }
    println!("{tried} changes, {same} of them changed nothing, all others noticed:");
    for ((name, _), count) in CHANGES.iter().zip(counts) {
        println!("  {count:>6}  {name}");
    }
}

/// Who has the site's own key can make another history that is whole in itself.
#[test]
fn only_others_notice_what_the_sites_own_key_can_do() {
    let stand = stand(&[10, 30]);
    let (forked, _) = grow(&stand.keys, &[30], 7);
    let alone = Policy::of(stand.policy.key.clone());
    let verdict = |policy: &Policy| verify(&folder(&forked), policy).unwrap().verdict();
    assert_eq!(verdict(&alone), Verdict::Unwitnessed);
    assert_eq!(verdict(&stand.policy), Verdict::Tampered);
    let back: &Files = &stand.before[1];
    let told = |retained: Option<Signed>| {
        let policy = Policy {
            retained,
            ..alone.clone()
        };
        verify(&folder(&disk_of(back)), &policy).unwrap()
    };
    assert_eq!(told(None).problems, []);
    let told = told(stand.policy.retained.clone());
    let problem = told.problems[0].to_string();
    assert!(
        problem.contains("had 30 entries and now has 10"),
        "{problem}"
    );
}
