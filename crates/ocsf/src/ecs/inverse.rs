//! From an ECS value back to OCSF values, so that a query on an ECS field becomes a predicate on the stored event.

use serde_json::Value;

use super::{Row, Transform, event_kind};
use crate::schema::classes;

impl Row {
    /// The OCSF values that this row turns into the ECS value `text`, compared without regard to ASCII case.
    ///
    /// `None` when the transform keeps the text (up to its case), so that the text itself can be searched. An empty
    /// list when nothing gives this value.
    pub fn ocsf_values(&self, text: &str) -> Option<Vec<Value>> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let of = |pairs: &[(i64, &str)]| {
            Some(
                pairs
                    .iter()
                    .filter(|(_, name)| is(name))
                    .map(|(id, _)| Value::from(*id))
                    .collect(),
            )
        };
        match self.transform {
            Transform::Outcome => of(&[
                (1, "success"),
                (2, "failure"),
                (0, "unknown"),
                (99, "unknown"),
            ]),
            Transform::Direction => of(&[(1, "inbound"), (2, "outbound"), (3, "internal")]),
            Transform::IpVersion => of(&[(4, "ipv4"), (6, "ipv6")]),
            Transform::DnsType => of(&[(1, "query"), (2, "answer")]),
            Transform::Disposition => {
                of(&[(1, "allowed"), (2, "denied"), (6, "denied"), (25, "denied")])
            }
            Transform::Signature => of(&[(1, "true")]),
            Transform::Kind => Some(classes_where(|uid| is(event_kind::kind(uid)))),
            Transform::Category => Some(classes_where(|uid| {
                event_kind::category_of_class(uid)
                    .iter()
                    .any(|name| is(name))
            })),
            Transform::Nanoseconds => {
                let nanoseconds = text.parse::<i64>().ok();
                Some(
                    nanoseconds
                        .map(|value| Value::from(value / 1_000_000))
                        .into_iter()
                        .collect(),
                )
            }
            Transform::Hex => {
                let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                let number = digits.and_then(|digits| i64::from_str_radix(digits, 16).ok());
                Some(number.map(Value::from).into_iter().collect())
            }
            _ => None,
        }
    }
}

fn classes_where(holds: impl Fn(u32) -> bool) -> Vec<Value> {
    classes()
        .iter()
        .map(|class| class.uid)
        .filter(|uid| holds(*uid))
        .map(Value::from)
        .collect()
}
