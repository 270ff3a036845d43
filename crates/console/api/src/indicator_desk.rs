use async_trait::async_trait;
use aurora_messages::{
    IndicatorAnswer, IndicatorImport, IndicatorImportReport, IndicatorQuery, IndicatorSetDetail,
    IndicatorSets,
};
use aurora_model::{Context, Scope};

use crate::site::Result;

/// What people ask about indicators, and do with them. A part of [`crate::Site`].
#[async_trait]
pub trait IndicatorDesk: Send + Sync {
    async fn indicator_sets(&self, scope: &Scope) -> Result<IndicatorSets>;

    async fn indicator_set(
        &self,
        scope: &Scope,
        source: &str,
        query: IndicatorQuery,
    ) -> Result<IndicatorSetDetail>;

    /// The set is in force when it answers. [`crate::site::Error::Invalid`] for files that cannot
    /// be read; [`crate::site::Error::Unavailable`] while another import runs.
    async fn import_indicators(
        &self,
        context: &Context,
        request: &IndicatorImport,
    ) -> Result<IndicatorImportReport>;

    async fn remove_indicators(&self, context: &Context, source: &str) -> Result<()>;

    async fn check_indicator(&self, scope: &Scope, value: &str) -> Result<IndicatorAnswer>;
}
