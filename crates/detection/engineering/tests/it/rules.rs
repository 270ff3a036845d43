//! Rules and events that several tests share.

use aurora_rules::{Options, RuleSet};
use serde_json::{Value, json};

pub const FAILED: &str = "title: Failed logon
id: 11111111-1111-4111-8111-111111111111
name: failed_logon
author: Ada
level: low
status: test
tags: [attack.credential-access, attack.t1110]
logsource:
    category: authentication
detection:
    selection:
        activity_id: 1
        status_id: 2
    condition: selection
";

pub const MANY: &str = "title: Many failed logons
id: 22222222-2222-4222-8222-222222222222
author: Ada
level: high
tags: [attack.credential-access, attack.t1110.001]
correlation:
    type: event_count
    rules: [failed_logon]
    group-by: [user.name]
    timespan: 10m
    condition:
        gte: 3
";

pub fn set(texts: &[&str]) -> RuleSet {
    let names = ["a.yml", "b.yml", "c.yml", "d.yml"];
    let set = RuleSet::from_texts(
        names.into_iter().zip(texts.iter().copied()),
        Options::default(),
    );
    assert_eq!(set.problems(), []);
    set
}

/// A logon of `user` at this minute that failed, or did not.
pub fn logon(minute: i64, user: &str, failed: bool) -> Value {
    json!({
        "class_uid": 3002, "class_name": "Authentication", "activity_id": 1,
        "status_id": if failed { 2 } else { 1 },
        "time": minute * 60_000, "user": {"name": user},
        "metadata": {"product": {"name": "authentication"}},
    })
}
