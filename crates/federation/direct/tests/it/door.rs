use std::sync::Arc;

use async_trait::async_trait;
use aurora_federation_carrier::{Door, Knock as _};
use aurora_federation_direct::Courier;
use aurora_tasks::Tasks;
use bytes::Bytes;

use crate::{options, site};

/// Says who asked, and what.
#[derive(Debug)]
struct Parrot;

#[async_trait]
impl Door for Parrot {
    async fn knocked(&self, key: [u8; 32], question: Bytes) -> Option<Bytes> {
        (question != "quiet").then(|| [key.as_slice(), &question].concat().into())
    }
}

#[tokio::test]
async fn a_stranger_gets_one_answer() {
    let tasks = Tasks::new();
    let (peer, _direct) = site(&tasks, Some(Arc::new(Parrot))).await;
    let (stranger, key) = options(None);
    let courier = Courier::new(&stranger).unwrap();
    let address = peer.address.unwrap();
    let ask = |text: &'static str| courier.knock(&address, peer.keys[0], text.into());
    let answer = ask("may I?").await.unwrap();
    assert_eq!(answer, [key.as_slice(), b"may I?"].concat());
    assert!(ask("quiet").await.is_err());
    let another = courier.knock(&address, [3; 32], "may I?".into()).await;
    assert!(another.is_err(), "it is another site");
    let long = courier.knock(&address, peer.keys[0], vec![0; 100_000].into());
    assert!(long.await.is_err());
}
