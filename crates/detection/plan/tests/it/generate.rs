//! Random rules and random events that have much in common, so that matches really happen.

use serde_json::{Map, Value, json};

/// SplitMix64: the seed says everything.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'p, T: ?Sized>(&mut self, from: &[&'p T]) -> &'p T {
        from[self.below(from.len())]
    }
}

const FIELDS: [&str; 7] = ["A", "B", "Image", "d.e", "d.e.f", "Ümlaut", "x\\y"];
const SCRAPS: [&str; 34] = [
    "a",
    "b",
    "ab",
    "B",
    "\\",
    "\\\\",
    "n",
    "\n",
    "\t",
    "\"",
    "/",
    "-",
    "–",
    " ",
    "é",
    "É",
    "\u{212A}",
    "k",
    "ſ",
    "S",
    "ß",
    "İ",
    "1",
    "16",
    "0x10",
    "%",
    "cmd.exe",
    "\\Windows\\System32\\",
    "powershell -enc ",
    "𝄞",
    "\u{1}",
    "u0041",
    "10.0.0.7",
    "",
];
const MODIFIERS: [&str; 36] = [
    "",
    "",
    "",
    "contains",
    "contains",
    "contains",
    "startswith",
    "startswith",
    "endswith",
    "endswith",
    "contains|all",
    "all",
    "cased",
    "contains|cased",
    "startswith|cased",
    "endswith|cased",
    "re",
    "re|i",
    "re|i|m|s",
    "contains|windash",
    "windash",
    "base64offset|contains",
    "wide|base64offset|contains",
    "utf16|base64",
    "base64|contains",
    "cidr",
    "gt",
    "lte",
    "exists",
    "fieldref",
    "fieldref|endswith",
    "neq",
    "contains|neq",
    "hour",
    "day|gte",
    "contains|all|neq",
];
const CONDITIONS: [&str; 10] = [
    "s1",
    "s1 and s2",
    "s1 or s2",
    "s1 and not s2",
    "not s1",
    "1 of s*",
    "all of s*",
    "not (s1 or s2) or s3",
    "s1 and not 1 of s*",
    "(s1 or s2) and s3",
];

/// Texts from which a rule and its events are both made.
pub struct Pool(Vec<String>);

impl Pool {
    pub fn new(random: &mut Random) -> Self {
        let texts = (0..8).map(|_| {
            let parts = 1 + random.below(5);
            (0..parts).map(|_| random.pick(&SCRAPS)).collect()
        });
        Self(texts.collect())
    }

    fn text(&self, random: &mut Random) -> &str {
        &self.0[random.below(self.0.len())]
    }

    /// A text as an event holds it: some of the pool's in a row, in other case now and then.
    fn event_text(&self, random: &mut Random) -> String {
        let mut text = String::new();
        for _ in 0..1 + random.below(4) {
            let part = self.text(random);
            match random.below(4) {
                0 => text.push_str(&part.to_uppercase()),
                1 => text.push_str(&part.to_lowercase()),
                _ => text.push_str(part),
            }
            if random.once_in(3) {
                text.push_str(random.pick(&SCRAPS));
            }
        }
        text
    }
}

pub fn event(random: &mut Random, pool: &Pool) -> Map<String, Value> {
    let mut event = Map::new();
    for field in FIELDS {
        if !random.once_in(3) {
            let key = if random.once_in(30) { "extra" } else { field };
            event.insert(key.to_owned(), value(random, pool, 0));
        }
    }
    if random.once_in(3) {
        let inner = json!({"e": value(random, pool, 1), "x": 1});
        let nested = if random.once_in(3) {
            json!([inner, {"e.f": value(random, pool, 1)}])
        } else {
            json!({"e": {"f": value(random, pool, 1)}})
        };
        event.insert("d".to_owned(), nested);
    }
    event
}

