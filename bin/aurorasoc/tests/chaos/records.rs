//! Windows events and the rules that some of them match.

use std::fmt::Write as _;
use std::path::Path;

/// Of a hundred events one is encoded, and of two hundred one is a download.
const RULES: [(&str, &str, &str); 2] = [
    (
        "Encoded PowerShell",
        "9d0f0a54-2e0a-4a86-9a52-0c7c63c0aa01",
        " -enc ",
    ),
    (
        "Download by certutil",
        "9d0f0a54-2e0a-4a86-9a52-0c7c63c0aa02",
        " -urlcache ",
    ),
];
const HOSTS: u64 = 10;

/// So many encoded commands of one machine within ten minutes are an alert of their own.
const BURST: u64 = 5;

/// Two rules of our own, and a correlation over the first.
pub fn write_rules(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (at, (title, id, needle)) in RULES.iter().enumerate() {
        let text = format!(
            "title: {title}\nid: {id}\nstatus: test\nauthor: AuroraSOC\nlogsource:\n    \
             category: process_creation\n    product: windows\ndetection:\n    selection:\n        \
             CommandLine|contains: '{needle}'\n    condition: selection\nlevel: high\n"
        );
        std::fs::write(folder.join(format!("{at}.yml")), text).unwrap();
    }
    let (_, first, _) = RULES[0];
    let text = format!(
        "title: Burst of encoded PowerShell\nid: 9d0f0a54-2e0a-4a86-9a52-0c7c63c0aa03\n\
         author: AuroraSOC\ncorrelation:\n    type: event_count\n    rules:\n        - {first}\n    \
         generate: true\n    group-by:\n        - Computer\n    timespan: 10m\n    condition:\n        \
         gte: {BURST}\nlevel: critical\n"
    );
    std::fs::write(folder.join("burst.yml"), text).unwrap();
}

/// Machines among those of a feed's first `count` records whose window fires: every fifth encoded
/// command is of the same one.
pub fn bursts(count: u64) -> u64 {
    const MACHINES: u64 = 5;
    let encoded = count.div_ceil(100);
    encoded.saturating_sub(MACHINES * (BURST - 1)).min(MACHINES)
}

/// Matches among the first `count` records of a feed, windows that fire included.
pub fn matches(count: u64) -> u64 {
    single_matches(count) + bursts(count)
}

fn single_matches(count: u64) -> u64 {
    count.div_ceil(100) + count.saturating_sub(50).div_ceil(200)
}

/// Records `first..first + count` of `feed`, a line each. Hosts and users are the feed's own, so
/// that no alert groups matches of two feeds.
pub fn lines(feed: &str, first: u64, count: u64) -> String {
    let mut text = String::new();
    for n in first..first + count {
        let argument = match (n % 100, n % 200) {
            (0, _) => " -enc SQBFAFgA",
            (_, 50) => " -urlcache http://203.0.113.9/a",
            _ => " -version",
        };
        let host = n / 50 % HOSTS;
        let (second, milli) = (n / 100 % 60, n % 100);
        writeln!(
            text,
            "{{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\
             \"Provider_Name\":\"Microsoft-Windows-Sysmon\",\"Computer\":\"{feed}-ws{host}\",\
             \"EventRecordID\":{n},\"UtcTime\":\"2026-03-01 10:00:{second:02}.{milli:03}\",\
             \"ProcessId\":{n},\"ParentProcessId\":7,\"Image\":\"C:\\\\Windows\\\\p.exe\",\
             \"CommandLine\":\"p.exe{argument}\",\"User\":\"LAB\\\\{feed}-u{host}\",\
             \"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\"}}"
        )
        .unwrap();
    }
    text
}

#[test]
fn matches_are_counted_as_they_are_written() {
    for count in [0, 1, 50, 51, 100, 101, 151, 250, 251, 1000, 1003] {
        let text = lines("x", 0, count);
        let found = text.matches(" -enc ").count() + text.matches(" -urlcache ").count();
        assert_eq!(found as u64, single_matches(count), "{count}");
    }
}
