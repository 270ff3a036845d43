//! Rules over flat JSON lines, and the plan over OCSF events.

use aurora_rules::flat::{FlatRules, FlatScratch, Reached, evaluate_lines};
use aurora_rules::{Options, RuleSet};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn set(rules: &[(&str, &str)]) -> RuleSet {
    let texts: Vec<(String, String)> = rules
        .iter()
        .map(|(name, body)| {
            let text = format!("title: {name}\nlogsource: {body}");
            ((*name).to_owned(), text)
        })
        .collect();
    let files = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let set = RuleSet::from_texts(files, Options::default());
    assert_eq!(set.problems(), []);
    set
}

const RULES: [(&str, &str); 7] = [
    (
        "process",
        "{category: process_creation, product: windows}\ndetection: {s: {Image|endswith: '\\a.exe'}, condition: s}",
    ),
    (
        "security",
        "{service: security, product: windows}\ndetection: {s: {EventID: 4688}, condition: s}",
    ),
    (
        "deleted",
        "{category: registry_delete, product: windows}\ndetection: {s: {TargetObject|contains: Run}, condition: s}",
    ),
    (
        "windows",
        "{product: windows}\ndetection: {s: {Image|contains: '\\a'}, condition: s}",
    ),
    (
        "absent",
        "{category: process_creation, product: windows}\ndetection: {s: {Image: null}, condition: s}",
    ),
    (
        "web",
        "{category: webserver}\ndetection: {s: {cs-method: GET}, condition: s}",
    ),
    (
        "words",
        "{service: system, product: windows}\ndetection: {s: [mimikatz], condition: s}",
    ),
];

fn check(event: &Value, expect: Expect) {
    let set = set(&RULES);
    let rules = FlatRules::new(&set);
    let mut scratch = FlatScratch::default();
    let fired = rules.evaluate(event.to_string().as_bytes(), &mut scratch);
    let mut names: Vec<&str> = fired
        .unwrap()
        .iter()
        .map(|rule| set.rules()[*rule].rule.header.title.as_str())
        .collect();
    names.sort_unstable();
    expect.assert_eq(&names.join(" "));
}

#[test]
fn an_event_meets_the_rules_of_its_log() {
    let sysmon = "Microsoft-Windows-Sysmon/Operational";
    check(
        &json!({"EventID": 1, "Channel": sysmon, "Image": "C:\\A.EXE"}),
        expect!["process windows"],
    );
    check(
        &json!({"EventID": "1", "Channel": sysmon}),
        expect!["absent"],
    );
    check(
        &json!({"EventID": 3, "Channel": sysmon, "Image": "C:\\a.exe"}),
        expect!["windows"],
    );
    check(
        &json!({"EventID": 4688, "Channel": "security", "Image": "C:\\a.exe"}),
        expect!["security windows"],
    );
    check(
        &json!({"EventID": 12, "Channel": sysmon, "EventType": "CreateKey", "TargetObject": "Run"}),
        expect![""],
    );
    check(
        &json!({"EventID": 12, "Channel": sysmon, "EventType": "INFO", "TargetObject": "Run"}),
        expect!["deleted"],
    );
    check(
        &json!({"EventID": 7045, "Channel": "System", "x": "MimiKatz"}),
        expect!["words"],
    );
    check(&json!({"cs-method": "get", "Image": "\\a"}), expect!["web"]);
}

#[test]
fn lines_are_counted_on_any_number_of_threads() {
    let set = set(&RULES);
    let rules = FlatRules::new(&set);
    let mut text = String::new();
    for number in 0..60_000 {
        match number % 1000 {
            7 => text.push_str("{\"cs-method\":\"GET\"}\r\n"),
            9 => text.push_str("{\"broken\n"),
            10 => text.push('\n'),
            _ => text.push_str("{\"a\":\"........................................\"}\n"),
        }
    }
    text.push_str("{\"cs-method\":\"GET\"}");
    for threads in [1, 2, 5] {
        let (mut matches, mut broken, mut last) = (Vec::new(), Vec::new(), Reached::default());
        evaluate_lines(&rules, text.as_bytes(), threads, &mut |lines, reached| {
            matches.extend(lines.matches.iter().map(|(line, _)| *line));
            broken.extend(lines.broken.iter().map(|(line, _)| *line));
            last = reached;
            Ok(())
        })
        .unwrap();
        let mut wanted: Vec<u64> = (0..60).map(|k| k * 1000 + 8).collect();
        wanted.push(60_001);
        assert_eq!(matches, wanted);
        assert_eq!(broken, (0..60).map(|k| k * 1000 + 10).collect::<Vec<u64>>());
        assert_eq!(last.bytes, text.len() as u64);
        assert_eq!(last.events, 60_001 - 60);
    }
}
