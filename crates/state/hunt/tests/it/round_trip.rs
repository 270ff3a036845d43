use std::ops::Bound;

use aurora_hunt::{
    Field, Filter, Names, OcsfNames, Output, Pattern, Piece, Query, Range, Sort, SortKey, Test,
    parse,
};
use proptest::prelude::*;

fn field() -> impl Strategy<Value = Field> {
    let names = [
        "process.cmd_line",
        "user",
        "unmapped.\"a.b c\"",
        "file.hashes[].value",
        "answers[0].rdata",
        "event.outcome",
        "ecs:user.name",
        "source",
    ];
    proptest::sample::select(names.to_vec()).prop_map(|name| Field {
        written: name.to_owned(),
        targets: OcsfNames.resolve(name).unwrap(),
    })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let piece = prop_oneof![
        Just(Piece::AnyRun),
        Just(Piece::AnyOne),
        "[a-z0-9 \\\\\"*?().,:|/é-]{1,6}".prop_map(Piece::Text),
        any::<char>().prop_map(|c| Piece::Text(c.to_string())),
        proptest::sample::select(vec!["AND", "or", "Not", "TO", "10.0.0.0/8", "-x", "["])
            .prop_map(|text| Piece::Text(text.to_owned())),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(Pattern::new)
}

fn test() -> impl Strategy<Value = Test> {
    let number = prop_oneof![any::<i32>().prop_map(f64::from), -1e3..1e3f64];
    prop_oneof![
        Just(Test::Exists),
        pattern()
            .prop_filter("`*` asks for existence", |p| !p.is_any())
            .prop_map(Test::Matches),
        (any::<[u8; 4]>(), 0..=32u8).prop_map(|(ip, prefix)| {
            Test::Within(
                ipnet::Ipv4Net::new(ip.into(), prefix)
                    .unwrap()
                    .trunc()
                    .into(),
            )
        }),
        (number, 0..5u8).prop_map(|(n, kind)| Test::Between(match kind {
            0 => Range {
                lower: Bound::Included(n),
                upper: Bound::Unbounded
            },
            1 => Range {
                lower: Bound::Excluded(n),
                upper: Bound::Included(n + 1.0)
            },
            2 => Range {
                lower: Bound::Unbounded,
                upper: Bound::Excluded(n)
            },
            3 => Range {
                lower: Bound::Included(n),
                upper: Bound::Included(n + 2.5)
            },
            _ => Range {
                lower: Bound::Unbounded,
                upper: Bound::Included(n)
            },
        })),
    ]
}

/// Trees as the parser builds them: flat, and never with `All` inside a conjunction.
fn filter() -> impl Strategy<Value = Filter> {
    let text = pattern().prop_filter("matches everything", |p| {
        !p.is_any() && p.as_literal() != Some("")
    });
    let leaf = prop_oneof![
        (field(), test()).prop_map(|(f, t)| Filter::Field(f, t)),
        text.prop_map(Filter::Text)
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let parts = || proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts().prop_map(|parts| Filter::And(flat(parts, true))),
            parts().prop_map(|parts| Filter::Or(flat(parts, false))),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn flat(parts: Vec<Filter>, and: bool) -> Vec<Filter> {
    let open = |part| match part {
        Filter::And(inner) if and => inner,
        Filter::Or(inner) if !and => inner,
        other => vec![other],
    };
    parts.into_iter().flat_map(open).collect()
}

fn query() -> impl Strategy<Value = Query> {
    let fields = || proptest::collection::vec(field(), 1..3);
    let output = prop_oneof![
        Just(Output::Events),
        fields().prop_map(Output::Fields),
        fields().prop_map(|by| Output::Count { by }),
        Just(Output::Count { by: Vec::new() }),
    ];
    (
        filter(),
        output,
        any::<bool>(),
        proptest::option::of(1..1000u32),
    )
        .prop_map(|(filter, output, descending, limit)| {
            let key = match &output {
                Output::Count { by } => by.first().cloned().map(SortKey::Field),
                Output::Events => Some(SortKey::Field(Field {
                    written: "time".into(),
                    targets: OcsfNames.resolve("time").unwrap(),
                })),
                Output::Fields(_) => None,
            };
            let sort = key
                .into_iter()
                .map(|key| Sort { key, descending })
                .collect();
            Query {
                filter,
                output,
                sort,
                limit,
            }
        })
}

proptest! {
    #[test]
    fn the_text_of_a_tree_is_that_tree(query in query()) {
        let text = query.to_string();
        prop_assert_eq!(parse(&text), Ok(query), "{}", text);
    }

    #[test]
    fn no_text_breaks_the_parser(text in "[a-z:.*?\"\\\\()\\[\\]{}|<>=,/ -]{0,60}|\\PC{0,40}") {
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string()), Ok(query)),
            Err(error) => prop_assert!(error.render(&text).contains('^')),
        }
    }
}
