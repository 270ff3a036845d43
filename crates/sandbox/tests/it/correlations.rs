//! Correlations of a whole site: from a file to one alert a window.

use aurora_messages::AlertQuery;
use aurora_sandbox::{Sandbox, Stores};
use serde_json::json;

use crate::support::{balanced, file, metric};

const RULES: &str = r"title: Failed logon
id: 0b7a1c52-51a5-4a7e-9a1c-5f7a1c52aa01
name: failed_logon
logsource:
    product: windows
    service: security
detection:
    selection:
        EventID: 4625
    condition: selection
level: low
---
title: Brute force
id: 0b7a1c52-51a5-4a7e-9a1c-5f7a1c52aa02
author: AuroraSOC
correlation:
    type: event_count
    rules:
        - failed_logon
    group-by:
        - TargetUserName
    timespan: 10m
    condition:
        gte: 10
level: high
tags:
    - attack.t1110
---
title: Password spraying
id: 0b7a1c52-51a5-4a7e-9a1c-5f7a1c52aa03
correlation:
    type: value_count
    rules:
        - failed_logon
    group-by:
        - IpAddress
    timespan: 10m
    condition:
        field: TargetUserName
        gte: 5
level: high
";

fn logon(record: u64, user: &str, address: &str) -> String {
    let (minute, second) = (record / 60, record % 60);
    json!({
        "EventID": 4625, "Channel": "Security", "Computer": "dc1", "EventRecordID": record,
        "Provider_Name": "Microsoft-Windows-Security-Auditing",
        "TimeCreated": format!("2026-03-01T10:{minute:02}:{second:02}.000Z"),
        "TargetUserName": user, "TargetDomainName": "LAB", "IpAddress": address,
        "LogonType": "3", "Status": "0xc000006d",
    })
    .to_string()
}

async fn site(stores: Stores) -> (tempfile::TempDir, Sandbox) {
    let (folder, path) = file("rules.yml", RULES);
    let rules = path.parent().unwrap().to_owned();
    let sandbox = Sandbox::start(stores, Some(&rules)).await.unwrap();
    (folder, sandbox)
}

async fn titles(sandbox: &Sandbox) -> Vec<String> {
    let page = sandbox.alerts(AlertQuery::all()).await.unwrap();
    let mut titles: Vec<String> = page.alerts.into_iter().map(|alert| alert.title).collect();
    titles.sort();
    titles
}

async fn brute_force(stores: Stores) {
    let (_rules, mut sandbox) = site(stores).await;
    let lines: Vec<String> = (0..40)
        .map(|n| logon(n, "eva", "10.0.0.7") + "\n")
        .collect();
    let (_folder, path) = file("a.jsonl", lines.concat());
    sandbox.import(&path, None).await.unwrap();
    assert_eq!(titles(&sandbox).await, ["Brute force"]);
    let page = sandbox.alerts(AlertQuery::all()).await.unwrap();
    let detail = sandbox
        .api()
        .alert(sandbox.scope(), page.alerts[0].id)
        .await;
    let alert = detail.unwrap().alert;
    assert_eq!(alert.row.entity.unwrap().value, "eva");
    assert_eq!(alert.row.attack, ["T1110"]);
    let correlated = alert.correlated.unwrap();
    assert_eq!(
        (correlated.events, alert.evidence.len()),
        (10, 10),
        "the first crossing"
    );
    assert!(!correlated.late && !correlated.withdrawn);
    assert!(metric(&sandbox, "aurora_correlated_matches_total{} ").await >= 80.0);

    // The window is still open after a restart.
    if stores == Stores::Files {
        sandbox.restart().await.unwrap();
    }
    let users = ["ada", "bob", "cid", "dan"];
    let more = users
        .iter()
        .zip(40..)
        .map(|(user, n)| logon(n, user, "10.0.0.7") + "\n");
    let (_folder, path) = file("b.jsonl", more.collect::<String>());
    sandbox.import(&path, None).await.unwrap();
    assert_eq!(titles(&sandbox).await, ["Brute force", "Password spraying"]);
    if stores == Stores::Memory {
        balanced(&sandbox, 44).await;
    } else {
        // The events of a sandbox are in memory: after the restart only the ledger knows them all.
        let ledger = sandbox.settled_after(44).await;
        assert_eq!((ledger.difference, ledger.matches_difference), (0, 0));
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brute_force_is_one_alert_in_memory() {
    brute_force(Stores::Memory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brute_force_is_one_alert_on_files() {
    brute_force(Stores::Files).await;
}
