//! What the API asks of a site, answered by asking the planes. One file an area.

mod accounts;
mod alerts;
mod blast;
mod dead_letters;
mod demo;
mod doctor;
mod edges;
mod entities;
mod errors;
mod federation;
mod hunting;
mod incidents;
pub(crate) mod indicators;
mod intake;
mod judging;
mod live;
mod mesh;
mod notify;
mod rule_desk;
mod rules;
mod status;
mod suppressions;
pub(crate) mod trust;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aurora_api::Feed;
use aurora_api::site::{Result, Site};
use aurora_approvals::{Blast, Deed};
use aurora_clock::Timestamp;
use aurora_detect::{Command, Desk};
use aurora_listeners::SourceBook;
use aurora_messages::{
    AlertDetail, AlertPage, AlertQuery, AlertRow, Close, DeadLetterDetail, DeadLetterPage,
    DeadLetterQuery, DecisionLog, DecisionQuery, DemoReport, DemoStart, DemoWiped, DoctorReport,
    Histogram, HistogramRequest, Hunt, HuntAnswer, ImportJob, ImportRequest, Imports, LedgerReport,
    LintReport, NotShown, Replay, ReplayReport, RuleDetail, RuleImport, RuleImportReport, RulePage,
    RuleQuery, RuleTest, RuleTestReport, SiteStatus, Sources, Suppress, SuppressionInfo,
    SuppressionPreview, SuppressionPreviewRequest, SuppressionQuery, Suppressions, TokenCreated,
    TokenRequest,
};
use aurora_model::suppression::SuppressionId;
use aurora_model::{Actor, AlertId, Context, RuleId, Scope, SourceName};

use crate::roles::{Listeners, Parts};
use trust::Trust;

/// A running site as the API sees it.
pub(crate) struct SiteService {
    parts: Parts,
    data_dir: PathBuf,
    started_at: Timestamp,
    desk: Desk,
    incidents: aurora_incidents::Desk,
    assets: aurora_incidents::AssetDesk,
    ledger: aurora_ledger::Handle,
    listeners: Listeners,
    sources: SourceBook,
    trust: Trust,
    feed: Feed,
    addresses: Mutex<Vec<(String, SocketAddr)>>,
    samples: Mutex<status::Samples>,
    stored: tokio::sync::Mutex<Option<status::Stored>>,
    backtests: rule_desk::backtest::Backtests,
    plays: demo::Plays,
}

impl SiteService {
    pub(crate) fn new(
        parts: Parts,
        data_dir: PathBuf,
        ledger: aurora_ledger::Handle,
        listeners: Listeners,
        sources: SourceBook,
        trust: Trust,
        feed: Feed,
    ) -> Self {
        let (records, clock) = (&parts.adapters.records, &parts.clock);
        let desk = Desk::new(records.clone(), clock.clone());
        let incidents = aurora_incidents::Desk::new(records.clone(), clock.clone());
        let assets = aurora_incidents::AssetDesk::new(records.clone(), clock.clone());
        Self {
            started_at: parts.clock.now(),
            addresses: Mutex::new(listeners.addresses.clone()),
            samples: Mutex::default(),
            stored: tokio::sync::Mutex::default(),
            backtests: rule_desk::backtest::Backtests::default(),
            plays: demo::Plays::default(),
            parts,
            data_dir,
            desk,
            incidents,
            assets,
            ledger,
            listeners,
            sources,
            trust,
            feed,
        }
    }

    /// Notes that something listens.
    pub(crate) fn listens(&self, name: &str, address: SocketAddr) {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        addresses.push((name.to_owned(), address));
    }

    pub(crate) fn address(&self, name: &str) -> Option<SocketAddr> {
        let addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        addresses
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, address)| *address)
    }

    pub(crate) fn metrics(&self) -> aurora_telemetry::Metrics {
        self.parts.metrics.clone()
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.parts.scope
    }

    /// Starts what keeps watchers of the console up to date.
    pub(crate) fn watch(self: Arc<Self>) {
        live::start(self);
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn records(&self) -> &dyn aurora_records::Records {
        self.parts.adapters.records.as_ref()
    }

    fn events(&self) -> &dyn aurora_events::Events {
        self.parts.adapters.events.as_ref()
    }
}

#[async_trait]
impl Site for SiteService {
    async fn alerts(&self, scope: &Scope, reader: &Actor, query: &AlertQuery) -> Result<AlertPage> {
        alerts::list(self, scope, reader, query).await
    }

    async fn alert(&self, scope: &Scope, id: AlertId) -> Result<AlertDetail> {
        alerts::detail(self, scope, id).await
    }

    async fn not_shown(&self, scope: &Scope, reader: &Actor) -> Result<NotShown> {
        alerts::not_shown(self, scope, reader).await
    }

