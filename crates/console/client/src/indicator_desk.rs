//! What people ask about indicators, and do with them.

use aurora_messages::{
    Done, IndicatorAnswer, IndicatorCheck, IndicatorImport, IndicatorImportReport, IndicatorQuery,
    IndicatorRemoval, IndicatorSetDetail, IndicatorSets,
};
use hyper::Method;

use crate::path::{path, with_query};
use crate::{Client, Error};

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn indicator_sets(&self) -> Result<IndicatorSets> {
        self.get(&path(&["indicators"])).await
    }

    pub async fn indicator_set(
        &self,
        source: &str,
        query: IndicatorQuery,
    ) -> Result<IndicatorSetDetail> {
        self.get(&with_query(&["indicators", source], &query)).await
    }

    pub async fn import_indicators(
        &self,
        request: &IndicatorImport,
    ) -> Result<IndicatorImportReport> {
        self.post(&path(&["indicators", "import"]), request).await
    }

    pub async fn remove_indicators(&self, source: &str, removal: &IndicatorRemoval) -> Result<()> {
        let target = with_query(&["indicators", source], removal);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }

    pub async fn check_indicator(&self, check: &IndicatorCheck) -> Result<IndicatorAnswer> {
        self.post(&path(&["indicators", "check"]), check).await
    }
}
