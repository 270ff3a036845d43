//! What the planes behind the records have before them: detection, correlations and the store of findings.

use aurora_api::site::{Error, Result};
use aurora_bus::ConsumerOptions;
use aurora_messages::Progress;
use aurora_model::Stream;
use futures_util::future::try_join_all;

use super::SiteService;
use crate::roles;

/// A look at what was published for them, and at how much of it was not worked off.
pub(super) struct Judging {
    pending: u64,
    published: u64,
    progress: Vec<Progress>,
}

impl Judging {
    /// To be called before the figures that it is to speak of are read.
    pub(super) async fn look(site: &SiteService) -> Result<Self> {
        let [events, matches, alerts] = published(site).await?;
        // In this order: whoever has worked a message off has published before what follows from it.
        let shared = site.parts.config.bus.is_shared();
        let mut look = Self {
            pending: 0,
            published: events + matches + alerts,
            progress: Vec::new(),
        };
        look.add(site, "events", events, roles::events(shared))
            .await?;
        look.add(site, "matches", matches, roles::working(shared))
            .await?;
        if look.pending == 0 {
            look.pending = late_windows(site).await?;
        }
        let findings = std::iter::once(aurora_store::FindingWriter::consumer());
        look.add(site, "alerts", alerts, findings).await?;
        Ok(look)
    }

    /// Those who read one of the streams.
    async fn add(
        &mut self,
        site: &SiteService,
        stream: &str,
        published: u64,
        consumers: impl Iterator<Item = ConsumerOptions>,
    ) -> Result<()> {
        let (pending, floor) = behind(site, consumers).await?;
        self.pending += pending;
        self.progress.push(Progress {
            stream: stream.to_owned(),
            published,
            judged: floor.map_or(published, |floor| floor.min(published)),
        });
        Ok(())
    }

    /// To be called after them: how much of what they may speak of was left to be done. What was
    /// published meanwhile counts.
    pub(super) async fn end(self, site: &SiteService) -> Result<(u64, Vec<Progress>)> {
        let now: u64 = published(site).await?.iter().sum();
        let since = now.saturating_sub(self.published);
        Ok((self.pending + since, self.progress))
    }
}

/// The newest events, matches and alerts.
async fn published(site: &SiteService) -> Result<[u64; 3]> {
    let mut newest = [0; 3];
    let streams = [Stream::Events, Stream::Matches, Stream::Alerts];
    for (stream, newest) in streams.into_iter().zip(&mut newest) {
        let info = site.parts.adapters.bus.stream(stream).await;
        *newest = info.map_err(Error::internal)?.last_seq;
    }
    Ok(newest)
}

/// Messages that these consumers have not acknowledged.
pub(super) async fn pending(
    site: &SiteService,
    consumers: impl Iterator<Item = ConsumerOptions>,
) -> Result<u64> {
    Ok(behind(site, consumers).await?.0)
}

/// The same, and the message up to which all of them have, if there is one of them.
async fn behind(
    site: &SiteService,
    consumers: impl Iterator<Item = ConsumerOptions>,
) -> Result<(u64, Option<u64>)> {
    let bus = &site.parts.adapters.bus;
    // Of a bus elsewhere each is a round trip, and a shared stream has 64 of them.
    let asked = consumers.map(|ConsumerOptions { stream, name, .. }| async move {
        bus.consumer_info(stream, &name).await
    });
    let infos = try_join_all(asked).await.map_err(Error::internal)?;
    let known = infos.iter().flatten();
    let pending = known.clone().map(|info| info.pending).sum();
    Ok((pending, known.map(|info| info.ack_floor).min()))
}

/// Windows that are to be judged again.
pub(super) async fn late_windows(site: &SiteService) -> Result<u64> {
    let late = aurora_detect::correlate::unjudged(site.records(), &site.parts.scope).await;
    late.map_err(Error::internal)
}
