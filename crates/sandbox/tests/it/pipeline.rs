//! From a file to an alert that somebody closes, and what the ledgers say of it.

use std::io::Write as _;

use aurora_messages::{AlertQuery, Close, ImportState};
use aurora_model::{AlertStatus, Disposition};
use aurora_sandbox::{Sandbox, Stores};
use serde_json::json;

use crate::support::metric;

const RULE: &str = r"
title: Encoded PowerShell
id: 6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c01
status: test
description: A command line hides what PowerShell runs.
author: AuroraSOC
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\powershell.exe'
        CommandLine|contains: ' -enc '
    condition: selection
level: high
tags:
    - attack.execution
    - attack.t1059.001
";

fn launch(record: u64, host: &str, command: &str) -> String {
    json!({
        "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Provider_Name": "Microsoft-Windows-Sysmon", "Computer": host, "EventRecordID": record,
        "UtcTime": "2026-03-01 10:00:00.000", "ProcessId": 4242, "ParentProcessId": 7,
        "Image": r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "CommandLine": command, "User": r"LAB\eva",
        "ParentImage": r"C:\Windows\explorer.exe", "ParentCommandLine": "explorer.exe",
    })
    .to_string()
}

struct Lab {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Lab {
    async fn start(stores: Stores) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rules")).unwrap();
        std::fs::write(folder.path().join("rules/encoded.yml"), RULE).unwrap();
        let rules = folder.path().join("rules");
        Self {
            sandbox: Sandbox::start(stores, Some(&rules)).await.unwrap(),
            folder,
        }
    }

    fn file(&self, name: &str, lines: &[String]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        lines
            .iter()
            .for_each(|line| writeln!(file, "{line}").unwrap());
        path
    }
}

async fn an_attack_is_detected_owned_and_closed(stores: Stores) {
    let lab = Lab::start(stores).await;
    let mut lines: Vec<String> = (0..50).map(|n| launch(n, "ws1", "powershell -v")).collect();
    lines.push(launch(100, "ws1", "powershell -enc AAAA"));
    lines.push(launch(101, "ws1", "powershell -enc BBBB"));
    lines.push(launch(102, "ws2", "powershell -enc CCCC"));
    lines.push("{\"broken\": ".to_owned());
    let job = lab
        .sandbox
        .import(&lab.file("a.jsonl", &lines), None)
        .await
        .unwrap();
    assert_eq!((job.state, job.records), (ImportState::Done, 54));

    let ledger = lab.sandbox.settled().await;
    assert_eq!((ledger.total.received, ledger.total.stored), (54, 53));
    assert_eq!(ledger.total.dead_lettered, 1);
    assert_eq!((ledger.matches.matches, ledger.matches.alerts), (3, 2));
    assert_eq!(ledger.matches.grouped, 1);
    let measured = || async {
        let count = metric(&lab.sandbox, "aurora_alert_seconds_count{}").await;
        (count >= 3.0).then_some(())
    };
    lab.sandbox.poll(measured).await;
    let rows = lab
        .sandbox
        .site()
        .adapters()
        .events
        .count_by_source(lab.sandbox.scope())
        .await;
    let windows = rows
        .unwrap()
        .into_iter()
        .find(|(source, _)| source.as_str() == "windows");
    assert_eq!(windows.unwrap().1, ledger.total.events);

    let page = lab.sandbox.alerts(AlertQuery::default()).await.unwrap();
    assert_eq!(page.total, 2);
    let alert = page.alerts.iter().find(|alert| alert.count == 2).unwrap();
    assert_eq!(
        (alert.title.as_str(), alert.author.as_str()),
        ("Encoded PowerShell", "AuroraSOC")
    );
    let detail = lab
        .sandbox
        .api()
        .alert(lab.sandbox.scope(), alert.id)
        .await
        .unwrap();
    assert!(
        detail
            .alert
            .matched
            .iter()
            .any(|field| field.field == "CommandLine")
    );
    assert!(detail.evidence[0].event.is_some());

    let (context, api) = (lab.sandbox.operator("mine"), lab.sandbox.api());
    let rule = api.rule(lab.sandbox.scope(), &alert.rule).await.unwrap();
    assert_eq!(rule.rule.matches, 3);

    assert_eq!(
        api.own_alert(&context, alert.id).await.unwrap().status,
        AlertStatus::Owned
    );
    let close = Close {
        disposition: Disposition::TruePositive,
        note: None,
    };
    let closed = api.close_alert(&context, alert.id, &close).await.unwrap();
    assert_eq!(closed.status, AlertStatus::Closed);
    let history = api
        .alert(lab.sandbox.scope(), alert.id)
        .await
        .unwrap()
        .history;
    let actions: Vec<&str> = history
        .iter()
        .map(|entry| entry.action.name.as_str())
        .collect();
    assert_eq!(actions, ["alert.detect", "alert.own", "alert.close"]);
    lab.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_is_detected_in_memory() {
    an_attack_is_detected_owned_and_closed(Stores::Memory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_is_detected_on_files() {
    an_attack_is_detected_owned_and_closed(Stores::Files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_is_the_same_import_and_a_grown_one_goes_on() {
    let mut lab = Lab::start(Stores::Files).await;
    let mut lines: Vec<String> = (0..2000)
        .map(|n| launch(n, "ws1", "powershell -v"))
        .collect();
    lab.sandbox
        .import(&lab.file("a.jsonl", &lines), None)
        .await
        .unwrap();
    let again = lab
        .sandbox
        .import(&lab.file("copy.jsonl", &lines), None)
        .await
        .unwrap();
    assert_eq!(again.records, 2000);
    assert_eq!(lab.sandbox.settled().await.total.received, 2000);
    lab.sandbox.restart().await.unwrap();
    lines.push(launch(9999, "ws1", "powershell -enc AAAA"));
    lab.sandbox
        .import(&lab.file("a.jsonl", &lines), None)
        .await
        .unwrap();
    let ledger = lab.sandbox.settled().await;
    assert_eq!((ledger.total.received, ledger.matches.alerts), (2001, 1));
    lab.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sites_fit_in_one_process() {
    let (one, two) = (
        Lab::start(Stores::Memory).await,
        Lab::start(Stores::Memory).await,
    );
    assert_ne!(one.sandbox.scope(), two.sandbox.scope());
    one.sandbox
        .import(&one.file("a.jsonl", &[launch(1, "w", "p -enc A")]), None)
        .await
        .unwrap();
    assert_eq!(one.sandbox.settled().await.total.received, 1);
    assert_eq!(two.sandbox.settled().await.total.received, 0);
    one.sandbox.stop().await.unwrap();
    two.sandbox.stop().await.unwrap();
}
