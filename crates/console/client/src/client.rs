use std::path::{Path, PathBuf};

use aurora_messages::{
    AlertDetail, AlertPage, AlertQuery, AlertRow, AuditErase, Close, DeadLetterDetail,
    DeadLetterPage, DeadLetterQuery, DecisionLog, DecisionQuery, DemoReport, DemoStart, DemoWiped,
    DoctorReport, Done, EnrolTokenCreated, EnrolTokenRequest, Enrolments, EventSchema, Histogram,
    HistogramRequest, Hunt, HuntAnswer, ImportJob, ImportRequest, Imports, LedgerReport,
    LiftSuppression, LinkCreated, LinkRequest, LintReport, NotShown, Own, Release, Reopen, Replay,
    ReplayReport, RuleDetail, RuleImport, RuleImportReport, RulePage, RuleQuery, RuleTest,
    RuleTestReport, SchemaQuery, SessionInfo, SiteStatus, Sources, Suppress, SuppressionInfo,
    SuppressionPreview, SuppressionPreviewRequest, SuppressionQuery, Suppressions, TokenCreated,
    TokenRequest,
};
use aurora_model::suppression::SuppressionId;
use aurora_model::{AlertId, RuleId, SourceName};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::path::{path, with_query};
use crate::{Error, Follower, transport};

type Result<T> = std::result::Result<T, Error>;

