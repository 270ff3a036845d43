//! The compiled sets against a list that is searched from end to end.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_indicators::{Indicator, IndicatorHandle, Indicators, Validity, Value};
use proptest::prelude::*;
use serde_json::json;

use crate::{always, handle, set};

/// Values from a small world, so that they meet.
fn text() -> impl Strategy<Value = String> {
    let label = prop::sample::select(vec!["a", "b", "evil", "xn--bcher-kva"]);
    let domain =
        prop::collection::vec(label, 1..4).prop_map(|labels| format!("{}.com", labels.join(".")));
    let ip = (0_u8..4, 0_u8..4, any::<bool>()).prop_map(|(a, b, six)| {
        if six {
            format!("2001:db8:{a}::{b}")
        } else {
            format!("10.0.{a}.{b}")
        }
    });
    let net = (0_u8..4, 1_u8..33).prop_map(|(a, len)| format!("10.0.{a}.0/{len}"));
    let net6 = (0_u8..4, 1_u8..129).prop_map(|(a, len)| format!("2001:db8:{a}::/{len}"));
    let url = (domain.clone(), 0_u8..3).prop_map(|(host, path)| format!("http://{host}/{path}"));
    let email = domain.clone().prop_map(|host| format!("eve@{host}"));
    let hash = (0_u8..4, prop::sample::select(vec![32, 40, 64]))
        .prop_map(|(n, len)| format!("{n:x}").repeat(len));
    prop_oneof![domain, ip, net, net6, url, email, hash]
}

fn indicator() -> impl Strategy<Value = Indicator> {
    let end = prop::option::of(0_i64..6);
    (text(), end.clone(), end, 0_u8..101).prop_map(|(text, from, until, confidence)| {
        let mut indicator = always(&text);
        indicator.validity = Validity {
            from: from.map(Timestamp::from_millis),
            until: until.map(Timestamp::from_millis),
        };
        indicator.confidence = confidence;
        indicator
    })
}

/// Whether the value that was seen is what the indicator warns of.
fn meant(indicator: &Value, seen: &Value) -> bool {
    let below = |name: &str, above: &str| name == above || name.ends_with(&format!(".{above}"));
    let host = |url: &str| url.split('/').next().unwrap().to_owned();
    match (indicator, seen) {
        (Value::Cidr(net), Value::Ip(address)) => net.contains(address),
        (Value::Domain(above), Value::Domain(name)) => below(name, above),
        (Value::Domain(above), Value::Url(url)) => below(&host(url), above),
        (Value::Domain(above), Value::Email(mail)) => below(mail.split_once('@').unwrap().1, above),
        (one, other) => one == other,
    }
}

/// Of networks only the narrowest counts.
fn expected(all: &[Indicator], seen: &Value, at: Timestamp) -> BTreeSet<String> {
    let hits: Vec<&Value> = all
        .iter()
        .filter(|indicator| indicator.validity.holds(at) && meant(&indicator.value, seen))
        .map(|indicator| &indicator.value)
        .collect();
    let length = |value: &Value| match value {
        Value::Cidr(net) => Some(net.prefix_len()),
        _ => None,
    };
    let narrowest = hits.iter().filter_map(|value| length(value)).max();
    let kept = hits
        .iter()
        .filter(|value| length(value).is_none() || length(value) == narrowest);
    kept.map(ToString::to_string).collect()
}

fn event(seen: &Value) -> serde_json::Value {
    let text = seen.to_string();
    match seen {
        Value::Ip(_) => json!({"dst_endpoint": {"ip": text}}),
        Value::Domain(_) => json!({"query": {"hostname": text.to_uppercase()}}),
        Value::Url(_) => json!({"url": {"url_string": format!("https://{text}#x")}}),
        Value::Email(_) => json!({"email": {"from": format!("E <{text}>")}}),
        Value::Hash(_) => json!({"file": {"hashes": [{"value": text.to_uppercase()}]}}),
        Value::Cidr(_) => json!({}),
    }
}