fn value(random: &mut Random, pool: &Pool, depth: usize) -> Value {
    match random.below(16) {
        0 => Value::Null,
        1 => json!(random.once_in(2)),
        2 => json!(random.below(20)),
        3 => json!(-1.5),
        4 => json!(16.0),
        5 => json!([1, 16, 7, u64::MAX][random.below(4)]),
        6 => json!("2024-05-01T10:20:30Z"),
        7 if depth < 2 => {
            let members = random.below(4);
            (0..members)
                .map(|_| value(random, pool, depth + 1))
                .collect()
        }
        8 if depth < 2 => json!({"k": value(random, pool, depth + 1)}),
        9 => json!("10.0.0.7"),
        10 => json!(random.pick(&SCRAPS)),
        _ => json!(pool.event_text(random)),
    }
}

/// A rule as YAML. It may be refused: not every modifier takes every value.
pub fn rule(random: &mut Random, pool: &Pool) -> String {
    let mut text = "title: t\nlogsource: {product: p}\ndetection:\n".to_owned();
    for name in ["s1", "s2", "s3"] {
        text.push_str(&format!("  {name}: {}\n", selection(random, pool)));
    }
    text.push_str(&format!("  condition: {}\n", random.pick(&CONDITIONS)));
    text
}

fn selection(random: &mut Random, pool: &Pool) -> String {
    match random.below(10) {
        0 => format!(
            "[{}, {}]",
            quoted(&text(random, pool)),
            quoted(&text(random, pool))
        ),
        1 => format!(
            "[{{{}}}, {{{}}}]",
            item(random, pool, 0),
            item(random, pool, 1)
        ),
        2 => format!("{{\"|all\": [{}]}}", quoted(&text(random, pool))),
        _ => {
            let count = 1 + random.below(2);
            let items: Vec<String> = (0..count).map(|at| item(random, pool, at)).collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A part of one of the pool's texts, with wildcards now and then.
fn text(random: &mut Random, pool: &Pool) -> String {
    let whole = pool.text(random);
    let chars: Vec<char> = whole.chars().collect();
    let from = if random.once_in(2) {
        0
    } else {
        random.below(chars.len() + 1)
    };
    let mut text: String = chars[from..].iter().collect();
    match random.below(8) {
        0 => text.push('*'),
        1 => text.insert(0, '*'),
        2 => text.push('?'),
        3 => text.push_str(&format!("*{}", pool.text(random))),
        4 => text = text.to_uppercase(),
        _ => {}
    }
    text
}

fn item(random: &mut Random, pool: &Pool, number: usize) -> String {
    let field = FIELDS[(random.below(FIELDS.len()) + number) % FIELDS.len()];
    let modifiers = random.pick(&MODIFIERS);
    let key = if modifiers.is_empty() {
        field.to_owned()
    } else {
        format!("{field}|{modifiers}")
    };
    let count = 1 + random.below(3);
    let value = |random: &mut Random| match modifiers.split('|').next().unwrap_or_default() {
        "re" => quoted(&regex(random, pool)),
        "cidr" => "10.0.0.0/8".to_owned(),
        "gt" | "lte" | "hour" | "day" => random.below(20).to_string(),
        "exists" => random.once_in(2).to_string(),
        "fieldref" => quoted(random.pick(&FIELDS)),
        "" | "neq" => match random.below(6) {
            0 => "null".to_owned(),
            1 => random.below(20).to_string(),
            2 => "true".to_owned(),
            3 => "16.0".to_owned(),
            _ => quoted(&text(random, pool)),
        },
        _ => quoted(&text(random, pool)),
    };
    let values: Vec<String> = match modifiers {
        "exists" => vec![value(random)],
        _ => (0..count).map(|_| value(random)).collect(),
    };
    format!("{}: [{}]", quoted(&key), values.join(", "))
}

fn regex(random: &mut Random, pool: &Pool) -> String {
    let escape = |text: &str| {
        text.chars()
            .map(|c| {
                if c.is_alphanumeric() {
                    c.to_string()
                } else {
                    format!("\\x{{{:x}}}", u32::from(c))
                }
            })
            .collect::<String>()
    };
    let (a, b) = (escape(pool.text(random)), escape(pool.text(random)));
    match random.below(6) {
        0 => a,
        1 => format!("^{a}"),
        2 => format!("({a}|{b})$"),
        3 => format!("{a}.*{b}"),
        4 => format!("(?:{a})?[a-z]{b}+"),
        _ => format!("(?i){a}"),
    }
}
