use std::path::Path;

use aurora_api::site::Error;
use aurora_messages::{
    AlertQuery, AlertRow, DecisionQuery, Health, IndicatorFile, IndicatorImport, IndicatorQuery,
};
use aurora_model::Severity;
use aurora_sandbox::{Sandbox, Stores};
use serde_json::json;

use crate::support::{balanced, file};

const BAD: &str = "203.0.113.66";

/// Connections from a workstation, as Sysmon's flat JSON.
fn connection(record: u64, to: &str) -> String {
    json!({
        "EventID": 3, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Provider_Name": "Microsoft-Windows-Sysmon", "Computer": "ws1", "EventRecordID": record,
        "UtcTime": "2026-03-01 10:00:00.000", "ProcessId": 4242, "Image": r"C:\x.exe",
        "User": r"LAB\eva", "Protocol": "tcp", "Initiated": "true",
        "SourceIp": "10.0.0.7", "SourcePort": "50000", "SourceHostname": "ws1",
        "DestinationIp": to, "DestinationPort": "443", "DestinationHostname": "",
    })
    .to_string()
}

async fn sandbox() -> (tempfile::TempDir, Sandbox) {
    let rules = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Stores::Files, Some(rules.path())).await;
    (rules, sandbox.unwrap())
}

fn feed(source: &str, text: &str) -> IndicatorImport {
    IndicatorImport {
        source: source.to_owned(),
        files: vec![IndicatorFile {
            name: "feed".to_owned(),
            text: text.to_owned(),
        }],
        reason: "a test".to_owned(),
        ..IndicatorImport::default()
    }
}

async fn import(
    sandbox: &Sandbox,
    request: &IndicatorImport,
) -> aurora_messages::IndicatorImportReport {
    let context = sandbox.operator("a test");
    sandbox
        .api()
        .import_indicators(&context, request)
        .await
        .unwrap()
}

/// How many indicators match the value now.
async fn check(sandbox: &Sandbox, value: &str) -> usize {
    let answer = sandbox.api().check_indicator(sandbox.scope(), value).await;
    answer.unwrap().matches.len()
}

