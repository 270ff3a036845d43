//! What the records of reached bounds say of each correlation.

use std::collections::HashMap;

use aurora_clock::Timestamp;
use aurora_model::engineering::{HealthProblem, ReachedBound, Trouble};
use aurora_model::{GroupValue, RuleId};
use serde::Deserialize;

/// One record: a bound was reached at this time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reached {
    pub rule: RuleId,
    /// Absent where the bound is the correlation's own.
    #[serde(default)]
    pub group: Option<Vec<GroupValue>>,
    /// `groups`, `events` or `distinct values`.
    pub bound: String,
    pub limit: u64,
    /// In event time.
    pub at: Timestamp,
}

/// Records in any order, told together: one entry for each bound of each correlation.
pub fn by_rule(records: impl IntoIterator<Item = Reached>) -> HashMap<RuleId, Vec<ReachedBound>> {
    let mut records: Vec<Reached> = records.into_iter().collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.at));
    let mut told: HashMap<RuleId, Vec<ReachedBound>> = HashMap::new();
    for record in records {
        let known = told.entry(record.rule.clone()).or_default();
        let same = |it: &&mut ReachedBound| it.bound == record.bound && it.limit == record.limit;
        match known.iter_mut().find(same) {
            Some(entry) => {
                entry.times += 1;
                entry.first = entry.first.min(record.at);
                let room = entry.groups.len() < ReachedBound::GROUPS;
                let group = record
                    .group
                    .filter(|group| room && !entry.groups.contains(group));
                entry.groups.extend(group);
            }
            None => known.push(ReachedBound {
                bound: record.bound,
                limit: record.limit,
                times: 1,
                first: record.at,
                last: record.at,
                groups: record.group.into_iter().collect(),
            }),
        }
    }
    told
}

/// In words.
pub(super) fn problem(reached: &ReachedBound) -> HealthProblem {
    let ReachedBound { limit, times, .. } = reached;
    let what = match reached.bound.as_str() {
        "groups" => format!("it held {limit} groups, and one was given up"),
        "events" => format!("it held {limit} events of a group, and older ones were given up"),
        "distinct values" => {
            format!("it counts more than {limit} distinct values of a group by estimate")
        }
        other => format!("it reached {limit} {other}"),
    };
    let often = if *times == 1 {
        format!("on {}", reached.last)
    } else {
        format!("{times} times, last on {}", reached.last)
    };
    let group = reached.groups.first().map_or_else(String::new, |group| {
        let parts: Vec<String> = group
            .iter()
            .map(|part| format!("{}={}", part.field, part.value))
            .collect();
        format!(", for {}", parts.join(" "))
    });
    HealthProblem {
        kind: Trouble::BoundReached,
        text: format!("{what}: {often}{group}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reached(rule: &str, bound: &str, user: Option<&str>, at: i64) -> Reached {
        let group = user.map(|user| GroupValue {
            field: "user".to_owned(),
            value: user.to_owned(),
        });
        Reached {
            rule: RuleId(rule.to_owned()),
            group: group.map(|value| vec![value]),
            bound: bound.to_owned(),
            limit: 10,
            at: Timestamp::from_millis(at),
        }
    }

    #[test]
    fn records_of_one_bound_are_told_together() {
        let told = by_rule([
            reached("a", "events", Some("eva"), 3_000),
            reached("a", "groups", None, 4_000),
            reached("a", "events", Some("adam"), 9_000),
            reached("a", "events", Some("eva"), 1_000),
            reached("b", "distinct values", Some("eva"), 2_000),
        ]);
        let texts: Vec<String> = told[&RuleId("a".to_owned())]
            .iter()
            .map(|it| problem(it).text)
            .collect();
        assert_eq!(
            texts,
            [
                "it held 10 events of a group, and older ones were given up: 3 times, last on \
                 1970-01-01T00:00:09.000Z, for user=adam",
                "it held 10 groups, and one was given up: on 1970-01-01T00:00:04.000Z",
            ]
        );
        assert_eq!(told[&RuleId("b".to_owned())][0].times, 1);
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let body = r#"{"rule":"a","title":"t","group":[{"field":"user","value":"eva"}],
            "bound":"events","limit":10,"reached_at":3000,"at":3000}"#;
        let read: Reached = serde_json::from_str(body).unwrap();
        assert_eq!(read, reached("a", "events", Some("eva"), 3_000));
        let body = r#"{"rule":"a","title":"t","group":null,"bound":"groups","limit":10,
            "reached_at":3000,"at":3000}"#;
        let read: Reached = serde_json::from_str(body).unwrap();
        assert_eq!(read, reached("a", "groups", None, 3_000));
    }
}
