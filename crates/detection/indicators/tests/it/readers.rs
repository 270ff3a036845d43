use std::fmt::Write as _;

use aurora_indicators::Indicator;
use aurora_indicators::read::{Format, Options, Report, from_text, pattern};
use expect_test::{Expect, expect};

use crate::NOW;

/// What a file gives: a line an indicator, then what was left out.
fn shown(name: &str, text: &str, options: &Options) -> String {
    let mut out = String::new();
    let mut report = Report::default();
    let mut add = |indicator: &Indicator| {
        let Indicator {
            value,
            confidence,
            validity,
            about,
        } = indicator;
        write!(out, "{} {value} {confidence}", value.kind()).unwrap();
        if let Some(from) = validity.from {
            write!(out, " from {from}").unwrap();
        }
        if let Some(until) = validity.until {
            write!(out, " until {until}").unwrap();
        }
        if !about.description.is_empty() {
            write!(out, " \"{}\"", about.description).unwrap();
        }
        if !about.labels.is_empty() {
            write!(out, " {:?}", about.labels).unwrap();
        }
        if let Some(source) = &about.source {
            write!(out, " by {source}").unwrap();
        }
        out.push('\n');
        Ok(())
    };
    let read = from_text(name, text, options, &mut report, &mut add);
    for rejected in &report.listed {
        writeln!(
            out,
            "- {} `{}`: {}",
            rejected.place, rejected.text, rejected.reason
        )
        .unwrap();
    }
    writeln!(
        out,
        "{} accepted, {} expired, {} not meant, {} rejected",
        report.accepted, report.expired, report.not_meant, report.rejected
    )
    .unwrap();
    if let Err(error) = read {
        writeln!(out, "error: {error}").unwrap();
    }
    out
}

fn check(name: &str, text: &str, expected: &Expect) {
    expected.assert_eq(&shown(name, text, &Options::at(NOW)));
}

