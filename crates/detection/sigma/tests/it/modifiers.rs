//! Modifiers × kinds of value × arrays × null × case.

use crate::{cases, refused};
use expect_test::{Expect, expect};

#[test]
fn plain_text() {
    cases(&[
        ("f: abc", r#"{"f":"abc"}"#, true),
        ("f: abc", r#"{"f":"ABC"}"#, true),
        ("f: ABC", r#"{"f":"abc"}"#, true),
        ("f: abc", r#"{"f":"abcd"}"#, false),
        ("f: abc", r#"{"f":" abc"}"#, false),
        ("f: abc", r#"{"g":"abc"}"#, false),
        ("f: abc", r#"{"F":"abc"}"#, false),
        ("f: abc", r#"{"f":null}"#, false),
        ("f: abc", r#"{}"#, false),
        ("f: ''", r#"{"f":""}"#, true),
        ("f: ''", r#"{"f":" "}"#, false),
        ("f: ''", r#"{"f":null}"#, false),
        ("f: ''", r#"{}"#, false),
        ("f: [a, b]", r#"{"f":"b"}"#, true),
        ("f: [a, b]", r#"{"f":"c"}"#, false),
        ("f: a\ng: b", r#"{"f":"a","g":"b"}"#, true),
        ("f: a\ng: b", r#"{"f":"a"}"#, false),
        ("f: Ärger", r#"{"f":"ÄRGER"}"#, true),
        ("f: ΟΔΟΣ", r#"{"f":"οδος"}"#, true),
        ("f: Straße", r#"{"f":"STRASSE"}"#, false),
        ("f: \u{212A}ernel", r#"{"f":"KERNEL"}"#, true),
        ("f: мимикац", r#"{"f":"МИМИКАЦ"}"#, true),
        ("f: 'C:\\Windows'", r#"{"f":"c:\\windows"}"#, true),
        ("f: '\\\\server'", r#"{"f":"\\server"}"#, true),
        ("f: '\\\\\\\\server'", r#"{"f":"\\\\server"}"#, true),
        ("a.b: x", r#"{"a.b":"x"}"#, true),
        ("a.b: x", r#"{"a":{"b":"x"}}"#, true),
        ("a.b.c: x", r#"{"a":{"b.c":"x"}}"#, true),
        ("a.b.c: x", r#"{"a.b":{"c":"x"}}"#, true),
        ("a.b: x", r#"{"a":[{"b":"y"},{"b":"x"}]}"#, true),
        ("a.b: x", r#"{"a":"x"}"#, false),
        ("f|contains: deep", r#"{"f":{"k":"very deep"}}"#, true),
    ]);
}

#[test]
fn wildcards() {
    cases(&[
        ("f: a*", r#"{"f":"abc"}"#, true),
        ("f: '*c'", r#"{"f":"abc"}"#, true),
        ("f: '*b*'", r#"{"f":"abc"}"#, true),
        ("f: a*c", r#"{"f":"ac"}"#, true),
        ("f: a*c", r#"{"f":"acd"}"#, false),
        ("f: a?c", r#"{"f":"abc"}"#, true),
        ("f: a?c", r#"{"f":"ac"}"#, false),
        ("f: a?c", r#"{"f":"aéc"}"#, true),
        ("f: '?'", r#"{"f":"😀"}"#, true),
        ("f: '*'", r#"{"f":""}"#, true),
        ("f: '*'", r#"{"f":7}"#, true),
        ("f: '*'", r#"{"f":null}"#, false),
        ("f: '*'", r#"{}"#, false),
        ("f: '?*'", r#"{"f":""}"#, false),
        ("f: 'a\\*'", r#"{"f":"a*"}"#, true),
        ("f: 'a\\*'", r#"{"f":"abc"}"#, false),
        ("f: 'a\\?'", r#"{"f":"a?"}"#, true),
        ("f: 'a\\?'", r#"{"f":"ab"}"#, false),
        ("f: 'a\\\\*'", r#"{"f":"a\\bc"}"#, true),
        ("f: 'a\\\\*'", r#"{"f":"a*"}"#, false),
        ("f: 'a\\\\\\*'", r#"{"f":"a\\*"}"#, true),
        ("f: 'a*b*a'", r#"{"f":"aba"}"#, true),
        ("f: 'a*b*a'", r#"{"f":"ab"}"#, false),
        ("f: 'a*a'", r#"{"f":"a"}"#, false),
        ("f: '*.?xe'", r#"{"f":"x.EXE"}"#, true),
        ("f: '*aab?'", r#"{"f":"aaabc"}"#, true),
        ("f: 'a*'", "{\"f\":\"a\\nb\"}", true),
    ]);
}

#[test]
fn contains_startswith_endswith() {
    cases(&[
        ("f|contains: bc", r#"{"f":"aBCd"}"#, true),
        ("f|contains: bd", r#"{"f":"abcd"}"#, false),
        ("f|contains: ''", r#"{"f":"x"}"#, true),
        ("f|contains: ''", r#"{}"#, false),
        ("f|contains: [x, c]", r#"{"f":"abcd"}"#, true),
        ("f|contains: 'b*d'", r#"{"f":"abcde"}"#, true),
        ("f|contains: 12", r#"{"f":4123}"#, true),
        ("f|contains: 12", r#"{"f":"4123"}"#, true),
        ("f|contains: '.5'", r#"{"f":1.5}"#, true),
        ("f|contains: ru", r#"{"f":true}"#, true),
        ("f|contains: a", r#"{"f":null}"#, false),
        ("f|contains: a", r#"{"f":["x","bab"]}"#, true),
        ("f|contains: a", r#"{"f":[]}"#, false),
        ("f|contains: ÜB", r#"{"f":"darüber"}"#, true),
        ("f|startswith: ab", r#"{"f":"ABc"}"#, true),
        ("f|startswith: bc", r#"{"f":"abc"}"#, false),
        ("f|startswith: 46", r#"{"f":4688}"#, true),
        ("f|startswith: [x, a]", r#"{"f":"abc"}"#, true),
        ("f|endswith: BC", r#"{"f":"abc"}"#, true),
        ("f|endswith: ab", r#"{"f":"abc"}"#, false),
        (
            "f|endswith: '\\cmd.exe'",
            r#"{"f":"C:\\Windows\\CMD.EXE"}"#,
            true,
        ),
        (
            "f|endswith: '\\\\cmd.exe'",
            r#"{"f":"C:\\Windows\\CMD.EXE"}"#,
            true,
        ),
        ("f|endswith: 88", r#"{"f":4688}"#, true),
        ("f|endswith: a", r#"{"f":["b","ca"]}"#, true),
        ("f|startswith|endswith: a", r#"{"f":"xay"}"#, true),
    ]);
}

#[test]
fn all_of_the_values() {
    cases(&[
        ("f|contains|all: [a, b]", r#"{"f":"b-a"}"#, true),
        ("f|contains|all: [a, b]", r#"{"f":"a"}"#, false),
        ("f|all|contains: [a, b]", r#"{"f":"ab"}"#, true),
        ("f|contains|all: [a]", r#"{"f":"a"}"#, true),
        ("f|all: ['*a*', '*b*']", r#"{"f":"ba"}"#, true),
        ("f|all: [a, b]", r#"{"f":["b","a","c"]}"#, true),
        ("f|all: [a, b]", r#"{"f":["b","c"]}"#, false),
        ("f|contains|all: [a, b]", r#"{"f":["xa","xb"]}"#, true),
        ("f|re|all: ['a.c', 'x']", r#"{"f":"abcx"}"#, true),
        ("f|re|all: ['a.c', 'y']", r#"{"f":"abcx"}"#, false),
    ]);
}

#[test]
fn numbers_booleans_and_null() {
    cases(&[
        ("f: 4688", r#"{"f":4688}"#, true),
        ("f: 4688", r#"{"f":"4688"}"#, true),
        ("f: 4688", r#"{"f":4688.0}"#, true),
        ("f: 4688", r#"{"f":"46880"}"#, false),
        ("f: 4688", r#"{"f":null}"#, false),
        ("f: '4688'", r#"{"f":4688}"#, true),
        ("f: '4688'", r#"{"f":4689}"#, false),
        ("f: [1, 2]", r#"{"f":2}"#, true),
        ("f: 1", r#"{"f":[3, 1]}"#, true),
        ("f: -5", r#"{"f":-5}"#, true),
        ("f: 1.5", r#"{"f":1.5}"#, true),
        ("f: 0x10", r#"{"f":16}"#, true),
        ("f: 0x10", r#"{"f":"0X10"}"#, true),
        ("f: '0x10'", r#"{"f":"0x10"}"#, true),
        ("f: '0x10'", r#"{"f":16}"#, false),
        (
            "f: 18446744073709551615",
            r#"{"f":18446744073709551615}"#,
            true,
        ),
        ("f: true", r#"{"f":true}"#, true),
        ("f: true", r#"{"f":"True"}"#, true),
        ("f: true", r#"{"f":false}"#, false),
        ("f: true", r#"{"f":1}"#, false),
        ("f: 'true'", r#"{"f":true}"#, true),
        ("f: false", r#"{"f":"FALSE"}"#, true),
        ("f: false", r#"{}"#, false),
        ("f: null", r#"{}"#, true),
        ("f: null", r#"{"f":null}"#, true),
        ("f: null", r#"{"f":[]}"#, true),
        ("f: null", r#"{"f":""}"#, false),
        ("f: null", r#"{"f":"null"}"#, false),
        ("f: null", r#"{"f":0}"#, false),
        ("f: ~", r#"{}"#, true),
        ("f:", r#"{}"#, true),
        ("f: 'null'", r#"{"f":"null"}"#, true),
        ("f: 'null'", r#"{}"#, false),
        ("f: [a, null]", r#"{}"#, true),
        ("f: [a, null]", r#"{"f":"a"}"#, true),
        ("f: [a, null]", r#"{"f":"b"}"#, false),
        ("f: null", r#"{"f":["a", null]}"#, true),
    ]);
}

#[test]
fn exists() {
    cases(&[
        ("f|exists: true", r#"{"f":"x"}"#, true),
        ("f|exists: true", r#"{"f":""}"#, true),
        ("f|exists: true", r#"{"f":null}"#, true),
        ("f|exists: true", r#"{"f":[]}"#, true),
        ("f|exists: true", r#"{"f":0}"#, true),
        ("f|exists: true", r#"{"g":0}"#, false),
        ("f|exists: false", r#"{"g":0}"#, true),
        ("f|exists: false", r#"{"f":""}"#, false),
        ("f|exists: false", r#"{"f":null}"#, false),
        ("f|exists: 'true'", r#"{"f":1}"#, true),
        ("a.b|exists: true", r#"{"a":{"b":null}}"#, true),
        ("a.b|exists: true", r#"{"a":{"c":null}}"#, false),
    ]);
}

#[test]
fn regular_expressions() {
    cases(&[
        ("f|re: 'a.c'", r#"{"f":"xabcx"}"#, true),
        ("f|re: 'A.c'", r#"{"f":"abc"}"#, false),
        ("f|re|i: 'A.c'", r#"{"f":"abc"}"#, true),
        ("f|re: '^bc'", r#"{"f":"abc"}"#, false),
        ("f|re: '^b'", "{\"f\":\"a\\nb\"}", false),
        ("f|re|m: '^b'", "{\"f\":\"a\\nb\"}", true),
        ("f|re: 'a.b'", "{\"f\":\"a\\nb\"}", false),
        ("f|re|s: 'a.b'", "{\"f\":\"a\\nb\"}", true),
        ("f|re|i|m|s: '^B.c'", "{\"f\":\"a\\nb\\nC\"}", true),
        ("f|re: '^46'", r#"{"f":4688}"#, true),
        ("f|re: '^$'", r#"{"f":""}"#, true),
        ("f|re: '.*'", r#"{"f":null}"#, false),
        ("f|re: '.*'", r#"{}"#, false),
        ("f|re: ['x', 'b']", r#"{"f":"abc"}"#, true),
        ("f|re: 'b$'", r#"{"f":["x","ab"]}"#, true),
        ("f|re: '\\d{3,}'", r#"{"f":"a1234"}"#, true),
        ("f|re: 'a\\*b'", r#"{"f":"a*b"}"#, true),
    ]);
}

#[test]
fn networks() {
    cases(&[
        ("f|cidr: 10.0.0.0/8", r#"{"f":"10.2.3.4"}"#, true),
        ("f|cidr: 10.0.0.0/8", r#"{"f":"11.2.3.4"}"#, false),
        ("f|cidr: 10.0.0.7/8", r#"{"f":"10.2.3.4"}"#, true),
        (
            "f|cidr: [192.168.0.0/16, 10.0.0.0/8]",
            r#"{"f":"10.2.3.4"}"#,
            true,
        ),
        ("f|cidr: 10.0.0.1", r#"{"f":"10.0.0.1"}"#, true),
        ("f|cidr: 10.0.0.0/8", r#"{"f":"::ffff:10.0.0.1"}"#, true),
        ("f|cidr: '::ffff:10.0.0.0/104'", r#"{"f":"10.0.0.1"}"#, true),
        ("f|cidr: 'fe80::/10'", r#"{"f":"fe80::1%eth0"}"#, true),
        ("f|cidr: '2001:db8::/32'", r#"{"f":"[2001:DB8::5]"}"#, true),
        ("f|cidr: '::1/128'", r#"{"f":"0:0:0:0:0:0:0:1"}"#, true),
        ("f|cidr: 'fc00::/7'", r#"{"f":"10.0.0.1"}"#, false),
        ("f|cidr: 10.0.0.0/8", r#"{"f":"10.0.0"}"#, false),
        ("f|cidr: 10.0.0.0/8", r#"{"f":"-"}"#, false),
        (
            "f|cidr: 10.0.0.0/8",
            r#"{"f":["8.8.8.8","10.1.1.1"]}"#,
            true,
        ),
        ("f|cidr: 0.0.0.0/0", r#"{}"#, false),
    ]);
}

#[test]
fn comparisons() {
    cases(&[
        ("f|gt: 5", r#"{"f":6}"#, true),
        ("f|gt: 5", r#"{"f":5}"#, false),
        ("f|gte: 5", r#"{"f":5}"#, true),
        ("f|lt: 5", r#"{"f":4}"#, true),
        ("f|lt: 5", r#"{"f":5}"#, false),
        ("f|lte: 5", r#"{"f":5}"#, true),
        ("f|gt: 5", r#"{"f":"10"}"#, true),
        ("f|lt: 5", r#"{"f":"10"}"#, false),
        ("f|gt: '5'", r#"{"f":"10"}"#, true),
        ("f|gt: 5", r#"{"f":" 6 "}"#, true),
        ("f|gt: 5", r#"{"f":"0x10"}"#, true),
        ("f|gt: 5", r#"{"f":"six"}"#, false),
        ("f|lt: 5", r#"{"f":""}"#, false),
        ("f|lt: 5", r#"{"f":null}"#, false),
        ("f|lt: 5", r#"{}"#, false),
        ("f|lt: 5", r#"{"f":true}"#, false),
        ("f|gt: 1.5", r#"{"f":1.6}"#, true),
        ("f|gt: 1.5", r#"{"f":2}"#, true),
        ("f|gt: -1", r#"{"f":0}"#, true),
        ("f|gt: 5", r#"{"f":[1,7]}"#, true),
        ("f|gt: 9007199254740992", r#"{"f":9007199254740993}"#, true),
        ("f|neq: 5", r#"{"f":6}"#, true),
        ("f|neq: 5", r#"{"f":"5"}"#, false),
        ("f|neq: abc", r#"{"f":"ABC"}"#, false),
        ("f|neq: abc", r#"{"f":"abd"}"#, true),
        ("f|neq: [a, b]", r#"{"f":"b"}"#, false),
        ("f|neq: [a, b]", r#"{"f":"c"}"#, true),
        ("f|neq: a", r#"{"f":["b","a"]}"#, false),
        ("f|neq: a", r#"{}"#, false),
        ("f|neq: a", r#"{"f":null}"#, false),
        ("f|contains|neq: b", r#"{"f":"abc"}"#, false),
        ("f|contains|neq: x", r#"{"f":"abc"}"#, true),
        ("f|cidr|neq: 10.0.0.0/8", r#"{"f":"11.0.0.1"}"#, true),
    ]);
}

#[test]
fn case() {
    cases(&[
        ("f|cased: abc", r#"{"f":"abc"}"#, true),
        ("f|cased: abc", r#"{"f":"aBc"}"#, false),
        ("f|contains|cased: bC", r#"{"f":"abCd"}"#, true),
        ("f|contains|cased: bC", r#"{"f":"abcd"}"#, false),
        ("f|startswith|cased: A", r#"{"f":"abc"}"#, false),
        ("f|endswith|cased: 'C'", r#"{"f":"abC"}"#, true),
        ("f|cased: 'Ä*'", r#"{"f":"äb"}"#, false),
        ("f|cased: 5", r#"{"f":5}"#, true),
    ]);
}

#[test]
fn windash() {
    cases(&[
        ("f|windash|contains: ' -f'", r#"{"f":"x -f"}"#, true),
        ("f|windash|contains: ' -f'", r#"{"f":"x /f"}"#, true),
        ("f|windash|contains: ' -f'", r#"{"f":"x –f"}"#, true),
        ("f|windash|contains: ' -f'", r#"{"f":"x —f"}"#, true),
        ("f|windash|contains: ' -f'", r#"{"f":"x ―f"}"#, true),
        ("f|windash|contains: ' -f'", r#"{"f":"x +f"}"#, false),
        ("f|contains|windash: ' /f'", r#"{"f":"x -F"}"#, true),
        ("f|contains|windash: '—f'", r#"{"f":"x -F"}"#, true),
        (
            "f|contains|windash|all: [' -a', ' -b']",
            r#"{"f":"x /b –a"}"#,
            true,
        ),
        (
            "f|contains|windash|all: [' -a', ' -b']",
            r#"{"f":"x /b a"}"#,
            false,
        ),
        ("f|endswith|windash: ' -f'", r#"{"f":"x /f"}"#, true),
        ("f|windash: 'a-b-c'", r#"{"f":"a/b–c"}"#, true),
        ("f|windash: 'nodash'", r#"{"f":"nodash"}"#, true),
        ("f|contains|windash: '-e*c -'", r#"{"f":"p /enc /x"}"#, true),
        ("f|contains|windash|cased: '-F'", r#"{"f":"/f"}"#, false),
    ]);
}

#[test]
fn encodings() {
    cases(&[
        ("f|base64: foobar", r#"{"f":"Zm9vYmFy"}"#, true),
        ("f|base64|contains: foobar", r#"{"f":"-e Zm9vYmFy"}"#, true),
        ("f|base64|contains: foob", r#"{"f":"Zm9vYg=="}"#, true),
        // Offsets 0, 1 and 2, each with different bytes before and behind.
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"Zm9vYmFy"}"#,
            true,
        ),
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"Zm9vYmFyQQ=="}"#,
            true,
        ),
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"eGZvb2Jhcg=="}"#,
            true,
        ),
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"eGZvb2Jhcv8="}"#,
            true,
        ),
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"eHhmb29iYXI="}"#,
            true,
        ),
        (
            "f|base64offset|contains: foobar",
            r#"{"f":"eHhmb29iYXL/"}"#,
            true,
        ),
        ("f|base64offset|contains: foobar", r#"{"f":"Zm9v"}"#, false),
        (
            "f|wide|base64offset|contains: ping",
            r#"{"f":"cABpAG4AZwA="}"#,
            true,
        ),
        (
            "f|wide|base64offset|contains: ping",
            r#"{"f":"IABwAGkAbgBnACAA"}"#,
            true,
        ),
        ("f|utf16le|base64: ping", r#"{"f":"cABpAG4AZwA="}"#, true),
        ("f|utf16be|base64: ping", r#"{"f":"AHAAaQBuAGc="}"#, true),
        ("f|utf16|base64: ping", r#"{"f":"//5wAGkAbgBnAA=="}"#, true),
        ("f|wide|contains: ab", "{\"f\":\"xa\\u0000b\\u0000\"}", true),
        (
            "f|base64offset|contains|all: [foo, bar]",
            r#"{"f":"Zm9vYmFy"}"#,
            true,
        ),
        (
            "f|base64offset|contains|all: [foo, baz]",
            r#"{"f":"Zm9vYmFy"}"#,
            false,
        ),
        (
            "f|base64|contains|cased: foobar",
            r#"{"f":"zm9vymfy"}"#,
            false,
        ),
        ("f|base64: 'a\\*'", r#"{"f":"YSo="}"#, true),
    ]);
}

#[test]
fn field_references() {
    cases(&[
        ("a|fieldref: b", r#"{"a":"x","b":"x"}"#, true),
        ("a|fieldref: b", r#"{"a":"X","b":"x"}"#, true),
        ("a|fieldref: b", r#"{"a":"Ä","b":"ä"}"#, true),
        ("a|fieldref: b", r#"{"a":"x","b":"y"}"#, false),
        ("a|fieldref: b", r#"{"a":"x"}"#, false),
        ("a|fieldref: b", r#"{"b":"x"}"#, false),
        ("a|fieldref: b", r#"{}"#, false),
        ("a|fieldref: b", r#"{"a":null,"b":null}"#, false),
        ("a|fieldref: b", r#"{"a":5,"b":"5"}"#, true),
        ("a|fieldref: b", r#"{"a":["p","q"],"b":["r","q"]}"#, true),
        ("a|fieldref|cased: b", r#"{"a":"X","b":"x"}"#, false),
        ("a|fieldref|startswith: b", r#"{"a":"Xyz","b":"x"}"#, true),
        ("a|fieldref|endswith: b", r#"{"a":"xyz","b":"yz"}"#, true),
        ("a|fieldref|contains: b", r#"{"a":"xyz","b":"Y"}"#, true),
        ("a|fieldref|neq: b", r#"{"a":"x","b":"y"}"#, true),
        ("a|fieldref|neq: b", r#"{"a":"x","b":"X"}"#, false),
    ]);
}

#[test]
fn parts_of_dates() {
    let event = r#"{"f":"2024-12-30T23:59:58.123Z"}"#;
    cases(&[
        ("f|minute: 59", event, true),
        ("f|hour: 23", event, true),
        ("f|day: 30", event, true),
        ("f|week: 1", event, true),
        ("f|month: 12", event, true),
        ("f|year: 2024", event, true),
        ("f|year: '2024'", event, true),
        ("f|hour|gte: 22", event, true),
        ("f|hour|lt: 6", event, false),
        ("f|hour|neq: 23", event, false),
        ("f|month: [11, 12]", event, true),
        ("f|hour: 10", r#"{"f":"2024-05-01 10:20:30 +02:00"}"#, true),
        ("f|hour: 0", r#"{"f":"2024-05-01"}"#, true),
        ("f|hour: 22", r#"{"f":1735596000}"#, true),
        ("f|hour: 22", r#"{"f":1735596000000}"#, true),
        ("f|hour: 22", r#"{"f":"1735596000000"}"#, true),
        ("f|year: 2024", r#"{"f":"yesterday"}"#, false),
        ("f|year: 2024", r#"{"f":null}"#, false),
        ("f|year: 2024", r#"{"f":true}"#, false),
    ]);
}

#[test]
fn keywords() {
    cases(&[
        ("- evil", r#"{"m":"so EVIL it is"}"#, true),
        ("- evil", r#"{"m":"good"}"#, false),
        ("- evil\n- good", r#"{"m":"good"}"#, true),
        ("- 'ev*l'", r#"{"m":"an eviiil"}"#, true),
        ("- 'C:\\Temp'", r#"{"m":"in c:\\temp\\x"}"#, true),
        ("- 4711", r#"{"m":47110}"#, true),
        ("- deep", r#"{"a":{"b":[{"c":"very deep"}]}}"#, true),
        ("- key", r#"{"key":"value"}"#, false),
        ("'|all': [a1, b1]", r#"{"m":"a1","n":"b1"}"#, true),
        ("'|all': [a1, b1]", r#"{"m":"a1"}"#, false),
        ("'|re': 'a\\d'", r#"{"m":"xa1"}"#, true),
        ("'|cased': Evil", r#"{"m":"evil"}"#, false),
        ("- evil\n- f: x", r#"{"f":"x"}"#, true),
        ("- evil\n- f: x", r#"{"g":"evil"}"#, true),
        ("- f: x\n  g: y\n- h: z", r#"{"f":"x","g":"y"}"#, true),
        ("- f: x\n  g: y\n- h: z", r#"{"f":"x"}"#, false),
        ("- f: x\n  g: y\n- h: z", r#"{"h":"z"}"#, true),
    ]);
}

#[test]
fn what_means_nothing_is_refused() {
    let check = |line: &str, expect: Expect| expect.assert_eq(&refused(line));
    check(
        "f|contain: a",
        expect![
            "rule.yml:6:7: unknown modifier `contain`; did you mean `contains`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
    check(
        "f|contains|regex: a",
        expect![
            "rule.yml:6:16: unknown modifier `regex`; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
    check(
        "f|re|contains: a",
        expect!["rule.yml:6:5: modifier `contains` does not go with `re`"],
    );
    check(
        "f|re|cidr: a",
        expect!["rule.yml:6:5: modifier `cidr` does not go with `re`"],
    );
    check(
        "f|i: a",
        expect!["rule.yml:6:5: modifier `i` only follows `re`"],
    );
    check(
        "f|re: 'a('",
        expect!["rule.yml:6:11: regular expression `a(`: unclosed group"],
    );
    check(
        "f|re: 'a(?=b)'",
        expect![
            "rule.yml:6:11: regular expression `a(?=b)`: look-around is not in Sigma's flavour: use a second selection and `not`"
        ],
    );
    check(
        "f|cidr: ten",
        expect!["rule.yml:6:13: modifier `cidr` takes a network such as 10.0.0.0/8, not `ten`"],
    );
    check(
        "f|gt: many",
        expect!["rule.yml:6:11: modifier `gt` takes a number, not `many`"],
    );
    check(
        "f|exists: maybe",
        expect!["rule.yml:6:15: modifier `exists` takes true or false, not `maybe`"],
    );
    check(
        "f|exists: [true, false]",
        expect!["rule.yml:6:5: modifier `exists` takes one value: true or false"],
    );
    check(
        "f|contains|exists: true",
        expect!["rule.yml:6:5: modifier `contains` does not go with `exists`"],
    );
    check(
        "f|contains: null",
        expect!["rule.yml:6:17: modifier `contains` does not apply to null"],
    );
    check(
        "f|contains|base64: a",
        expect![
            "rule.yml:6:24: modifier `base64` cannot encode wildcards: put it before `contains`, or escape them"
        ],
    );
    check(
        "f|base64: 'a*'",
        expect![
            "rule.yml:6:15: modifier `base64` cannot encode wildcards: put it before `contains`, or escape them"
        ],
    );
    check(
        "f|wide|utf16: a",
        expect!["rule.yml:6:19: modifier `utf16` must come before other encodings"],
    );
    check(
        "f|base64offset: a",
        expect!["rule.yml:6:21: modifier `base64offset` needs a value of two bytes or more"],
    );
    check(
        "f|fieldref: 5",
        expect!["rule.yml:6:17: modifier `fieldref` takes a field name, not the number 5"],
    );
    check(
        "f|hour: noon",
        expect!["rule.yml:6:13: modifier `hour` takes a number, not `noon`"],
    );
    check(
        "f|hour|day: 5",
        expect!["rule.yml:6:5: modifier `day` does not go with `hour`"],
    );
    check(
        "f: []",
        expect!["rule.yml:6:8: `f` is an empty list: want a value or a list of values"],
    );
    check(
        "f: {a: b}",
        expect!["rule.yml:6:8: `f` is a map: want a value or a list of values"],
    );
    check(
        "'|exists': true",
        expect!["rule.yml:6:5: modifier `exists` needs a field name before it"],
    );
    check(
        "'': a",
        expect!["rule.yml:6:5: `field name` is empty: want a field, or a list of keywords"],
    );
    check(
        "f|expand: '%hosts%'",
        expect![
            "rule.yml:6:15: placeholder `%hosts%` has no values: give it some in the placeholder file, or remove `expand`"
        ],
    );
    check(
        "f|contains|: a",
        expect![
            "rule.yml:6:16: unknown modifier ``; did you mean `i`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
}