fn observable(seen: &Value) -> serde_json::Value {
    let type_id = match seen {
        Value::Domain(_) => 1,
        Value::Ip(_) | Value::Cidr(_) => 2,
        Value::Email(_) => 5,
        Value::Url(_) => 6,
        Value::Hash(_) => 8,
    };
    json!({"type_id": type_id, "value": seen.to_string()})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_set_finds_what_a_search_finds(all in prop::collection::vec(indicator(), 0..60), seen in prop::collection::vec(text(), 1..20), at in 0_i64..6) {
        let at = Timestamp::from_millis(at);
        let handle = handle(&[("feed", &all)]);
        for text in seen {
            let seen = Value::guess(&text).unwrap();
            let wanted = if matches!(seen, Value::Cidr(_)) { BTreeSet::new() } else { expected(&all, &seen, at) };
            let matches = handle.matches(event(&seen).as_object().unwrap(), at);
            let found: BTreeSet<String> = matches.iter().map(|m| m.value().to_string()).collect();
            prop_assert_eq!(found.len(), matches.len());
            prop_assert_eq!(&found, &wanted, "{}", seen);
        }
        prop_assert_eq!(handle.unreadable(), 0);
    }

    #[test]
    fn a_value_is_one_however_it_is_written(text in text()) {
        let value = Value::guess(&text).unwrap();
        let again = Value::guess(&value.to_string()).unwrap();
        prop_assert_eq!(&again, &value);
        let defanged = text.replace('.', "[.]").replace("http", "hxxp");
        prop_assert_eq!(&Value::guess(&defanged).unwrap(), &value);
        if !matches!(value, Value::Url(_)) {
            prop_assert_eq!(&Value::guess(&text.to_uppercase()).unwrap(), &value);
        }
    }

    #[test]
    fn no_text_upsets_the_readers(text in ".{0,200}") {
        let (Ok(_) | Err(_)) = Value::guess(&text);
        for kind in aurora_indicators::Kind::ALL {
            let (Ok(_) | Err(_)) = Value::parse(kind, &text);
        }
        handle(&[("feed", &[always("evil.com")])]).check(&text, Timestamp::from_millis(0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_was_seen_before_hides_nothing(
        first in prop::collection::vec(indicator(), 0..12),
        second in prop::collection::vec(indicator(), 0..12),
        events in prop::collection::vec(prop::collection::vec(text(), 0..90), 1..6),
        at in 0_i64..6,
    ) {
        let at = Timestamp::from_millis(at);
        let handle = IndicatorHandle::default();
        for all in [first, second] {
            handle.swap(Indicators::new([(Arc::from("feed"), set(&all))]));
            for texts in events.iter().chain(&events) {
                let seen: Vec<Value> = texts.iter().map(|text| Value::guess(text).unwrap()).collect();
                let seen = seen.iter().filter(|it| !matches!(it, Value::Cidr(_)));
                let wanted: BTreeSet<String> = seen.clone().flat_map(|it| expected(&all, it, at)).collect();
                let observables: Vec<serde_json::Value> = seen.map(observable).collect();
                let event = json!({ "observables": observables });
                let matches = handle.matches(event.as_object().unwrap(), at);
                let found: BTreeSet<String> = matches.iter().map(|m| m.value().to_string()).collect();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}

#[test]
fn any_address_meets_any_network() {
    let nets = [
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.0/23",
        "2001:db8::/20",
        "2001:db8:1::/47",
        "2001:db8:1::/48",
    ];
    let all: Vec<Indicator> = nets.iter().map(|net| always(net)).collect();
    let handle = handle(&[("feed", &all)]);
    for text in [
        "10.1.3.255",
        "10.1.4.0",
        "10.2.0.0",
        "11.0.0.0",
        "2001:db8:1::1",
        "2001:db8:0:ffff::1",
        "2001:db9::",
        "2002::",
        "::1",
    ] {
        let seen = Value::Ip(text.parse::<IpAddr>().unwrap());
        let found = handle.check(text, Timestamp::from_millis(0));
        let found: BTreeSet<String> = found.iter().map(|m| m.value().to_string()).collect();
        assert_eq!(
            found,
            expected(&all, &seen, Timestamp::from_millis(0)),
            "{text}"
        );
    }
}