#[test]
fn a_plain_list_tells_kinds_by_their_shape() {
    let text = "# feed of the day\n\n192.0.2.1\n192.0.2[.]0/24 # why\nhxxp://evil[.]com/x\nEvil.com\n\
        D41D8CD98F00B204E9800998ECF8427E\neve@evil.com\n2001:db8::/32\nlocalhost\n0.0.0.0/0\n203.0.113.7:8080\nevil.com/path\n";
    check(
        "feed.txt",
        text,
        &expect![[r#"
        ip 192.0.2.1 50
        cidr 192.0.2.0/24 50
        url evil.com/x 50
        domain evil.com 50
        md5 d41d8cd98f00b204e9800998ecf8427e 50
        email eve@evil.com 50
        cidr 2001:db8::/32 50
        ip 203.0.113.7 50
        url evil.com/path 50
        - line 10 `localhost`: its kind cannot be told
        - line 11 `0.0.0.0/0`: it would match every address
        9 accepted, 0 expired, 0 not meant, 2 rejected
    "#]],
    );
}

#[test]
fn a_table_is_read_by_its_header() {
    let text = "# comment\nType;Value;Expiry;Confidence;Source;Description;Extra\n\
        ip-dst;198.51.100.7;2027-01-01;90;cert.example;\"C2; of a botnet\";x\n\
        domain;evil.com;2020-01-01;;;;\n\
        ;evil.org;soon;;;;\nsha256;abc;;;;;\nphone;123;;;;;\n;evil.net;;high;;;\n;evil.io;;250;;;\n";
    check(
        "feed",
        text,
        &expect![[r#"
        ip 198.51.100.7 90 until 2027-01-01T00:00:00.000Z "C2; of a botnet" by cert.example
        domain evil.net 85
        - line 5 `evil.org`: `soon` is no time
        - line 6 `abc`: it has not the digits of that hash
        - line 7 `123`: `phone` is no kind of indicator: want ip, cidr, domain, url, md5, sha1, sha256, email
        - line 9 `evil.io`: `250` is no confidence from 0 to 100
        2 accepted, 1 expired, 0 not meant, 4 rejected
    "#]],
    );
    check(
        "other.csv",
        "a,b\n1,2\n",
        &expect![[r#"
        0 accepted, 0 expired, 0 not meant, 0 rejected
        error: `other.csv` is no csv file: no column of the header is called `value`
    "#]],
    );
}

#[test]
fn a_bundle_gives_its_indicators() {
    let text = r#"{"type":"bundle","id":"bundle--1","objects":[
      {"type":"identity","id":"identity--1","name":"x"},
      {"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'Evil.com'] OR [url:value='http://evil.com/a?b=\\'c']",
       "name":"Botnet","description":"seen","confidence":80,"valid_from":"2026-01-01T00:00:00Z","valid_until":"2026-06-01T00:00:00Z","labels":["c2"],"indicator_types":["malicious-activity"]},
      {"type":"indicator","id":"indicator--2","pattern":"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']"},
      {"type":"indicator","id":"indicator--3","pattern":"[a:b = 'c'] FOLLOWEDBY [d:e = 'f']"},
      {"type":"indicator","id":"indicator--4","revoked":true,"pattern":"[ipv4-addr:value = '192.0.2.9']"},
      {"type":"indicator","id":"indicator--5","pattern_type":"sigma","pattern":"title: x"},
      {"type":"indicator","id":"indicator--6","pattern":"[ipv4-addr:value ISSUBSET '198.51.100.0/24']"},
      {"type":"indicator","id":"indicator--7","pattern":"[ipv4-addr:value = '192.0.2.2']","valid_until":"2025-01-01T00:00:00Z"}
    ]}"#;
    check(
        "bundle.json",
        text,
        &expect![[r#"
        ip 192.0.2.1 80 from 2026-01-01T00:00:00.000Z until 2026-06-01T00:00:00.000Z "Botnet: seen" ["c2", "malicious-activity"]
        domain evil.com 80 from 2026-01-01T00:00:00.000Z until 2026-06-01T00:00:00.000Z "Botnet: seen" ["c2", "malicious-activity"]
        url evil.com/a?b=%27c 80 from 2026-01-01T00:00:00.000Z until 2026-06-01T00:00:00.000Z "Botnet: seen" ["c2", "malicious-activity"]
        sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 50
        cidr 198.51.100.0/24 50
        - indicator--3 `[a:b = 'c'] FOLLOWEDBY [d:e = 'f']`: `a:b` is no place that is looked at
        - indicator--5 `title: x`: the pattern's language is `sigma`
        5 accepted, 1 expired, 1 not meant, 2 rejected
    "#]],
    );
    check(
        "broken.json",
        r#"{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value = '192.0.2.1']"},"#,
        &expect![[r#"
            ip 192.0.2.1 50
            1 accepted, 0 expired, 0 not meant, 0 rejected
            error: `broken.json` is no stix file: EOF while parsing a value at line 1 column 93
        "#]],
    );
}

#[test]
fn a_misp_event_gives_what_is_meant_for_detection() {
    let text = r#"{"response":[{"Event":{"info":"OSINT","Tag":[{"name":"tlp:white"}],
      "Attribute":[
        {"type":"ip-dst|port","value":"192.0.2.1|443","to_ids":true,"uuid":"u1","comment":"C2"},
        {"type":"domain|ip","value":"evil.com|192.0.2.2","to_ids":"1","uuid":"u2"},
        {"type":"domain","value":"benign.com","to_ids":false,"uuid":"u3"},
        {"type":"regkey","value":"HKLM\\x","to_ids":true,"uuid":"u4"},
        {"type":"ip-src","value":"nonsense","to_ids":true,"uuid":"u5"}],
      "Object":[{"Attribute":[{"type":"filename|sha1","value":"a.exe|da39a3ee5e6b4b0d3255bfef95601890afd80709","to_ids":true,"Tag":[{"name":"x"}]},
        {"type":"malware-sample","value":"b.exe|d41d8cd98f00b204e9800998ecf8427e","to_ids":1}]}]}}]}"#;
    check(
        "misp.json",
        text,
        &expect![[r#"
        ip 192.0.2.1 50 "OSINT: C2" ["tlp:white"]
        domain evil.com 50 "OSINT" ["tlp:white"]
        ip 192.0.2.2 50 "OSINT" ["tlp:white"]
        sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 50 "OSINT" ["tlp:white", "x"]
        md5 d41d8cd98f00b204e9800998ecf8427e 50 "OSINT" ["tlp:white"]
        - attribute u4 `HKLM\x`: the type `regkey` is none that is looked for
        - attribute u5 `nonsense`: it is no address
        5 accepted, 0 expired, 1 not meant, 2 rejected
    "#]],
    );
    let single = r#"{"Event":{"info":"one","Attribute":[{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e","to_ids":true}]}}"#;
    check(
        "one",
        single,
        &expect![[r#"
        md5 d41d8cd98f00b204e9800998ecf8427e 50 "one"
        1 accepted, 0 expired, 0 not meant, 0 rejected
    "#]],
    );
}

#[test]
fn what_is_not_said_comes_from_the_command() {
    let options = Options {
        format: Format::List,
        confidence: 70,
        until: Some("2026-03-01T00:00:00Z".parse().unwrap()),
        now: NOW,
    };
    expect![[r#"
        domain evil.com 70 until 2026-03-01T00:00:00.000Z
        1 accepted, 0 expired, 0 not meant, 0 rejected
    "#]]
    .assert_eq(&shown("x", "evil.com", &options));
}

#[test]
fn patterns_are_lists_of_values_or_refused() {
    for (given, wanted) in [
        ("[domain-name:value = 'a.com']", Ok("a.com")),
        (
            "([domain-name:value='a.com'] OR [ipv6-addr:value = '2001:DB8::1'])",
            Ok("a.com 2001:db8::1"),
        ),
        (
            "[(domain-name:value = 'a.com' OR domain-name:value = 'b.com') OR url:value = 'http://c.com']",
            Ok("a.com b.com c.com/"),
        ),
        (
            "[domain-name:value IN ('a.com', 'b.com')]",
            Ok("a.com b.com"),
        ),
        ("[email-addr:value = 'a@b.com']", Ok("a@b.com")),
        (
            "[file:hashes.'SHA-256' = 'zz']",
            Err("`zz`: it has not the digits of that hash"),
        ),
        (
            "[domain-name:value LIKE '%.com']",
            Err("`LIKE` needs more than a value"),
        ),
        (
            "[domain-name:value != 'a.com']",
            Err("`!=` needs more than a value"),
        ),
        (
            "[domain-name:value = 'a.com' AND url:value = 'http://b.com']",
            Err("`AND` needs more than a value"),
        ),
        (
            "[domain-name:value = 'a.com'] WITHIN 5 SECONDS",
            Err("`WITHIN` needs more than a value"),
        ),
        (
            "[process:name = 'a']",
            Err("`process:name` is no place that is looked at"),
        ),
        (
            "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND (file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR url:value = 'http://b.com')]",
            Err("`AND` needs more than a value"),
        ),
        ("", Err("the pattern cannot be read at ``")),
        (
            "[domain-name:value = 'a.com",
            Err("the pattern cannot be read at `a.com`"),
        ),
    ] {
        let found = pattern::values(given)
            .map(|values| {
                values
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .map_err(|error| error.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), wanted, "{given}");
    }
    let deep = "(".repeat(100_000);
    assert_eq!(
        pattern::values(&deep).unwrap_err().to_string(),
        "the pattern is nested too deep"
    );
}
