//! A site with one set of indicators.

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_messages::{
    IndicatorAnswer, IndicatorImport, IndicatorImportReport, IndicatorInfo, IndicatorQuery,
    IndicatorSet, IndicatorSetDetail, IndicatorSets,
};
use aurora_model::{Context, Scope};

use super::FakeSite;
use crate::IndicatorDesk;
use crate::site::{Error, Result};

const SOURCE: &str = "sample";

#[async_trait]
impl IndicatorDesk for FakeSite {
    async fn indicator_sets(&self, _: &Scope) -> Result<IndicatorSets> {
        Ok(IndicatorSets {
            sets: vec![set()],
            ..IndicatorSets::default()
        })
    }

    async fn indicator_set(
        &self,
        _: &Scope,
        source: &str,
        _: IndicatorQuery,
    ) -> Result<IndicatorSetDetail> {
        known(source)?;
        Ok(IndicatorSetDetail {
            set: set(),
            indicators: vec![indicator()],
        })
    }

    async fn import_indicators(
        &self,
        _: &Context,
        request: &IndicatorImport,
    ) -> Result<IndicatorImportReport> {
        Ok(IndicatorImportReport {
            source: request.source.clone(),
            dry_run: request.dry_run,
            ..IndicatorImportReport::default()
        })
    }

    async fn remove_indicators(&self, _: &Context, source: &str) -> Result<()> {
        known(source)
    }

    async fn check_indicator(&self, _: &Scope, value: &str) -> Result<IndicatorAnswer> {
        let matches = (value == indicator().value).then(indicator);
        Ok(IndicatorAnswer {
            matches: matches.into_iter().collect(),
        })
    }
}

fn known(source: &str) -> Result<()> {
    if source == SOURCE {
        return Ok(());
    }
    Err(Error::not_found("indicator set", source))
}

fn set() -> IndicatorSet {
    IndicatorSet {
        source: SOURCE.to_owned(),
        id: "0".repeat(64),
        kinds: [("ip".to_owned(), 1)].into(),
        indicators: 1,
        bytes: 1_024,
        resident_bytes: 512,
        imported_at: Timestamp::from_millis(0),
        imported_by: "operator".to_owned(),
        files: vec!["feed.txt".to_owned()],
        rejected: 0,
        in_force: true,
        detail: None,
    }
}

fn indicator() -> IndicatorInfo {
    IndicatorInfo {
        source: SOURCE.to_owned(),
        kind: "ip".to_owned(),
        value: "192.0.2.1".to_owned(),
        confidence: 50,
        valid_from: None,
        valid_until: None,
        said_by: None,
        description: String::new(),
        labels: Vec::new(),
        reference: None,
    }
}