/// Speaks to the site whose socket this is. Cheap to clone; each call is a connection of its own.
///
/// Every method fails with [`Error::NotRunning`] when no site listens and with [`Error::Refused`]
/// when the site says no.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
    /// Named in every request, for what needs approval.
    approval: Option<String>,
}

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    /// `socket` is usually `run/site.sock` in the data directory. Nothing is connected yet.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
            approval: None,
        }
    }

    /// Names an approval that was given for what is asked next.
    #[must_use]
    pub fn with_approval(mut self, approval: Option<String>) -> Self {
        self.approval = approval;
        self
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub async fn alerts(&self, query: &AlertQuery) -> Result<AlertPage> {
        self.get(&with_query(&["alerts"], query)).await
    }

    pub async fn alert(&self, id: AlertId) -> Result<AlertDetail> {
        self.alert_as(id, EventSchema::default()).await
    }

    /// With its events in this vocabulary.
    pub async fn alert_as(&self, id: AlertId, schema: EventSchema) -> Result<AlertDetail> {
        let query = SchemaQuery::from(schema);
        self.get(&with_query(&["alerts", &id.to_string()], &query))
            .await
    }

    pub async fn not_shown(&self) -> Result<NotShown> {
        self.get(&path(&["alerts", "not-shown"])).await
    }

    pub async fn own(&self, id: AlertId, own: &Own) -> Result<AlertRow> {
        self.post(&path(&["alerts", &id.to_string(), "own"]), own)
            .await
    }

    pub async fn release(&self, id: AlertId, release: &Release) -> Result<AlertRow> {
        self.post(&path(&["alerts", &id.to_string(), "release"]), release)
            .await
    }

    pub async fn close(&self, id: AlertId, close: &Close) -> Result<AlertRow> {
        self.post(&path(&["alerts", &id.to_string(), "close"]), close)
            .await
    }

    pub async fn reopen(&self, id: AlertId, reopen: &Reopen) -> Result<AlertRow> {
        self.post(&path(&["alerts", &id.to_string(), "reopen"]), reopen)
            .await
    }

    pub async fn suppressions(&self, query: SuppressionQuery) -> Result<Suppressions> {
        self.get(&with_query(&["suppressions"], &query)).await
    }

    pub async fn preview_suppression(
        &self,
        request: &SuppressionPreviewRequest,
    ) -> Result<SuppressionPreview> {
        self.post(&path(&["suppressions", "preview"]), request)
            .await
    }

    pub async fn suppress(&self, request: &Suppress) -> Result<SuppressionInfo> {
        self.post(&path(&["suppressions"]), request).await
    }

    pub async fn lift_suppression(
        &self,
        id: SuppressionId,
        lift: &LiftSuppression,
    ) -> Result<SuppressionInfo> {
        self.post(&path(&["suppressions", &id.to_string(), "lift"]), lift)
            .await
    }

    pub async fn hunt(&self, hunt: &Hunt) -> Result<HuntAnswer> {
        self.hunt_as(hunt, EventSchema::default()).await
    }

    /// With events in this vocabulary.
    pub async fn hunt_as(&self, hunt: &Hunt, schema: EventSchema) -> Result<HuntAnswer> {
        let query = SchemaQuery::from(schema);
        self.post(&with_query(&["hunt"], &query), hunt).await
    }

    pub async fn histogram(&self, request: &HistogramRequest) -> Result<Histogram> {
        self.post(&path(&["hunt", "histogram"]), request).await
    }

    pub async fn rules(&self, query: &RuleQuery) -> Result<RulePage> {
        self.get(&with_query(&["rules"], query)).await
    }

    pub async fn rule(&self, id: &RuleId) -> Result<RuleDetail> {
        self.get(&path(&["rules", &id.0])).await
    }

    pub async fn lint_rules(&self, rules: &RuleImport) -> Result<LintReport> {
        self.post(&path(&["rules", "lint"]), rules).await
    }

    pub async fn test_rule(&self, test: &RuleTest) -> Result<RuleTestReport> {
        self.post(&path(&["rules", "test"]), test).await
    }

    pub async fn import_rules(&self, rules: &RuleImport) -> Result<RuleImportReport> {
        self.post(&path(&["rules", "import"]), rules).await
    }

    pub async fn ledger(&self) -> Result<LedgerReport> {
        self.get(&path(&["ledger"])).await
    }

    pub async fn decisions(&self, query: &DecisionQuery) -> Result<DecisionLog> {
        self.get(&with_query(&["decisions"], query)).await
    }

    pub async fn dead_letters(&self, query: &DeadLetterQuery) -> Result<DeadLetterPage> {
        self.get(&with_query(&["dead-letters"], query)).await
    }

    pub async fn dead_letter(&self, id: &str) -> Result<DeadLetterDetail> {
        self.get(&path(&["dead-letters", id])).await
    }

    pub async fn replay_dead_letters(&self, replay: &Replay) -> Result<ReplayReport> {
        self.post(&path(&["dead-letters", "replay"]), replay).await
    }

    pub async fn start_import(&self, request: &ImportRequest) -> Result<ImportJob> {
        self.post(&path(&["imports"]), request).await
    }

    pub async fn import(&self, id: &str) -> Result<ImportJob> {
        self.get(&path(&["imports", id])).await
    }

    pub async fn imports(&self) -> Result<Imports> {
        self.get(&path(&["imports"])).await
    }

    pub async fn cancel_import(&self, id: &str) -> Result<ImportJob> {
        self.bare(Method::POST, &path(&["imports", id, "cancel"]))
            .await
    }

    pub async fn sources(&self) -> Result<Sources> {
        self.get(&path(&["sources"])).await
    }

    pub async fn create_token(
        &self,
        source: &SourceName,
        request: &TokenRequest,
    ) -> Result<TokenCreated> {
        self.post(&path(&["sources", source.as_str(), "tokens"]), request)
            .await
    }

    pub async fn revoke_token(&self, source: &SourceName, id: &str) -> Result<()> {
        let target = path(&["sources", source.as_str(), "tokens", id]);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }

    pub async fn erase_audit(&self, request: &AuditErase) -> Result<()> {
        let erased: Result<Done> = self.post(&path(&["audit", "erase"]), request).await;
        erased.map(drop)
    }

    pub async fn enrolments(&self) -> Result<Enrolments> {
        self.get(&path(&["enrolments"])).await
    }

    pub async fn create_enrol_token(
        &self,
        request: &EnrolTokenRequest,
    ) -> Result<EnrolTokenCreated> {
        self.post(&path(&["enrolments"]), request).await
    }

    /// Revokes a token, or denies a host.
    pub async fn revoke_enrolment(&self, id: &str) -> Result<()> {
        let target = path(&["enrolments", id]);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }

    pub async fn start_demo(&self, request: DemoStart) -> Result<DemoReport> {
        self.post(&path(&["demo"]), &request).await
    }

    pub async fn wipe_demo(&self) -> Result<DemoWiped> {
        self.bare(Method::DELETE, &path(&["demo"])).await
    }

    pub async fn status(&self) -> Result<SiteStatus> {
        self.get(&path(&["status"])).await
    }

    pub async fn doctor(&self) -> Result<DoctorReport> {
        self.get(&path(&["doctor"])).await
    }

    /// Whom the site takes the caller for.
    pub async fn session(&self) -> Result<SessionInfo> {
        self.get(&path(&["session"])).await
    }

    /// A one-time link into the console.
    pub async fn create_link(&self) -> Result<LinkCreated> {
        self.post(&path(&["links"]), &LinkRequest {}).await
    }

    /// The site begins to stop; its socket is gone when it has.
    pub async fn shut_down(&self) -> Result<()> {
        self.bare::<Done>(Method::POST, &path(&["shutdown"]))
            .await
            .map(drop)
    }

    /// Live events: those after `last`, an earlier event's id, or those to come.
    pub async fn follow(&self, last: Option<&str>) -> Result<Follower> {
        Follower::connect(&self.socket, last).await
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        self.bare(Method::GET, target).await
    }

    pub(crate) async fn bare<T: DeserializeOwned>(
        &self,
        method: Method,
        target: &str,
    ) -> Result<T> {
        self.call(transport::bare(method, target)).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        target: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        self.call(transport::request(Method::POST, target, body))
            .await
    }

    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        target: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        self.call(transport::request(Method::PUT, target, body))
            .await
    }

    async fn call<T: DeserializeOwned>(&self, request: transport::Asked) -> Result<T> {
        let request = transport::naming(request, self.approval.as_deref())?;
        transport::call(&self.socket, request).await
    }
}
