use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::{AlertStatus, Severity};
use aurora_notify::{Options, Webhook, signature};
use aurora_telemetry::Health;
use serde_json::Value;

use crate::servers::{Request, Web};
use crate::world::World;

const SECRET: &str = "a secret of sufficient length";

fn options(web: &Web, folder: &tempfile::TempDir) -> Options {
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let mut options = Options::default();
    options.webhook.url = format!("http://{}/hook?x=1", web.address);
    options.webhook.secret_file = Some(file);
    options
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

/// Alerts by title and matches.
fn alerts(request: &Request) -> Vec<(String, u64)> {
    let body = body(request);
    let all = body["alerts"].as_array().unwrap();
    all.iter()
        .map(|a| {
            (
                a["title"].as_str().unwrap().to_owned(),
                a["matches"].as_u64().unwrap(),
            )
        })
        .collect()
}

/// As a receiver checks it.
fn is_signed(request: &Request) -> bool {
    let given = request.header("aurorasoc-signature");
    let seconds: i64 = given
        .strip_prefix("t=")
        .and_then(|t| t.split_once(','))
        .unwrap()
        .0
        .parse()
        .unwrap();
    let at = Timestamp::from_millis(seconds * 1000);
    given == signature(SECRET.as_bytes(), at, request.body.as_bytes())
}

const SHORT: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_other_sites_are_told_by_the_same_rule_and_once() {
    let (web, folder) = (Web::start(200).await, tempfile::tempdir().unwrap());
    let mut world = World::start(&options(&web, &folder)).await;
    world.page(1, Severity::Medium, AlertStatus::New).await;
    world.page(2, Severity::High, AlertStatus::Closed).await;
    world.page(3, Severity::High, AlertStatus::New).await;
    world.until(SHORT, async || web.requests().len() == 1).await;
    let told = body(&web.requests()[0]);
    assert_eq!(alerts(&web.requests()[0]), [("Abroad 3".to_owned(), 1)]);
    assert_eq!(told["alerts"][0]["origin"], "cairo");
    let (records, scope) = (world.notify.records.clone(), world.notify.scope.clone());
    let waiting = aurora_records::page::waiting(records.as_ref(), &scope);
    assert!(waiting.await.unwrap().is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_told_signed_and_together() {
    let (web, folder) = (Web::start(200).await, tempfile::tempdir().unwrap());
    let mut world = World::start(&options(&web, &folder)).await;
    world.finding(1, 1, Severity::High, "First", false).await;
    world.until(SHORT, async || web.requests().len() == 1).await;
    for number in 2..6 {
        world
            .finding(number, 1 + number % 2, Severity::High, "Again", false)
            .await;
    }
    world.finding(7, 7, Severity::Medium, "Below", false).await;
    world
        .finding(8, 8, Severity::Critical, "Hidden", true)
        .await;
    world
        .until(Duration::from_secs(10), async || web.requests().len() == 2)
        .await;
    let requests = web.requests();
    assert_eq!(alerts(&requests[0]), [("First".to_owned(), 1)]);
    let mut second = alerts(&requests[1]);
    second.sort();
    assert_eq!(second, [("Again".to_owned(), 2), ("Again".to_owned(), 2)]);
    assert!(requests.iter().all(is_signed));
    assert!(requests[0].head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"));
    assert_ne!(
        requests[0].header("idempotency-key"),
        requests[1].header("idempotency-key")
    );
    assert_eq!(
        body(&requests[0])["id"],
        requests[0].header("idempotency-key")
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_channel_retries_the_same_message_and_is_an_alert_itself() {
    let (web, folder) = (Web::start(503).await, tempfile::tempdir().unwrap());
    let mut world = World::start(&options(&web, &folder)).await;
    world.finding(1, 1, Severity::High, "First", false).await;
    world
        .until(Duration::from_secs(1), async || {
            web.requests().len() >= 3 && !world.alerts().await.is_empty()
        })
        .await;
    let keys: Vec<String> = web
        .requests()
        .iter()
        .map(|request| request.header("idempotency-key"))
        .collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let opened = world.alerts().await;
    assert_eq!(opened.len(), 1);
    assert_eq!(
        opened[0].body["title"],
        "Notifications do not go out: webhook"
    );
    assert_eq!(opened[0].body["status"], "new");
    let counted = world
        .notify
        .records
        .counters(&world.notify.scope, "")
        .await
        .unwrap();
    assert_eq!(
        counted.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
        [1, 1],
        "{counted:?}"
    );
    assert!(matches!(world.health(), Some(Health::Degraded { reason }) if reason.contains("503")));

    // A crash changes nothing: the message goes on, under its key.
    world.stop().await;
    web.answers(204);
    world.run();
    let before = web.requests().len();
    world
        .until(Duration::from_secs(10), async || {
            web.requests().len() > before
        })
        .await;
    assert_eq!(web.requests()[before].header("idempotency-key"), keys[0]);
    world
        .until(SHORT, async || world.health() == Some(Health::Ready))
        .await;
    // Then the alert about ourselves is told.
    world
        .until(Duration::from_secs(10), async || {
            web.requests().len() > before + 1
        })
        .await;
    assert_eq!(
        alerts(&web.requests()[before + 1])[0].0,
        "Notifications do not go out: webhook"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_whether_it_arrived() {
    let (web, folder) = (Web::start(200).await, tempfile::tempdir().unwrap());
    let mut world = World::start(&options(&web, &folder)).await;
    world.test("webhook").await.unwrap();
    assert_eq!(body(&web.requests()[0])["test"], true);
    web.answers(302);
    let refused = world.test("webhook").await.unwrap_err().to_string();
    assert_eq!(refused, "the other side answered 302 Found");
    let none = world.test("pager").await.unwrap_err().to_string();
    assert!(none.contains("no channel `pager`"), "{none}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_of_one_kind_tell_each_their_own() {
    let (all, few) = (Web::start(200).await, Web::start(200).await);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = options(&all, &folder);
    settings.webhook.min_severity = Severity::Medium;
    let oncall = Webhook {
        name: "oncall".to_owned(),
        url: format!("http://{}/", few.address),
        min_severity: Severity::Critical,
        entities: vec!["dc*".to_owned()],
        ..settings.webhook.clone()
    };
    settings.webhooks.push(oncall);
    let mut world = World::start(&settings).await;
    world.about("ws7");
    world.finding(1, 1, Severity::Critical, "One", false).await;
    world.about("DC1");
    world.finding(2, 2, Severity::High, "Two", false).await;
    world
        .finding(3, 3, Severity::Critical, "Three", false)
        .await;
    world
        .until(SHORT, async || !few.requests().is_empty())
        .await;
    assert_eq!(alerts(&few.requests()[0]), [("Three".to_owned(), 1)]);
    let told = &body(&few.requests()[0])["alerts"][0];
    assert_eq!(told["entities"][0]["value"], "DC1");
    assert_eq!(told["entities"][0]["kind"], "host");
    assert_eq!(told["more_entities"], 1);
    assert_eq!(told["source"], "windows");
    world
        .until(Duration::from_secs(60), async || {
            all.requests().iter().flat_map(alerts).count() == 3
        })
        .await;
    world.test("oncall").await.unwrap();
    assert_eq!(few.requests().len(), 2);
    let status = world.notify.status().await.unwrap();
    let names: Vec<&str> = status.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["webhook", "oncall"]);
    world.stop().await;
}
