use std::time::Duration;

use aurora_api::testkit::incident;
use aurora_clock::Clock;
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::Incoming;

use crate::http::{As, Fixture, fixture, with};

/// Reads whole events, each as its lines.
struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    async fn open(fixture: &Fixture, who: &As, last: Option<&str>) -> Self {
        let who = match (who, last) {
            (As::Browser(headers), Some(last)) => {
                let last = ("last-event-id", last.to_owned());
                As::Browser([headers.clone(), vec![last]].concat())
            }
            (who, _) => who.clone(),
        };
        let response: Response<Incoming> = fixture.open(&who, "GET", "/api/v1/stream", None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// `(id, name, data)`.
    async fn next(&mut self) -> (String, String, String) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().to_owned()
                };
                let event = (field("id: "), field("event: "), field("data: "));
                self.text = rest.to_owned();
                return event;
            }
            let frame = self.body.frame().await.expect("the stream ended").unwrap();
            self.text
                .push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }

    async fn ended(mut self) -> bool {
        while let Some(Ok(_)) = self.body.frame().await {}
        true
    }
}

#[tokio::test]
async fn a_browser_that_comes_back_misses_nothing() {
    let fixture = fixture().await;
    let session = fixture.sign_in().await;
    let mut events = Events::open(&fixture, &session, None).await;
    let (id, name, _) = events.next().await;
    assert_eq!(name, "heartbeat");
    drop(events);
    for index in 0..3 {
        fixture
            .running
            .site
            .raise(incident(index, fixture.clock.now()));
    }
    let mut again = Events::open(&fixture, &session, Some(&id)).await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let (_, name, data) = again.next().await;
        if name == "alert" {
            let data: serde_json::Value = serde_json::from_str(&data).unwrap();
            seen.push(data["alert"]["id"].as_str().unwrap().to_owned());
        }
    }
    let want: Vec<_> = (0..3)
        .map(|i| incident(i, fixture.clock.now()).alert.id.to_string())
        .collect();
    assert_eq!(seen, want);
    fixture.running.stop().await;
}

#[tokio::test]
async fn who_missed_too_much_or_comes_from_an_earlier_run_is_told_to_start_over() {
    let fixture = with(aurora_api::Options {
        kept_events: 2,
        ..aurora_api::Options::default()
    })
    .await;
    let session = fixture.sign_in().await;
    for index in 0..5 {
        fixture
            .running
            .site
            .raise(incident(index, fixture.clock.now()));
    }
    for last in ["00000000-3", "nonsense"] {
        let mut events = Events::open(&fixture, &session, Some(last)).await;
        let (_, name, _) = events.next().await;
        assert_eq!(name, "reset");
    }
    fixture.running.stop().await;
}

#[tokio::test]
async fn closing_ends_live_streams() {
    let fixture = fixture().await;
    let mut events = Events::open(&fixture, &As::Operator, None).await;
    events.next().await;
    let Fixture { running, .. } = fixture;
    let (ended, ()) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(4), events.ended()),
        running.stop()
    );
    assert!(ended.unwrap());
}