/// Sends connections with the record numbers and returns how many alerts there are then.
async fn send(sandbox: &Sandbox, name: &str, lines: &[String]) -> Vec<AlertRow> {
    let (_folder, path) = file(name, lines.join("\n") + "\n");
    sandbox.import(Path::new(&path), None).await.unwrap();
    sandbox.alerts(AlertQuery::all()).await.unwrap().alerts
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indicator_raises_alerts_until_its_set_is_removed_also_after_a_restart() {
    let (_rules, mut sandbox) = sandbox().await;
    let csv = format!(
        "value,confidence,source,description\n{BAD},90,cert.example,C2 of a botnet\nnonsense,,,\n198.51.100.0/24,30,,\n"
    );
    let report = import(&sandbox, &feed("blocklist", &csv)).await;
    assert_eq!(
        (report.indicators, report.rejected, report.replaced),
        (2, 1, false)
    );
    assert_eq!(report.listed[0].place, "line 3");

    let alerts = send(
        &sandbox,
        "one.jsonl",
        &[
            connection(1, BAD),
            connection(2, BAD),
            connection(3, "192.0.2.1"),
            connection(4, "198.51.100.9"),
        ],
    )
    .await;
    let mut told: Vec<(&str, u64, Severity)> = alerts
        .iter()
        .map(|a| (a.title.as_str(), a.count, a.severity))
        .collect();
    told.sort_unstable_by_key(|(title, ..)| *title);
    assert_eq!(
        told,
        [
            ("Indicator match: 198.51.100.0/24", 1, Severity::Low),
            ("Indicator match: 203.0.113.66", 2, Severity::High)
        ]
    );
    let high = alerts
        .iter()
        .find(|alert| alert.severity == Severity::High)
        .unwrap();
    assert_eq!(
        (high.rule.0.as_str(), high.author.as_str()),
        ("indicator:blocklist", "cert.example")
    );
    let detail = sandbox.api().alert(sandbox.scope(), high.id).await.unwrap();
    let matched = &detail.alert.matched;
    assert_eq!(
        (matched[0].path.as_str(), matched[0].value.as_str()),
        ("dst_endpoint.ip", BAD)
    );
    assert!(
        matched
            .iter()
            .any(|field| field.field == "description" && field.value == "C2 of a botnet")
    );
    let ledger = balanced(&sandbox, 4).await;
    assert_eq!(
        (
            ledger.matches.matches,
            ledger.matches.alerts,
            ledger.matches.grouped
        ),
        (3, 2, 1)
    );

    // The file that is read can be lost: the artifacts bring it back.
    sandbox.restart().await.unwrap();
    for found in std::fs::read_dir(sandbox.dir().join("indicators")).unwrap() {
        std::fs::remove_file(found.unwrap().path()).unwrap();
    }
    sandbox.restart().await.unwrap();
    let sets = sandbox.api().indicator_sets(sandbox.scope()).await.unwrap();
    assert!(sets.sets[0].in_force, "{sets:?}");
    let alerts = send(&sandbox, "two.jsonl", &[connection(5, BAD)]).await;
    assert_eq!(alerts.iter().map(|alert| alert.count).sum::<u64>(), 4);

    let context = sandbox.operator("the feed has ended");
    sandbox
        .api()
        .remove_indicators(&context, "blocklist")
        .await
        .unwrap();
    let alerts = send(&sandbox, "three.jsonl", &[connection(6, BAD)]).await;
    assert_eq!(alerts.iter().map(|alert| alert.count).sum::<u64>(), 4);
    let again = sandbox.api().remove_indicators(&context, "blocklist").await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    let left = std::fs::read_dir(sandbox.dir().join("indicators"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "no file of a removed set is left");

    let log = sandbox
        .api()
        .decisions(sandbox.scope(), &DecisionQuery::default())
        .await
        .unwrap();
    let actions: Vec<&str> = log
        .decisions
        .iter()
        .map(|entry| entry.action.name.as_str())
        .collect();
    assert!(
        actions.contains(&"indicator.import") && actions.contains(&"indicator.remove"),
        "{actions:?}"
    );
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_replaced_as_a_whole_and_expired_indicators_match_nothing() {
    let (_rules, sandbox) = sandbox().await;
    import(&sandbox, &feed("feed", &format!("{BAD}\nevil.example\n"))).await;
    let soon = aurora_clock::Clock::now(&aurora_clock::SystemClock::new())
        .plus(std::time::Duration::from_millis(300));
    let mut next = feed("feed", "198.51.100.7\n");
    next.dry_run = true;
    assert_eq!(import(&sandbox, &next).await.indicators, 1);
    assert_eq!(
        (
            check(&sandbox, BAD).await,
            check(&sandbox, "198.51.100.7").await
        ),
        (1, 0),
        "a dry run changes nothing"
    );
    next.dry_run = false;
    next.expires_at = Some(soon);
    assert!(import(&sandbox, &next).await.replaced);
    assert_eq!(check(&sandbox, BAD).await, 0);
    sandbox
        .poll(|| async { (check(&sandbox, "198.51.100.7").await == 0).then_some(()) })
        .await;
    let alerts = send(
        &sandbox,
        "late.jsonl",
        &[connection(1, "198.51.100.7"), connection(2, BAD)],
    )
    .await;
    assert_eq!(alerts, []);
    let shown = sandbox
        .api()
        .indicator_set(sandbox.scope(), "feed", IndicatorQuery::default())
        .await
        .unwrap();
    assert_eq!(shown.indicators[0].value, "198.51.100.7");
    assert_eq!(shown.indicators[0].valid_until, Some(soon));
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_whose_artifacts_are_gone_is_out_of_force_for_all_to_see() {
    let (_rules, mut sandbox) = sandbox().await;
    import(&sandbox, &feed("feed", BAD)).await;
    for folder in ["indicators", "artifacts"] {
        std::fs::remove_dir_all(sandbox.dir().join(folder)).unwrap();
    }
    sandbox.restart().await.unwrap();
    let sets = sandbox.api().indicator_sets(sandbox.scope()).await.unwrap();
    assert!(!sets.sets[0].in_force);
    assert!(
        sets.sets[0]
            .detail
            .as_ref()
            .unwrap()
            .contains("import the source again"),
        "{sets:?}"
    );
    let status = sandbox.api().status(sandbox.scope()).await.unwrap();
    let role = status
        .roles
        .iter()
        .find(|role| role.role == "indicators")
        .unwrap();
    assert_eq!(role.health, Health::Degraded);
    import(&sandbox, &feed("feed", BAD)).await;
    let status = sandbox.api().status(sandbox.scope()).await.unwrap();
    let role = status
        .roles
        .iter()
        .find(|role| role.role == "indicators")
        .unwrap();
    assert_eq!(role.health, Health::Ready);
    sandbox.stop().await.unwrap();
}
