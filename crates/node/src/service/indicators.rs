use std::collections::BTreeMap;
use std::path::PathBuf;

use async_trait::async_trait;
use aurora_api::IndicatorDesk;
use aurora_api::site::{Error, Result};
use aurora_indicators::read::Options;
use aurora_indicators::{Counts, Found};
use aurora_messages::{
    IndicatorAnswer, IndicatorImport, IndicatorImportReport, IndicatorInfo, IndicatorProgress,
    IndicatorQuery, IndicatorRejected, IndicatorSet, IndicatorSetDetail, IndicatorSets,
};
use aurora_model::{Context, Scope};
use aurora_telemetry::Health;

use super::SiteService;
use crate::indicators::{Compiled, Entry, Input, KeepError};

#[async_trait]
impl IndicatorDesk for SiteService {
    async fn indicator_sets(&self, _: &Scope) -> Result<IndicatorSets> {
        let book = &self.parts.indicators;
        let entries = book.entries().await.map_err(refused)?;
        let progress = book.progress();
        Ok(IndicatorSets {
            sets: entries
                .iter()
                .map(|(entry, _)| shown(self, entry))
                .collect(),
            unreadable: book.handle().unreadable(),
            importing: progress.map(|progress| IndicatorProgress {
                source: progress.source,
                bytes_read: progress.read,
                bytes: progress.of,
            }),
        })
    }

    async fn indicator_set(
        &self,
        _: &Scope,
        source: &str,
        query: IndicatorQuery,
    ) -> Result<IndicatorSetDetail> {
        let book = &self.parts.indicators;
        let found = book.entry(source).await.map_err(refused)?;
        let (entry, _) = found.ok_or_else(|| Error::not_found("indicator set", source))?;
        let indicators = match book.handle().current().get(source) {
            Some(set) => set
                .list(query.offset, query.limit())
                .map_err(Error::internal)?,
            None => Vec::new(),
        };
        Ok(IndicatorSetDetail {
            set: shown(self, &entry),
            indicators: indicators
                .into_iter()
                .map(|found| info(source, found))
                .collect(),
        })
    }

    async fn import_indicators(
        &self,
        context: &Context,
        request: &IndicatorImport,
    ) -> Result<IndicatorImportReport> {
        let book = &self.parts.indicators;
        let input = input(self, request)?;
        let compiled = book.compile(input).await.map_err(refused)?;
        let mut report = reported(request, &compiled);
        if request.dry_run {
            return Ok(report);
        }
        let context = context.clone().because(request.reason.clone());
        let (by, at) = (context.actor.name().to_owned(), self.now());
        let (files, built, rejected) = (names(request), compiled.built, compiled.report.rejected);
        let describe = |set: &aurora_indicators::Set, pieces| Entry {
            source: request.source.clone(),
            id: set.id(),
            pieces,
            kinds: kinds(&built.info.counts),
            indicators: built.info.records,
            bytes: built.bytes,
            imported_at: at,
            imported_by: by,
            files,
            rejected,
        };
        let kept = book.keep(&context, compiled, describe).await;
        let (_, replaced) = kept.map_err(refused)?;
        self.report_indicators();
        report.replaced = replaced;
        Ok(report)
    }

    async fn remove_indicators(&self, context: &Context, source: &str) -> Result<()> {
        let removed = self.parts.indicators.remove(context, source).await;
        removed.map_err(refused)?;
        self.report_indicators();
        Ok(())
    }

    async fn check_indicator(&self, _: &Scope, value: &str) -> Result<IndicatorAnswer> {
        let handle = self.parts.indicators.handle();
        let found = handle.check(value, self.now());
        Ok(IndicatorAnswer {
            matches: found
                .into_iter()
                .map(|m| info(&m.source, m.found))
                .collect(),
        })
    }
}

impl SiteService {
    fn report_indicators(&self) {
        self.parts
            .health
            .set("indicators", health(&self.parts.indicators));
    }
}

