use expect_test::{Expect, expect};

/// The tree's text form, or the error as people see it.
fn check(query: &str, wanted: Expect) {
    wanted.assert_eq(&match aurora_hunt::parse(query) {
        Ok(tree) => tree.to_string(),
        Err(error) => error.render(query),
    });
}

#[test]
fn values() {
    check("", expect!["*"]);
    check(
        "process.cmd_line:*mimikatz*",
        expect!["process.cmd_line:*mimikatz*"],
    );
    check(
        r#"process.cmd_line:"*-enc *""#,
        expect![[r#"process.cmd_line:"*-enc *""#]],
    );
    check(
        r"file.path:C:\\Windows\\*",
        expect![[r#"file.path:"C:\\Windows\\*""#]],
    );
    check(
        "src_endpoint.ip:10.1.2.3/8",
        expect!["src_endpoint.ip:10.0.0.0/8"],
    );
    check("src_ip:fe80::/10", expect!["src_ip:fe80::/10"]);
    check(r#"url:"10.0.0.0/8""#, expect![[r#"url:"10.0.0.0/8""#]]);
    check(
        "severity_id:>=4 process.pid:<10",
        expect!["severity_id:>=4 AND process.pid:<10"],
    );
    check(
        "process.pid:[1 TO 5] OR process.pid:{7 TO *]",
        expect!["process.pid:[1 TO 5] OR process.pid:>7"],
    );
    check("time:>2026-01-31T09:30:00Z", expect!["time:>1769851800000"]);
    check(
        "time:[2026-01-31 TO 2026-02-01}",
        expect!["time:[1769817600000 TO 1769904000000}"],
    );
    check("user.name:*", expect!["user.name:*"]);
    check("user.name:\"\"", expect![[r#"user.name:"""#]]);
    check("user.name:Jürgen", expect!["user.name:Jürgen"]);
}

#[test]
fn operators() {
    check("a b OR c", expect!["(a AND b) OR c"]);
    check("a (b or NOT c)", expect!["a AND (b OR NOT c)"]);
    check(
        "-user.name:bob -(a b)",
        expect!["NOT user.name:bob AND NOT (a AND b)"],
    );
    check(
        "user.name:(bob OR \"al ice\")",
        expect![[r#"user.name:bob OR user.name:"al ice""#]],
    );
    check(
        "user.name:(bob, alice, -carol)",
        expect!["user.name:bob OR user.name:alice OR NOT user.name:carol"],
    );
    check("cmd:(*a* AND NOT *b*)", expect!["cmd:*a* AND NOT cmd:*b*"]);
    check("\"and\" notable", expect![[r#""and" AND notable"#]]);
    check("((((a))))", expect!["a"]);
    check("* user.name:x", expect!["user.name:x"]);
}

#[test]
fn stages() {
    check("a | count", expect!["a | count"]);
    check(
        "|count by device.hostname, user.name",
        expect!["* | count by device.hostname, user.name"],
    );
    check(
        "a | top 3 user.name",
        expect!["a | count by user.name | sort count desc | limit 3"],
    );
    check(
        "a | rare user.name",
        expect!["a | count by user.name | sort count asc | limit 10"],
    );
    check(
        "a | sort -time, user.name | limit 5",
        expect!["a | sort time desc, user.name asc | limit 5"],
    );
    check(
        "a | fields time, user | head 2",
        expect!["a | fields time, user | limit 2"],
    );
    check(
        "a | count by host | sort host",
        expect!["a | count by host | sort host asc"],
    );
}

#[test]
fn mistakes() {
    check(
        "proces.name:x",
        expect![[r#"
        cannot read the query at character 0: no field is called `proces.name`: did you mean `process.name`? A source's own field is `unmapped.NAME`
          proces.name:x
          ^"#]],
    );
    check(
        "a AND actor.process:x",
        expect![[r#"
        cannot read the query at character 6: `actor.process` is an object: name one of its attributes, such as `actor.process.name`
          a AND actor.process:x
                ^"#]],
    );
    check(
        "(a OR b",
        expect![[r#"
        cannot read the query at character 0: expected a `)` for this parenthesis before the end, found `(a`
          (a OR b
          ^"#]],
    );
    check(
        "a)",
        expect![[r#"
        cannot read the query at character 1: expected the end of the query: this `)` was never opened, found `)`
          a)
           ^"#]],
    );
    check(
        "a AND",
        expect![[r#"
        cannot read the query at character 5: expected a filter, found the end
          a AND
               ^"#]],
    );
    check(
        "user.name:",
        expect![[r#"
        cannot read the query at character 10: expected a value; `*` asks whether there is one, `""` whether there is none, found the end
          user.name:
                    ^"#]],
    );
    check(
        "user.name:\"C:\\",
        expect![[r#"
        cannot read the query at character 10: expected a closing `"`: a backslash before one makes it part of the text, `\\"` does not, found `"C:\`
          user.name:"C:\
                    ^"#]],
    );
    check(
        "severity_id>=4",
        expect![[r#"
        cannot read the query at character 11: a field's value follows a colon: `field:value`, `field:>=10`; text is put in quotes
          severity_id>=4
                     ^"#]],
    );
    check(
        "process.pid:>many",
        expect![[r#"
        cannot read the query at character 13: `many` is not a number, an RFC 3339 time or a date such as 2026-01-31
          process.pid:>many
                       ^"#]],
    );
    check(
        "a | group user.name",
        expect![[r#"
        cannot read the query at character 4: expected `count`, `top`, `rare`, `sort`, `limit` or `fields` after `|`, found `group`
          a | group user.name
              ^"#]],
    );
    check(
        "a | count by host | sort user",
        expect![[r#"
        cannot read the query at character 25: an answer of counts is sorted by `count` or by a field it counts by
          a | count by host | sort user
                                   ^"#]],
    );
    check(
        "a | limit 0",
        expect![[r#"
        cannot read the query at character 10: `0` is not a whole number from 1
          a | limit 0
                    ^"#]],
    );
}

#[test]
fn size_is_bounded() {
    use aurora_hunt::{Error, MAX_BYTES, parse};
    assert!(matches!(
        parse(&"a".repeat(MAX_BYTES + 1)),
        Err(Error::TooLong { .. })
    ));
    assert!(matches!(
        parse(&"(".repeat(5_000)),
        Err(Error::TooDeep { .. })
    ));
    assert!(matches!(
        parse(&"NOT ".repeat(2_000)),
        Err(Error::TooDeep { .. })
    ));
    assert!(matches!(
        parse(&"a ".repeat(300)),
        Err(Error::TooManyTerms { .. })
    ));
}

/// Each level is shown with two parentheses, of which it needs one.
#[test]
fn what_is_read_can_be_shown_and_read() {
    use aurora_hunt::{Error, parse};
    for levels in 1..32 {
        let text = "a OR b (".repeat(levels) + "c OR d" + &")".repeat(levels);
        match parse(&text) {
            Ok(query) => {
                assert!(levels <= 16);
                assert_eq!(parse(&query.to_string()), Ok(query), "{levels}");
            }
            Err(error) => {
                assert!(levels > 16);
                assert!(matches!(error, Error::TooDeep { .. }), "{levels}: {error}");
            }
        }
    }
}
