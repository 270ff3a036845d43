//! What several tests of a whole site need: records, an HTTP sender, and the ledger's check.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use aurora_messages::{AlertQuery, DeadLetterPage, DeadLetterQuery, LedgerReport, TokenRequest};
use aurora_model::{RawBatch, SourceName, relay};
use aurora_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A rule that matches `launch(_, "… -enc …")`.
pub const RULE: &str = r"title: Encoded PowerShell
id: 6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c01
author: AuroraSOC
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        CommandLine|contains: ' -enc '
    condition: selection
level: high
";

/// A process that started on a Windows machine, as Sysmon's flat JSON.
pub fn launch(record: u64, command: &str) -> String {
    json!({
        "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Provider_Name": "Microsoft-Windows-Sysmon", "Computer": "ws1", "EventRecordID": record,
        "UtcTime": "2026-03-01 10:00:00.000", "ProcessId": 4242, "ParentProcessId": 7,
        "Image": r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "CommandLine": command, "User": r"LAB\eva",
        "ParentImage": r"C:\Windows\explorer.exe", "ParentCommandLine": "explorer.exe",
    })
    .to_string()
}

/// `count` records from number `first` on, a line each.
pub fn lines(first: u64, count: u64) -> String {
    (first..first + count)
        .map(|n| launch(n, "powershell -v") + "\n")
        .collect()
}

/// A file of these bytes, and the folder that goes with it.
pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What an HTTP sender was told.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    /// The error's message and its fix.
    pub fn error(&self) -> (&str, &str) {
        let error = &self.body["error"];
        (
            error["message"].as_str().unwrap_or(""),
            error["fix"].as_str().unwrap_or(""),
        )
    }

    pub fn accepted(&self) -> (u64, u64) {
        assert_eq!(self.status, 200, "{self:?}");
        (
            self.body["accepted"].as_u64().unwrap(),
            self.body["known"].as_u64().unwrap(),
        )
    }
}

/// A sender of records over HTTP.
#[derive(Clone)]
pub struct Sender {
    pub address: SocketAddr,
    pub token: String,
    pub token_id: String,
}

impl Sender {
    pub async fn of(sandbox: &Sandbox, source: &str) -> Self {
        let request = TokenRequest {
            label: "a test".to_owned(),
        };
        let context = sandbox.operator("a sender");
        let made = sandbox
            .api()
            .create_token(&context, &SourceName::new(source), &request)
            .await;
        let made = made.unwrap();
        let address = sandbox.address("http ingest");
        Self {
            address,
            token: made.token,
            token_id: made.id,
        }
    }

    pub async fn push(&self, body: impl AsRef<[u8]>) -> Answer {
        self.push_with(&[], body).await
    }

    pub async fn push_with(&self, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let token = format!("Bearer {}", self.token);
        let headers = [headers, &[("Authorization", token.as_str())]].concat();
        post(self.address, &headers, body.as_ref()).await
    }

    /// As a collector does.
    pub async fn relay(&self, batch: &RawBatch) -> Answer {
        let mut body = Vec::new();
        relay::put(
            &mut body,
            &batch.header("collect").to_bytes(),
            &batch.encode(),
        );
        let token = format!("Bearer {}", self.token);
        let stream = TcpStream::connect(self.address).await.unwrap();
        exchange_at(relay::PATH, stream, &[("Authorization", &token)], &body).await
    }
}

/// One request on one connection, the plain way.
pub async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    exchange(stream, headers, body).await
}

/// The same on a connection that is there.
pub async fn exchange(stream: TcpStream, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    exchange_at("/ingest", stream, headers, body).await
}

async fn exchange_at(
    path: &str,
    mut stream: TcpStream,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let address = stream.peer_addr().unwrap();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    headers
        .iter()
        .for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream
        .write_all(format!("{head}\r\n").as_bytes())
        .await
        .unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let mut answer = Vec::new();
    // A refusal may come before the body has gone: then writing fails, and the answer counts.
    let (_, read) = tokio::join!(writing.write_all(body), reading.read_to_end(&mut answer));
    let text = String::from_utf8(answer).unwrap();
    assert!(read.is_ok() || !text.is_empty(), "no answer");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body: serde_json::from_str(body).unwrap_or(Value::String(body.to_owned())),
        head: head.to_ascii_lowercase(),
    }
}

/// Waits for at least `received` records to settle, and compares every term of both ledgers that a
/// store can be asked for with what the store counts.
pub async fn balanced(sandbox: &Sandbox, received: u64) -> LedgerReport {
    let ledger = sandbox.settled_after(received).await;
    assert_eq!(
        (ledger.difference, ledger.matches_difference),
        (0, 0),
        "{ledger:?}"
    );
    let through = ledger
        .progress
        .iter()
        .filter(|it| it.judged == it.published);
    assert_eq!(through.count(), 3, "events, matches and alerts: {ledger:?}");
    let events = &sandbox.site().adapters().events;
    let counted = events.count_by_source(sandbox.scope()).await.unwrap();
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    for (source, count) in counted {
        *rows.entry(source.to_string()).or_default() += count;
    }
    let findings = rows.remove("aurora-findings").unwrap_or(0);
    let wanted: BTreeMap<String, u64> = ledger
        .sources
        .iter()
        .filter(|source| source.records.events > 0)
        .map(|source| (source.source.to_string(), source.records.events))
        .collect();
    assert_eq!(
        rows, wanted,
        "rows of the event store and events of the ledger"
    );
    assert!(findings <= ledger.matches.matches);
    let alerts = sandbox.alerts(AlertQuery::default()).await.unwrap();
    assert_eq!(
        alerts.total, ledger.matches.alerts,
        "alerts and the ledger of matches"
    );
    let letters = dead_letters(sandbox).await;
    let pieces = letters
        .letters
        .iter()
        .any(|letter| letter.bytes >= 512 * 1024);
    assert!(
        pieces || letters.total == ledger.total.dead_lettered,
        "{letters:?}"
    );
    ledger
}

pub async fn dead_letters(sandbox: &Sandbox) -> DeadLetterPage {
    let query = DeadLetterQuery {
        limit: Some(10_000),
        ..DeadLetterQuery::default()
    };
    sandbox
        .api()
        .dead_letters(sandbox.scope(), &query)
        .await
        .unwrap()
}

/// The value of one line of `/metrics`; 0 when it is not there.
pub async fn metric(sandbox: &Sandbox, name: &str) -> f64 {
    let text = sandbox.api().metrics().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0.0, |value| value.trim().parse().unwrap())
}
