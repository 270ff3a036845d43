//! The promise of `content/parsers/windows/README.md`: every field of a record can be read from the event, exactly.
//!
//! The reader below follows that page and shares no code with the mapper.

use std::sync::LazyLock;

use aurora_ocsf::Path;
use proptest::prelude::*;
use serde_json::json;

use super::*;

type Table = LazyLock<Vec<Vec<&'static str>>>;

fn rows(text: &'static str) -> Vec<Vec<&'static str>> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip(1);
    lines.map(|line| line.split('\t').collect()).collect()
}

static FIELDS: Table = Table::new(|| {
    rows(include_str!(
        "../../../../../../content/parsers/windows/fields.tsv"
    ))
});
static SYSTEM: Table = Table::new(|| {
    rows(include_str!(
        "../../../../../../content/parsers/windows/system.tsv"
    ))
});
static PROVIDERS: Table = Table::new(|| {
    rows(include_str!(
        "../../../../../../content/parsers/windows/providers.tsv"
    ))
});

/// The text of a field as it can be read from the event.
pub(super) fn read(event: &Value, field: &str) -> Option<Value> {
    if let Some(value) = event["unmapped"].get(field) {
        return Some(value.clone());
    }
    let system = SYSTEM.iter().find(|row| row[0] == field && row[2] != "-");
    if let Some(row) = system {
        return invert(event, row[2], row[3]).map(Value::from);
    }
    let provider = event["metadata"]["log_provider"].as_str()?;
    let code = event["metadata"]["event_code"].as_str()?;
    let alias = PROVIDERS
        .iter()
        .find(|row| row[1].eq_ignore_ascii_case(provider))?[0];
    let rows: Vec<_> = FIELDS
        .iter()
        .filter(|row| row[0] == alias && row[2] == field)
        .collect();
    let named: Vec<_> = rows
        .iter()
        .filter(|row| row[1].split(',').any(|id| id == code))
        .collect();
    let any: Vec<_> = rows.iter().filter(|row| row[1] == "*").collect();
    let rows = if named.is_empty() { any } else { named };
    rows.iter()
        .find_map(|row| invert(event, row[3], row[4]))
        .map(Value::from)
}

fn invert(event: &Value, path: &str, transform: &str) -> Option<String> {
    let text = |path: &str| {
        Path::parse(path)
            .unwrap()
            .get(event)
            .and_then(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
    };
    let sibling = |name: &str| text(&format!("{}.{name}", path.rsplit_once('.').unwrap().0));
    match transform.trim_end_matches('+').split(':').next().unwrap() {
        "domain_user" => {
            let domain = sibling("domain")
                .map(|domain| format!("{domain}\\"))
                .unwrap_or_default();
            Some(domain + &text(path)?)
        }
        "value_path" => Some(format!("{}\\{}", text(path)?, sibling("name")?)),
        "hashes" => {
            let list = Path::parse(path).unwrap().get(event)?.as_array()?.clone();
            let hashes = list.iter().map(|hash| {
                let names = ["?", "MD5", "SHA1", "SHA256", "SHA512"];
                let id = hash["algorithm_id"].as_u64().unwrap();
                let name = usize::try_from(id)
                    .ok()
                    .and_then(|id| names.get(id))
                    .copied();
                let name = name.unwrap_or_else(|| hash["algorithm"].as_str().unwrap());
                format!("{name}={}", hash["value"].as_str().unwrap())
            });
            Some(hashes.collect::<Vec<_>>().join(","))
        }
        _ => text(path),
    }
}

/// Names that a flat record's fields have in the event.
fn names(record: &Value) -> Vec<(String, Value)> {
    let members = record.as_object().unwrap();
    let rank = |name: &str| {
        SYSTEM.iter().find_map(|row| {
            row[1]
                .split(',')
                .position(|known| known == name)
                .map(|rank| (row[0], rank))
        })
    };
    let best = |field: &str, rank_of: usize| {
        members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .all(|(name, _)| {
                rank(name).is_none_or(|(other, rank)| other != field || rank >= rank_of)
            })
    };
    let named = |(name, value): (&String, &Value)| {
        let name = match rank(name) {
            Some((field, rank)) if best(field, rank) => field.to_owned(),
            _ => name.replace(' ', ""),
        };
        (name, value.clone())
    };
    members
        .iter()
        .filter(|(_, value)| !value.is_null() && !value.is_object())
        .map(named)
        .collect()
}

/// What cannot be read back from the event of a flat record.
pub(super) fn lost(record: &Value, event: &Value) -> Vec<String> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let same = |name: &str, value: &Value| {
        let found = read(event, name);
        let original_time = event["metadata"]["original_time"].as_str();
        found.is_some_and(|found| plain(&found) == plain(value))
            || original_time == value.as_str() && value.is_string()
    };
    let lost = names(record)
        .into_iter()
        .filter(|(name, value)| !same(name, value));
    lost.map(|(name, value)| format!("{name}: {value} became {:?}", read(event, &name)))
        .collect()
}

