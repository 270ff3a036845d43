//! The demonstration's alerts become incidents: which, why, and the same in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use aurora_incidents::Options;
use aurora_incidents::correlate::{self, Correlator, Fact, Input};
use aurora_messages::{
    AlertQuery, Close, DemoStart, EntityName, EntityQuery, IncidentDetail, IncidentQuery, SetEntity,
};
use aurora_model::{
    Alert, AlertId, AlertStatus, Asset, Criticality, Disposition, EntityKind, IncidentId, Story,
};
use aurora_records::{Collection, Query};
use aurora_sandbox::{Sandbox, Stores};

async fn demonstration() -> Sandbox {
    let sandbox = Sandbox::start(Stores::Memory, None).await.unwrap();
    let context = sandbox.operator("a test");
    let started = sandbox
        .api()
        .start_demo(&context, DemoStart { speed: None })
        .await
        .unwrap();
    sandbox.settled_after(started.records).await;
    sandbox
}

async fn documents<T: serde::de::DeserializeOwned>(sandbox: &Sandbox, of: Collection) -> Vec<T> {
    let records = &sandbox.site().adapters().records;
    let query = Query::of(of).limit(Query::MAX_LIMIT);
    let page = records.list(sandbox.scope(), &query).await.unwrap();
    let bodies = page.documents.into_iter().map(|document| document.body);
    bodies
        .map(|body| serde_json::from_value(body).unwrap())
        .collect()
}

fn heard(alerts: &[Alert], assets: &[Asset]) -> Vec<Input> {
    let addresses = assets.iter().filter(|asset| !asset.hosts.is_empty());
    let addresses = addresses.map(|asset| Input::Address {
        key: asset.key.clone(),
        hosts: asset.hosts.clone(),
    });
    let facts = alerts
        .iter()
        .map(|alert| Input::Alert(Box::new(Fact::of(alert))));
    facts.chain(addresses).collect()
}

fn told(correlator: &Correlator) -> BTreeMap<AlertId, Story> {
    correlator
        .incidents()
        .map(|(id, story)| (id, story.clone()))
        .collect()
}

/// Incidents once they are what the alerts of this moment say.
async fn incidents(sandbox: &Sandbox) -> Vec<IncidentDetail> {
    sandbox
        .poll(|| async {
            let alerts: Vec<Alert> = documents(sandbox, Collection::Alerts).await;
            let assets: Vec<Asset> = documents(sandbox, Collection::Entities).await;
            let mut correlator = Correlator::new(correlate::Options::default());
            correlator.apply(heard(&alerts, &assets));
            let wanted: BTreeSet<IncidentId> = told(&correlator)
                .keys()
                .map(|earliest| IncidentId::of(sandbox.scope(), *earliest))
                .collect();
            let reader = sandbox.operator("").actor;
            let query = IncidentQuery::default();
            let page = sandbox
                .api()
                .incidents(sandbox.scope(), &reader, &query)
                .await
                .unwrap();
            let found: BTreeSet<IncidentId> = page.incidents.iter().map(|row| row.id).collect();
            let bound = assets
                .iter()
                .any(|asset| asset.key == "10.20.1.14" && !asset.hosts.is_empty());
            let complete = bound && found == wanted && !found.is_empty();
            let mut details = Vec::new();
            for row in page.incidents.iter().filter(|_| complete) {
                details.push(
                    sandbox
                        .api()
                        .incident(sandbox.scope(), row.id)
                        .await
                        .unwrap(),
                );
            }
            let stories: BTreeMap<AlertId, Story> = details
                .iter()
                .map(|detail| (detail.story.members[0].alert, detail.story.clone()))
                .collect();
            (complete && stories == told(&correlator)).then_some(details)
        })
        .await
}

