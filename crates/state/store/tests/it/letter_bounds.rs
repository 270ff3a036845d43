use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts_memory::MemoryArtifacts;
use aurora_clock::{Clock, ManualClock, Timestamp};
use aurora_ids::Id128;
use aurora_model::{Action, Context, Scope};
use aurora_records::{Change, Collection, DecisionQuery, Guard, Query};
use aurora_records_memory::MemoryRecords;
use aurora_store::{Expired, LetterBounds};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Stand {
    clock: Arc<ManualClock>,
    bounds: LetterBounds,
}

impl Stand {
    fn new(max_bytes: u64) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_000)));
        let shared: Arc<dyn Clock> = clock.clone();
        let bounds = LetterBounds {
            keep: DAY * 30,
            max_bytes,
            scope: Scope::of(Id128::random().into()),
            records: Arc::new(MemoryRecords::new(shared.clone())),
            artifacts: Arc::new(MemoryArtifacts::new()),
            clock: shared,
        };
        Self { clock, bounds }
    }

    /// A letter as the keeper writes it, received now.
    async fn keep(&self, id: &str, bytes: u64, artifact: Option<String>) {
        let bounds = &self.bounds;
        let received = self.clock.now().as_millis();
        let body = json!({
            "received_at": received, "bytes": bytes, "state": "waiting", "artifact": artifact,
        });
        let change = Change::decided(Action::on("dead_letter.keep", [id]))
            .put(Collection::DeadLetters, id, Guard::Any, body)
            .count("dead_letters/bytes_kept".to_owned(), bytes);
        let context = Context::service(bounds.scope.clone(), "test", "a letter");
        bounds.records.commit(&context, change).await.unwrap();
    }

    async fn left(&self) -> Vec<String> {
        let query = Query::of(Collection::DeadLetters).oldest("received_at");
        let page = self.bounds.records.list(&self.bounds.scope, &query).await;
        page.unwrap()
            .documents
            .into_iter()
            .map(|letter| letter.id)
            .collect()
    }
}

#[tokio::test]
async fn old_letters_go_and_the_decision_names_them() {
    let stand = Stand::new(1 << 30);
    let bounds = &stand.bounds;
    let context = Context::service(bounds.scope.clone(), "test", "raw bytes");
    let digest = bounds.artifacts.put(&context, "much".into()).await.unwrap();
    stand.keep("a", 4, Some(digest.to_string())).await;
    stand.clock.advance(DAY * 20);
    stand.keep("b", 10, None).await;
    assert_eq!(bounds.enforce().await.unwrap(), Expired::default());
    stand.clock.advance(DAY * 11);
    let expired = bounds.enforce().await.unwrap();
    assert_eq!(
        expired,
        Expired {
            letters: 1,
            bytes: 4,
            full: false
        }
    );
    assert_eq!(stand.left().await, ["b"]);
    assert_eq!(
        bounds.artifacts.get(&bounds.scope, digest).await.unwrap(),
        None
    );
    let query = DecisionQuery {
        limit: 100,
        ..DecisionQuery::default()
    };
    let decisions = bounds.records.decisions(&bounds.scope, &query).await;
    let decisions = format!("{:?}", decisions.unwrap());
    assert!(decisions.contains("dead_letter.expire"), "{decisions}");
}

#[tokio::test]
async fn beyond_the_bytes_the_oldest_go_first() {
    let stand = Stand::new(1000);
    for n in 0..450 {
        stand.keep(&format!("{n:03}"), 10, None).await;
        stand.clock.advance(Duration::from_secs(1));
    }
    let expired = stand.bounds.enforce().await.unwrap();
    assert_eq!(
        expired,
        Expired {
            letters: 350,
            bytes: 3500,
            full: true
        }
    );
    let left = stand.left().await;
    assert_eq!((left.len(), left[0].as_str()), (100, "350"));
    assert_eq!(stand.bounds.enforce().await.unwrap(), Expired::default());
}
