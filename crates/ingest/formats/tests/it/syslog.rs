//! Headers as they are and as they should be.

use aurora_formats::syslog::parse;
use expect_test::{Expect, expect};
use jiff::tz::TimeZone;

fn check_at(received_at: &str, zone: &TimeZone, input: &[u8], wanted: Expect) {
    let message = parse(input, received_at.parse().unwrap(), zone);
    let mut text = format!(
        "{:?} {:?} {:?}",
        message.pri, message.facility, message.severity
    );
    let time = message
        .timestamp
        .map_or("-".to_owned(), |time| time.to_string());
    text += &format!(" v{} {time}", message.version);
    for part in [
        &message.hostname,
        &message.app,
        &message.pid,
        &message.msgid,
    ] {
        text += &format!(" {}", part.as_deref().unwrap_or("-"));
    }
    for element in &message.structured_data {
        text += &format!(" {}{:?}", element.id, element.params);
    }
    wanted.assert_eq(&format!("{text} | {}", message.msg));
}

fn check(input: &[u8], wanted: Expect) {
    check_at("2026-03-01T12:00:00Z", &TimeZone::UTC, input, wanted);
}

#[test]
fn rfc5424() {
    check(
        b"<165>1 2026-02-28T10:11:12.003+02:00 web-1 nginx 42 ID47 [x@1 a=\"1\" b=\"q\\\"\\]\\\\z\"][y] \xef\xbb\xbfhello",
        expect![[r#"Some(165) Some(20) Some(5) v1 2026-02-28T08:11:12.003Z web-1 nginx 42 ID47 x@1[("a", "1"), ("b", "q\"]\\z")] y[] | hello"#]],
    );
    check(
        b"<0>1 - - - - - -",
        expect!["Some(0) Some(0) Some(0) v1 - - - - - | "],
    );
    check(
        b"<13>1 nonsense",
        expect!["Some(13) Some(1) Some(5) v0 - - - - - | nonsense"],
    );
    check(
        b"<13>1 - h a - - [broken",
        expect!["Some(13) Some(1) Some(5) v1 - h a - - | [broken"],
    );
}

#[test]
fn rfc3164() {
    check(
        b"<38>Feb 28 23:59:59 gate sshd[1234]: Failed password for root\n",
        expect![
            "Some(38) Some(4) Some(6) v0 2026-02-28T23:59:59.000Z gate sshd 1234 - | Failed password for root"
        ],
    );
    check(
        b"<38>Feb  1 03:04:05 gate kernel: x",
        expect!["Some(38) Some(4) Some(6) v0 2026-02-01T03:04:05.000Z gate kernel - - | x"],
    );
    check(
        b"Feb  1 03:04:05 gate CRON[7]: (root) CMD",
        expect!["None None None v0 2026-02-01T03:04:05.000Z gate CRON 7 - | (root) CMD"],
    );
    check(
        b"<14>Feb  1 2025 03:04:05 fw : %ASA-6-1: x",
        expect!["Some(14) Some(1) Some(6) v0 2025-02-01T03:04:05.000Z fw - - - | : %ASA-6-1: x"],
    );
    check(
        b"2026-02-01T03:04:05.5+01:00 gate su: x",
        expect!["None None None v0 2026-02-01T02:04:05.500Z gate su - - | x"],
    );
}

#[test]
fn what_has_no_header_is_all_message() {
    check(
        b"just text",
        expect!["None None None v0 - - - - - | just text"],
    );
    check(
        b"<999>text",
        expect!["None None None v0 - - - - - | <999>text"],
    );
    check(
        b"<1>caf\xff \x00",
        expect!["Some(1) Some(0) Some(1) v0 - - - - - | caf� "],
    );
    check(b"", expect!["None None None v0 - - - - - | "]);
}

#[test]
fn the_year_is_the_latest_that_had_begun() {
    let utc = &TimeZone::UTC;
    check_at(
        "2027-01-01T00:00:10Z",
        utc,
        b"<1>Dec 31 23:59:59 h t: m",
        expect!["Some(1) Some(0) Some(1) v0 2026-12-31T23:59:59.000Z h t - - | m"],
    );
    check_at(
        "2026-12-31T23:59:50Z",
        utc,
        b"<1>Jan  1 00:00:05 h t: m",
        expect!["Some(1) Some(0) Some(1) v0 2027-01-01T00:00:05.000Z h t - - | m"],
    );
    check_at(
        "2027-03-01T00:00:00Z",
        utc,
        b"<1>Feb 29 10:00:00 h t: m",
        expect!["Some(1) Some(0) Some(1) v0 2024-02-29T10:00:00.000Z h t - - | m"],
    );
}

#[test]
fn a_time_without_offset_is_in_the_zone() {
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    check_at(
        "2026-03-01T12:00:00Z",
        &zone,
        b"<1>Mar  1 13:00:00 h t: m",
        expect!["Some(1) Some(0) Some(1) v0 2026-03-01T11:00:00.000Z h t - - | m"],
    );
}