    async fn own_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        let owner = context.actor.name().to_owned();
        alerts::act(self, context, id, &Command::Own { owner }).await
    }

    async fn release_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        alerts::act(self, context, id, &Command::Release).await
    }

    async fn close_alert(&self, context: &Context, id: AlertId, close: &Close) -> Result<AlertRow> {
        let Close { disposition, note } = close.clone();
        alerts::act(self, context, id, &Command::Close { disposition, note }).await
    }

    async fn reopen_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow> {
        alerts::act(self, context, id, &Command::Reopen).await
    }

    async fn suppressions(&self, scope: &Scope, query: SuppressionQuery) -> Result<Suppressions> {
        suppressions::list(self, scope, query).await
    }

    async fn preview_suppression(
        &self,
        scope: &Scope,
        request: &SuppressionPreviewRequest,
    ) -> Result<SuppressionPreview> {
        suppressions::preview(self, scope, request).await
    }

    async fn suppress(&self, context: &Context, request: &Suppress) -> Result<SuppressionInfo> {
        suppressions::create(self, context, request).await
    }

    async fn lift_suppression(
        &self,
        context: &Context,
        id: SuppressionId,
    ) -> Result<SuppressionInfo> {
        suppressions::lift(self, context, id).await
    }

    async fn hunt(&self, scope: &Scope, hunt: &Hunt) -> Result<HuntAnswer> {
        hunting::hunt(self, scope, hunt).await
    }

    async fn histogram(&self, scope: &Scope, request: &HistogramRequest) -> Result<Histogram> {
        hunting::histogram(self, scope, request).await
    }

    async fn rules(&self, _: &Scope, query: &RuleQuery) -> Result<RulePage> {
        Ok(rules::list(self, query))
    }

    async fn rule(&self, _: &Scope, id: &RuleId) -> Result<RuleDetail> {
        rules::show(self, id)
    }

    async fn lint_rules(&self, _: &Scope, request: &RuleImport) -> Result<LintReport> {
        rules::lint(self, request)
    }

    async fn test_rule(&self, scope: &Scope, test: &RuleTest) -> Result<RuleTestReport> {
        rules::test(self, scope, test)
    }

    async fn import_rules(
        &self,
        context: &Context,
        request: &RuleImport,
    ) -> Result<RuleImportReport> {
        rules::import(self, context, request).await
    }

    async fn ledger(&self, scope: &Scope) -> Result<LedgerReport> {
        accounts::ledger(self, scope).await
    }

    async fn decisions(&self, scope: &Scope, query: &DecisionQuery) -> Result<DecisionLog> {
        accounts::decisions(self, scope, query).await
    }

    async fn dead_letters(&self, scope: &Scope, query: &DeadLetterQuery) -> Result<DeadLetterPage> {
        dead_letters::list(self, scope, query).await
    }

    async fn dead_letter(&self, scope: &Scope, id: &str) -> Result<DeadLetterDetail> {
        dead_letters::show(self, scope, id).await
    }

    async fn replay_dead_letters(
        &self,
        context: &Context,
        replay: &Replay,
    ) -> Result<ReplayReport> {
        dead_letters::replay(self, context, replay).await
    }

    async fn start_import(&self, context: &Context, request: &ImportRequest) -> Result<ImportJob> {
        intake::start(self, context, request).await
    }

    async fn import(&self, scope: &Scope, id: &str) -> Result<ImportJob> {
        intake::job(self, scope, id).await
    }

    async fn imports(&self, scope: &Scope) -> Result<Imports> {
        intake::list(self, scope).await
    }

    async fn cancel_import(&self, _: &Context, id: &str) -> Result<ImportJob> {
        intake::cancel(self, id).await
    }

    async fn sources(&self, scope: &Scope) -> Result<Sources> {
        intake::sources(self, scope).await
    }

    async fn create_token(
        &self,
        context: &Context,
        source: &SourceName,
        request: &TokenRequest,
    ) -> Result<TokenCreated> {
        intake::create_token(self, context, source, request).await
    }

    async fn revoke_token(&self, context: &Context, _: &SourceName, id: &str) -> Result<()> {
        intake::revoke_token(self, context, id).await
    }

    async fn start_demo(&self, context: &Context, request: DemoStart) -> Result<DemoReport> {
        demo::start(self, context, request).await
    }

    async fn wipe_demo(&self, context: &Context) -> Result<DemoWiped> {
        demo::wipe(self, context).await
    }

    async fn blast(&self, deed: &Deed) -> Result<Blast> {
        blast::blast(self, deed).await
    }

    async fn status(&self, scope: &Scope) -> Result<SiteStatus> {
        Ok(status::status(self, scope).await)
    }

    async fn doctor(&self, scope: &Scope) -> Result<DoctorReport> {
        Ok(doctor::examine(self, scope).await)
    }

    async fn metrics(&self) -> Result<String> {
        status::metrics(self).await
    }

    async fn shut_down(&self, context: &Context) -> Result<()> {
        accounts::shut_down(self, context).await
    }
}
