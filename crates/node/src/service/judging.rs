//! What the planes behind the records have before them: detection, correlations and the store of findings.

use aurora_api::site::{Error, Result};
use aurora_bus::ConsumerOptions;
use aurora_model::Stream;

use super::SiteService;
use crate::roles;

/// A look at what was published for them, and at how much of it was not worked off.
pub(super) struct Judging {
    pending: u64,
    published: u64,
}

impl Judging {
    /// To be called before the figures that it is to speak of are read.
    pub(super) async fn look(site: &SiteService) -> Result<Self> {
        let published = published(site).await?;
        // In this order: whoever has worked a message off has published before what follows from it.
        let shared = site.parts.config.bus.is_shared();
        let mut pending = self::pending(site, roles::events(shared)).await?;
        pending += self::pending(site, roles::working(shared)).await?;
        if pending == 0 {
            pending = late_windows(site).await?;
        }
        let findings = std::iter::once(aurora_store::FindingWriter::consumer());
        pending += self::pending(site, findings).await?;
        Ok(Self { pending, published })
    }

    /// To be called after them: how much of what they may speak of was left to be done. What was
    /// published meanwhile counts.
    pub(super) async fn pending(self, site: &SiteService) -> Result<u64> {
        let since = published(site).await?.saturating_sub(self.published);
        Ok(self.pending + since)
    }
}

async fn published(site: &SiteService) -> Result<u64> {
    let mut last = 0;
    for stream in [Stream::Events, Stream::Matches, Stream::Alerts] {
        let info = site.parts.adapters.bus.stream(stream).await;
        last += info.map_err(Error::internal)?.last_seq;
    }
    Ok(last)
}

/// Messages that these consumers have not acknowledged.
pub(super) async fn pending(
    site: &SiteService,
    consumers: impl Iterator<Item = ConsumerOptions>,
) -> Result<u64> {
    let mut pending = 0;
    for ConsumerOptions { stream, name, .. } in consumers {
        let info = site.parts.adapters.bus.consumer_info(stream, &name).await;
        pending += info
            .map_err(Error::internal)?
            .map_or(0, |info| info.pending);
    }
    Ok(pending)
}

/// Windows that are to be judged again.
pub(super) async fn late_windows(site: &SiteService) -> Result<u64> {
    let late = aurora_detect::correlate::unjudged(site.records(), &site.parts.scope).await;
    late.map_err(Error::internal)
}
