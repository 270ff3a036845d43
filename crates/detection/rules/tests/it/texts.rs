//! Events in their text against events as values: random shapes, and every way to write them.

use aurora_rules::{Options, RuleSet};
use serde_json::{Map, Value, json};

/// A small generator of its own, so that a seed means the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

const WORDS: [&str; 16] = [
    "evil",
    "EVIL.exe",
    r"C:\Windows\evil.exe",
    r"\\host\share",
    "say \"evil\"",
    "line\nevil",
    "ev\u{131}l",
    "m\u{212a}e",
    "é",
    "",
    "7",
    "7.5",
    "CreateKey",
    "a/b",
    "\u{1}",
    "mimi",
];
const FIELDS: [&str; 12] = [
    "Image",
    "image",
    "CommandLine",
    "TargetObject",
    "User",
    "Hashes",
    "EventID",
    "EventType",
    "a.b",
    "a.b.c",
    "a",
    "OriginalFileName",
];
const RULES: [&str; 9] = [
    "category: process_creation\nproduct: windows",
    "category: registry_event\nproduct: windows",
    "category: registry_add\nproduct: windows",
    "product: windows\nservice: security",
    "product: windows",
    "product: linux",
    "category: file_event",
    "product: cisco",
    "product: aws\nservice: cloudtrail",
];

fn rule(random: &mut Random, number: usize) -> String {
    let indent = |text: &str| {
        text.lines()
            .map(|line| format!("  {line}\n"))
            .collect::<String>()
    };
    let logsource = indent(random.pick(&RULES));
    let word = |random: &mut Random| serde_json::to_string(random.pick(&WORDS)).unwrap();
    let item = |random: &mut Random| {
        let field = random.pick(&FIELDS);
        let modifier = random.pick(&["", "|contains", "|startswith", "|endswith", "|re"]);
        match random.below(8) {
            0 => format!("{field}|fieldref: {}", random.pick(&FIELDS)),
            1 => format!("{field}|exists: {}", random.chance(2)),
            2 => format!("{field}: null"),
            3 => format!("{field}: {}", random.below(9)),
            _ if modifier == "|re" => format!("{field}|re: 'ev.l'"),
            _ => format!("{field}{modifier}: {}", word(random)),
        }
    };
    let (selection, condition) = if random.chance(3) {
        (
            format!("    - {}\n    - {}\n", word(random), word(random)),
            "s",
        )
    } else {
        let body = format!("    {}\n", item(random));
        (body, if random.chance(4) { "not s" } else { "s" })
    };
    format!(
        "title: r{number}\nid: 00000000-0000-4000-8000-{number:012}\nlogsource:\n{logsource}detection:\n  s:\n{selection}  condition: {condition}\n"
    )
}

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth > 3 { 7 } else { 11 }) {
        0 => json!(random.below(9)),
        1 => json!(7.5),
        2 => Value::Null,
        3 => json!(random.chance(2)),
        7 => Value::Array(
            (0..random.below(3))
                .map(|_| value(random, depth + 1))
                .collect(),
        ),
        8 | 9 => object(
            random,
            depth + 1,
            &["a", "b", "c", "b.c", "name", "path", "domain"],
        ),
        _ => json!(random.pick(&WORDS)),
    }
}

fn object(random: &mut Random, depth: usize, names: &[&str]) -> Value {
    let mut map = Map::new();
    for _ in 0..random.below(4) {
        map.insert(random.pick(names).to_owned(), value(random, depth));
    }
    Value::Object(map)
}

fn event(random: &mut Random) -> Value {
    let logs = [
        (
            "Microsoft-Windows-Sysmon",
            "Microsoft-Windows-Sysmon/Operational",
        ),
        ("Microsoft-Windows-Security-Auditing", "Security"),
        ("other", "Application"),
    ];
    let class = [0, 1001, 1007, 6003][random.below(4)];
    let (provider, log) = logs[random.below(logs.len())];
    let mut event = json!({
        "class_uid": class,
        "activity_id": 1 + random.below(2),
        "metadata": {
            "event_code": random.pick(&["1", "12", "13", "4688", "9"]),
            "log_provider": provider, "log_name": log,
        },
    });
    let place = |random: &mut Random| {
        random.pick(&[
            "process",
            "actor",
            "reg_key",
            "reg_value",
            "api",
            "file",
            "a",
            "a.b",
            "user",
        ])
    };
    for _ in 0..random.below(3) {
        let name = place(random);
        event[name] = value(random, 0);
    }
    if random.chance(2) {
        let path = random.pick(&WORDS);
        event["process"] = json!({
            "file": {"path": path, "hashes": [{"algorithm_id": 1, "value": "evil"}]},
            "cmd_line": random.pick(&WORDS), "user": {"name": "evil", "domain": random.pick(&WORDS)},
        });
    }
    if !random.chance(4) {
        event["unmapped"] = object(random, 1, &FIELDS);
    } else if random.chance(3) {
        event["unmapped"] = value(random, 1);
    }
    if random.chance(2) {
        let record = object(random, 1, &FIELDS);
        event["raw_data"] = match random.below(3) {
            0 => json!(record.to_string()),
            // Escapes that the words in it hide behind.
            1 => json!(
                record
                    .to_string()
                    .replace('/', "\\/")
                    .replace("evil", "\\u0065vil")
            ),
            _ => json!(random.pick(&WORDS)),
        };
    }
    event
}

#[test]
fn whatever_an_event_looks_like() {
    let mut fired = 0;
    for seed in 0..60 {
        let random = &mut Random(seed);
        let texts: Vec<String> = (0..40).map(|number| rule(random, number)).collect();
        let files: Vec<(String, &String)> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| (format!("{number}.yml"), text))
            .collect();
        let files = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let set = RuleSet::from_texts(files, Options::default());
        assert!(set.rules().len() > 30, "{:?}", set.problems());
        for _ in 0..50 {
            let event = event(random);
            crate::agrees(&set, &event);
            fired += set.evaluate(&event).len();
        }
    }
    assert!(fired > 3_000, "{fired} matches prove too little");
}
