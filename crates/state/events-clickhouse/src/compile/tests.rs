#![allow(clippy::unwrap_used)]

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_events::testkit::HOSTILE_TEXTS;
use aurora_model::SiteId;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn compiled(query: &Query) -> Hunt {
    let range = TimeRange {
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(9),
    };
    let options = HuntOptions {
        range,
        limit: 10,
        timeout: Duration::from_secs(1),
    };
    let site = SiteId(aurora_ids::Id128::from_bytes([7; 16]));
    hunt(&Columns::new(), &Scope::of(site), query, &options)
}

fn check(query: &str, wanted: Expect) {
    let hunt = compiled(&aurora_hunt::parse(query).unwrap());
    let statement = hunt.compiled.statement;
    let start = statement.find("AND time < ").unwrap();
    wanted.assert_eq(&statement[start + "AND time < {p3:Int64} AND ".len()..]);
}

#[test]
fn filters() {
    check(
        "*",
        expect!["(1)  ORDER BY time DESC, uid LIMIT 11 FORMAT JSONCompactEachRow"],
    );
    check(
        "process.cmd_line:*x* user.name:Bob",
        expect![
            "((process_cmd_line ILIKE {p4:String}) AND (lower(user_name) = {p5:String}))  ORDER BY time DESC, uid LIMIT 11 FORMAT JSONCompactEachRow"
        ],
    );
    check(
        "NOT src_ip:10.0.0.0/8 | limit 3",
        expect![
            "(NOT (((isIPv4String(src_endpoint_ip) OR isIPv6String(src_endpoint_ip)) AND (IPv6StringToNumOrDefault(src_endpoint_ip) BETWEEN unhex({p4:String}) AND unhex({p5:String})))))  ORDER BY time DESC, uid LIMIT 3 FORMAT JSONCompactEachRow"
        ],
    );
    check(
        "answers.rdata:x unmapped.A:\"\"",
        expect![
            "((NOT (notEmpty(unmapped[{p4:String}]))) AND (arrayExists(v -> (lower(v) = {p7:String}), arrayMap(e -> JSONExtract(e, {p6:String}, 'String'), JSONExtractArrayRaw(event, {p5:String})))))  ORDER BY time DESC, uid LIMIT 11 FORMAT JSONCompactEachRow"
        ],
    );
    check(
        "file.size:[1 TO 5}",
        expect![
            "(ifNull(isFinite(toFloat64OrNull(JSONExtract(event, {p4:String}, {p5:String}, 'String'))) AND (toFloat64OrNull(JSONExtract(event, {p4:String}, {p5:String}, 'String')) >= {p6:Float64} AND toFloat64OrNull(JSONExtract(event, {p4:String}, {p5:String}, 'String')) < {p7:Float64}), 0))  ORDER BY time DESC, uid LIMIT 11 FORMAT JSONCompactEachRow"
        ],
    );
    check(
        "time:>=5",
        expect![
            "((time >= {p4:Float64}))  ORDER BY time DESC, uid LIMIT 11 FORMAT JSONCompactEachRow"
        ],
    );
}

#[test]
fn outputs() {
    check(
        "* | count by user.name",
        expect!["(1) GROUP BY k0 ORDER BY n DESC, k0 LIMIT 11 FORMAT JSONCompactEachRow"],
    );
    check(
        "* | count",
        expect!["(1)  ORDER BY n DESC LIMIT 11 FORMAT JSONCompactEachRow"],
    );
}

/// Everything but the places of parameters and this crate's own texts.
fn is_clean(statement: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_ ,.(){}[]:=<>-'".contains(c);
    let quotes: Vec<&str> = statement.split('\'').skip(1).step_by(2).collect();
    statement.chars().all(allowed)
        && quotes
            .iter()
            .all(|text| ["String", "", ", "].contains(text))
}

proptest! {
    /// Whatever stands in a query, as value, name or free text: the statement consists of our own
    /// words and the places of parameters.
    #[test]
    fn no_text_becomes_sql(which in 0..HOSTILE_TEXTS.len(), noise in "\\PC{0,12}", wild in any::<bool>()) {
        use aurora_hunt::{Field, Output, Pattern, Piece, Target, Test};
        let text = format!("{noise}{}", HOSTILE_TEXTS[which]);
        let path = format!("unmapped.{}.{0}[].{0}", serde_json::Value::from(text.as_str()));
        let path = aurora_ocsf::Path::parse(&path).unwrap();
        let field = Field { written: text.clone(), targets: vec![Target::Path(path), Target::Source] };
        let mut pieces = vec![Piece::Text(text.clone())];
        if wild { pieces.push(Piece::AnyRun); }
        let pattern = Pattern::new(pieces);
        let filter = Filter::Or(vec![
            Filter::Field(field.clone(), Test::Matches(pattern.clone())),
            Filter::Text(pattern),
        ]);
        for output in [Output::Events, Output::Fields(vec![field.clone()]), Output::Count { by: vec![field.clone()] }] {
            let query = Query { filter: filter.clone(), output, ..Query::all() };
            let statement = compiled(&query).compiled.statement;
            prop_assert!(is_clean(&statement), "{}", statement);
        }
    }
}