fn has(detail: &IncidentDetail, value: &str) -> bool {
    let mut entities = detail.story.entities.iter();
    entities.any(|entity| entity.entity.value.starts_with(value))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intrusion_is_one_incident_and_what_shares_nothing_is_not_in_it() {
    let sandbox = demonstration().await;
    let found = incidents(&sandbox).await;
    let alerts: Vec<Alert> = documents(&sandbox, Collection::Alerts).await;
    let titles: Vec<&str> = found
        .iter()
        .map(|detail| detail.incident.title.as_str())
        .collect();
    assert_eq!(found.len(), 2, "{titles:?}");

    // Act 1 from the invoice to the cleared log, over two hosts and both sides of the wire. The
    // key that act 3 stole is used from the server to which act 1 talks, which says that it is one.
    let office = found.iter().find(|detail| has(detail, "WS-014")).unwrap();
    let portal = found.iter().find(|detail| has(detail, "web-01")).unwrap();
    assert_ne!(office.incident.id, portal.incident.id);
    let members = |detail: &IncidentDetail| -> BTreeSet<AlertId> {
        detail
            .story
            .members
            .iter()
            .map(|member| member.alert)
            .collect()
    };
    for alert in &alerts {
        let about = |value: &str| alert.entities.iter().any(|e| e.value.starts_with(value));
        let act_2 = about("web-01") || about("203.0.113.9");
        let (one, other) = if act_2 {
            (portal, office)
        } else {
            (office, portal)
        };
        assert!(
            members(one).contains(&alert.id),
            "{} {:?}",
            alert.title,
            alert.entities
        );
        assert!(!members(other).contains(&alert.id), "{}", alert.title);
    }
    for host in ["WS-014", "FS-02"] {
        assert!(has(office, host));
    }
    let cloud = || {
        office
            .story
            .members
            .iter()
            .filter(|m| m.source.as_str().starts_with("cloud"))
    };
    assert_eq!(cloud().count(), 8);
    for member in cloud() {
        assert!(
            member
                .joined_by
                .iter()
                .any(|entity| entity.value == "203.0.113.77")
        );
    }
    let bridge = |detail: &IncidentDetail| {
        let mut reasons = detail.story.reasons.iter();
        reasons.any(|reason| reason.text.starts_with("without address 203.0.113.77"))
    };
    assert!(
        bridge(office) && !bridge(portal),
        "{:#?}",
        office.story.reasons
    );
    assert_eq!(office.incident.stage.as_deref(), Some("Exfiltration"));
    let first = &office.story.stages[0].name;
    assert!(
        ["Initial Access", "Execution"].contains(&first.as_str()),
        "{first}"
    );
    assert!(office.incident.risk >= 95 && office.incident.confidence >= 80);
    let system = office
        .story
        .entities
        .iter()
        .find(|entity| entity.entity.value == "SYSTEM");
    assert!(!system.unwrap().joins);

    // In any order, in any pieces.
    let assets: Vec<Asset> = documents(&sandbox, Collection::Entities).await;
    let options = Options::default();
    assert_eq!(
        options.gap_minutes * 60,
        correlate::Options::default().gap.as_secs()
    );
    let inputs = heard(&alerts, &assets);
    let mut orders = vec![inputs.clone(), inputs.iter().rev().cloned().collect()];
    for step in [7, 31, 59] {
        let mut order = inputs.clone();
        let length = order.len();
        for place in 0..length {
            order.swap(place, (place * step + step) % length);
        }
        orders.push(order);
    }
    let wanted: BTreeMap<AlertId, Story> = found
        .iter()
        .map(|detail| (detail.story.members[0].alert, detail.story.clone()))
        .collect();
    for (order, size) in orders.into_iter().zip([1, 3, 10, 50, 1000]) {
        let mut correlator = Correlator::new(correlate::Options::default());
        for piece in order.chunks(size) {
            correlator.apply(piece.to_vec());
        }
        assert_eq!(told(&correlator), wanted);
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_work_on_incidents_and_entities_and_the_demonstration_goes_whole() {
    let sandbox = demonstration().await;
    let found = incidents(&sandbox).await;
    let (api, scope) = (sandbox.api(), sandbox.scope().clone());
    let context = sandbox.operator("mine");
    let portal = found.iter().find(|detail| has(detail, "web-01")).unwrap();
    let id = portal.incident.id;
    api.own_incident(&context, id).await.unwrap();
    let close = Close {
        disposition: Disposition::TruePositive,
        note: Some("rebuilt".to_owned()),
    };
    let closed = api.close_incident(&context, id, &close).await.unwrap();
    assert_eq!(closed.status, AlertStatus::Closed);
    let detail = api.incident(&scope, id).await.unwrap();
    let history: Vec<&str> = detail
        .history
        .iter()
        .map(|e| e.action.name.as_str())
        .collect();
    assert_eq!(history, ["incident.own", "incident.close"]);

    let name = |value: &str| EntityName {
        kind: None,
        value: value.to_owned(),
        since: None,
    };
    let host = api.entity(&scope, &name("ws-014")).await.unwrap();
    assert!(
        host.known
            .as_ref()
            .is_some_and(|known| known.open_alerts > 10 && known.risk > 90)
    );
    assert!(host.alerts_total > 10 && host.incidents.len() == 1);
    assert_eq!(host.events_missing, None);
    assert!(!host.events.is_empty());
    let program = api
        .entity(&scope, &name(r"C:\Users\Public\sync\odsync.exe"))
        .await
        .unwrap();
    assert!(program.known.is_none() && program.alerts_total > 0);
    let set = SetEntity {
        kind: None,
        value: "FS-02".to_owned(),
        owner: Some("files".to_owned()),
        criticality: Some(Criticality::Critical),
        note: None,
        reason: String::new(),
    };
    let row = api.set_entity(&context, &set).await.unwrap();
    assert_eq!(row.entity.value, "FS-02.corp.nordhafen.example");
    let query = EntityQuery {
        kind: Some(EntityKind::Host),
        criticality: Some(Criticality::Critical),
        ..EntityQuery::default()
    };
    assert_eq!(api.entities(&scope, &query).await.unwrap().total, 1);
    sandbox
        .poll(|| async {
            let reader = sandbox.operator("").actor;
            let query = IncidentQuery::default();
            let page = api.incidents(&scope, &reader, &query).await.ok()?;
            let detail = api
                .incident(&scope, page.incidents.first()?.id)
                .await
                .ok()?;
            let mut reasons = detail.story.reasons.iter();
            reasons
                .find(|reason| reason.text.ends_with("is rated critical"))
                .cloned()
        })
        .await;

    api.wipe_demo(&context).await.unwrap();
    assert_eq!(sandbox.alerts(AlertQuery::all()).await.unwrap().total, 0);
    sandbox
        .poll(|| async {
            let left: Vec<serde_json::Value> = documents(&sandbox, Collection::Incidents).await;
            left.is_empty().then_some(())
        })
        .await;
    sandbox.stop().await.unwrap();
}