/// Values that are hard to keep.
fn hard() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("")),
        Just(json!("-")),
        Just(json!("0x1F4")),
        Just(json!("007")),
        Just(json!("+7")),
        Just(json!(" 7")),
        Just(json!(-1)),
        Just(json!(18_446_744_073_709_551_615_u64)),
        Just(json!(true)),
        Just(json!(1.5)),
        Just(json!("::ffff:10.0.0.5")),
        Just(json!("fe80::1%12")),
        Just(json!("fe80::1%")),
        Just(json!("not a host_name")),
        Just(json!("\\leading")),
        Just(json!("trailing\\")),
        Just(json!("a\\b\\c")),
        Just(json!("MD5=aa,SHA1=bb,IMPHASH=cc")),
        Just(json!("MD5=aa,,")),
        Just(json!("SHA-1=aa")),
        Just(json!(["a", "b"])),
        Just(json!("99999")),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,20}".prop_map(Value::from),
    ]
}

fn record() -> impl Strategy<Value = Value> {
    let kinds = [
        (
            "Microsoft-Windows-Sysmon",
            &[1, 3, 5, 7, 8, 10, 12, 13, 14, 22, 23][..],
        ),
        (
            "Microsoft-Windows-Security-Auditing",
            &[
                4624, 4625, 4688, 4663, 4672, 4728, 4768, 5136, 5145, 5156, 4702,
            ],
        ),
        ("Service Control Manager", &[7036, 7040, 7045]),
        ("Microsoft-Windows-Windows Defender", &[1116]),
    ];
    let kind = prop::sample::select(kinds.to_vec());
    (kind, any::<prop::sample::Index>(), prop::collection::vec(hard(), 40)).prop_map(|((provider, ids), at, values)| {
        let id = ids[at.index(ids.len())];
        let alias = PROVIDERS.iter().find(|row| row[1] == provider).unwrap()[0];
        let mut record = json!({
            "Provider_Name": provider, "EventID": id, "Computer": "host-1", "UtcTime": "2026-01-31 09:00:00.125",
        });
        let mut values = values.into_iter();
        for row in FIELDS.iter().filter(|row| row[0] == alias && row[1].split(',').any(|e| e == id.to_string())) {
            if let Some(value) = values.next() {
                record[row[2]] = value;
            }
        }
        record
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_field_can_be_read_back_and_the_event_is_valid(record in record()) {
        thread_local!(static PARSER: WindowsParser = super::parser());
        let parsed = PARSER.with(|parser| parse(parser, record.to_string().as_bytes())).unwrap();
        let event = finished(parsed.event);
        prop_assert_eq!(errors(&event), [""; 0], "{}", event);
        prop_assert_eq!(lost(&record, &event), [""; 0], "{:#}", event);
    }
}
