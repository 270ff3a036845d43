//! A topic's listener: a connection of its own, made anew when it is lost.

use std::time::Duration;

use aurora_ephemeral::{Error, Hint, HintSender};
use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::Client;
use redis::aio::PubSub;
use tokio::time::sleep;
use tracing::debug;

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A connection that hears `channel` from now on.
pub(crate) async fn subscribe(
    client: &Client,
    channel: &str,
    patience: Duration,
) -> Result<PubSub, Error> {
    let connecting = async {
        let mut connection = client.get_async_pubsub().await?;
        connection.subscribe(channel).await?;
        Ok::<_, redis::RedisError>(connection)
    };
    let connected = tokio::time::timeout(patience, connecting).await;
    connected
        .map_err(Error::unavailable)?
        .map_err(Error::unavailable)
}

/// Hands on what is heard until nobody listens any more.
pub(crate) async fn run(
    client: Client,
    channel: String,
    patience: Duration,
    mut connection: PubSub,
    sender: HintSender,
) {
    loop {
        tokio::select! {
            () = sender.deserted() => return,
            () = hear(&mut connection, &sender) => {}
        }
        let mut wait = FIRST_WAIT;
        connection = loop {
            tokio::select! {
                () = sender.deserted() => return,
                () = sleep(wait) => {}
            }
            match subscribe(&client, &channel, patience).await {
                Ok(connection) => break connection,
                Err(error) => debug!(%error, "the server of hints is still away"),
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        };
        sender.say(Hint::Missed);
    }
}

/// Ends with the connection.
async fn hear(connection: &mut PubSub, sender: &HintSender) {
    let mut messages = connection.on_message();
    while let Some(message) = messages.next().await {
        sender.say(Hint::Said(Bytes::copy_from_slice(
            message.get_payload_bytes(),
        )));
    }
}
