//! The streams as they should be, and giving up what everybody has acknowledged.

use async_nats::jetstream::consumer::Info;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, kv};
use aurora_bus::StreamInfo;
use aurora_model::Stream;
use futures_util::TryStreamExt as _;

use crate::error::request;
use crate::{Error, Options};

/// The bucket of leases.
pub(crate) const LEASES: &str = "leases";

/// Makes every stream and the bucket of leases, or changes them to what they should be.
pub(crate) async fn reconcile(jetstream: &Context, options: &Options) -> Result<(), Error> {
    for stream in Stream::ALL {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Stream {
            name: stream.name(),
            source,
        };
        let made = jetstream.create_or_update_stream(config(stream, options));
        made.await.map_err(|error| failed(Box::new(error)))?;
    }
    let leases = kv::Config {
        bucket: LEASES.to_owned(),
        history: 1,
        storage: StorageType::File,
        num_replicas: options.replicas,
        ..kv::Config::default()
    };
    let made = jetstream.create_or_update_key_value(leases).await;
    made.map(drop).map_err(|source| Error::Stream {
        name: "KV_leases",
        source: Box::new(source),
    })
}

/// Bounded by bytes, refusing what is new; nothing leaves by age or by acknowledgement alone, as a
/// consumer made later begins with the oldest message.
fn config(stream: Stream, options: &Options) -> Config {
    Config {
        name: stream.name().to_owned(),
        subjects: vec![stream.pattern().to_owned()],
        max_bytes: i64::try_from(options.max_bytes).unwrap_or(i64::MAX),
        discard: DiscardPolicy::New,
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: options.replicas,
        duplicate_window: options.duplicate_window,
        ..Config::default()
    }
}

pub(crate) async fn info(
    jetstream: &Context,
    stream: Stream,
    max_bytes: u64,
) -> Result<StreamInfo, aurora_bus::Error> {
    let handle = jetstream.get_stream(stream.name()).await;
    let handle = handle.map_err(|error| request(&error))?;
    let state = &handle.cached_info().state;
    Ok(StreamInfo {
        first_seq: state.first_sequence.max(1),
        last_seq: state.last_sequence,
        bytes: state.bytes,
        max_bytes,
    })
}

/// Every message up to here is acknowledged; `last` was the stream's newest before `info`.
pub(crate) fn floor(info: &Info, last: u64) -> u64 {
    if info.num_pending == 0 && info.num_ack_pending == 0 {
        return last;
    }
    info.ack_floor.stream_sequence
}

/// Gives up what every consumer of the stream has acknowledged; nothing without a consumer.
pub(crate) async fn trim(jetstream: &Context, stream: Stream) -> Result<(), aurora_bus::Error> {
    let handle = jetstream.get_stream(stream.name()).await;
    let handle = handle.map_err(|error| request(&error))?;
    let state = handle.cached_info().state.clone();
    let consumers = handle.consumers().try_collect::<Vec<Info>>().await;
    let consumers = consumers.map_err(|error| request(&error))?;
    let durable = consumers.iter().filter(|c| c.config.durable_name.is_some());
    let Some(floor) = durable.map(|info| floor(info, state.last_sequence)).min() else {
        return Ok(());
    };
    if floor >= state.first_sequence && state.messages > 0 {
        let purged = handle.purge().sequence(floor + 1).await;
        purged.map_err(|error| request(&error))?;
    }
    Ok(())
}