/// Sets that are not in force degrade the role, visibly.
pub(crate) fn health(book: &crate::indicators::IndicatorBook) -> Health {
    let broken = book.broken_sources();
    if broken.is_empty() {
        return Health::Ready;
    }
    let reason = format!(
        "indicators of {} are not in force: see `aurorasoc indicators list`",
        broken.join(", ")
    );
    Health::Degraded { reason }
}

fn input(site: &SiteService, request: &IndicatorImport) -> Result<Input> {
    let now = site.now();
    if request.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("the expiry has passed"));
    }
    let format = request.format.as_deref().unwrap_or("auto").parse();
    let format = format
        .map_err(|e: aurora_indicators::read::UnknownFormat| Error::invalid(e.to_string()))?;
    let texts = request.files.iter();
    Ok(Input {
        source: request.source.clone(),
        paths: request.paths.iter().map(PathBuf::from).collect(),
        texts: texts
            .map(|file| (file.name.clone(), file.text.clone()))
            .collect(),
        options: Options {
            format,
            confidence: request.confidence.unwrap_or(Options::CONFIDENCE).min(100),
            until: request.expires_at,
            now,
        },
    })
}

fn names(request: &IndicatorImport) -> Vec<String> {
    let texts = request.files.iter().map(|file| file.name.clone());
    request.paths.iter().cloned().chain(texts).collect()
}

fn reported(request: &IndicatorImport, compiled: &Compiled) -> IndicatorImportReport {
    let (report, built) = (&compiled.report, &compiled.built);
    let listed = report.listed.iter().map(|rejected| IndicatorRejected {
        file: rejected.file.clone(),
        place: rejected.place.clone(),
        text: rejected.text.clone(),
        reason: rejected.reason.clone(),
    });
    IndicatorImportReport {
        source: request.source.clone(),
        dry_run: request.dry_run,
        replaced: false,
        kinds: kinds(&built.info.counts),
        indicators: built.info.records,
        duplicates: built.duplicates,
        expired: report.expired,
        not_meant: report.not_meant,
        rejected: report.rejected,
        listed: listed.collect(),
        bytes: built.bytes,
    }
}

fn kinds(counts: &Counts) -> BTreeMap<String, u64> {
    counts
        .iter()
        .map(|(kind, count)| (kind.word().to_owned(), count))
        .collect()
}

fn shown(site: &SiteService, entry: &Entry) -> IndicatorSet {
    let book = &site.parts.indicators;
    let current = book.handle().current();
    let set = current.get(&entry.source);
    IndicatorSet {
        source: entry.source.clone(),
        id: entry.id.clone(),
        kinds: entry.kinds.clone(),
        indicators: entry.indicators,
        bytes: entry.bytes,
        resident_bytes: set.map_or(0, |set| set.resident() as u64),
        imported_at: entry.imported_at,
        imported_by: entry.imported_by.clone(),
        files: entry.files.clone(),
        rejected: entry.rejected,
        in_force: set.is_some(),
        detail: book.why_broken(&entry.source),
    }
}

fn info(source: &str, found: Found) -> IndicatorInfo {
    IndicatorInfo {
        source: source.to_owned(),
        kind: found.value.kind().word().to_owned(),
        value: found.value.to_string(),
        confidence: found.confidence,
        valid_from: found.validity.from,
        valid_until: found.validity.until,
        said_by: found.about.source,
        description: found.about.description,
        labels: found.about.labels,
        reference: found.about.reference,
    }
}

fn refused(error: KeepError) -> Error {
    use aurora_indicators::Error as Indicators;
    match error {
        KeepError::NoSuchSource(source) => Error::not_found("indicator set", source),
        KeepError::Busy => Error::unavailable(error.to_string()).fix("wait until it has ended"),
        KeepError::NoFile(_) => Error::invalid(error.to_string()).fix("name the files themselves"),
        KeepError::Indicators(
            Indicators::Read { .. } | Indicators::Malformed { .. } | Indicators::TooLarge { .. },
        ) => Error::invalid(aurora_tasks::chain(&error)),
        other => Error::internal(other),
    }
}
