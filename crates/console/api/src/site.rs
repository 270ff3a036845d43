//! The API's one driven port: everything it can ask of a site, or tell it to do.

use async_trait::async_trait;
use aurora_approvals::{Blast, Deed};
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

/// What a site answers when it does not do what was asked. Texts reach the caller, except
/// [`Error::Internal`]'s, which only reaches the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this scope.
    #[error("there is no {kind} `{id}`")]
    NotFound { kind: &'static str, id: String },
    /// The request asks for something that cannot be; it will fail again.
    #[error("{message}")]
    Invalid {
        message: String,
        fix: Option<String>,
    },
    /// Someone else changed it first, or its state does not allow this now.
    #[error("{message}")]
    Conflict {
        message: String,
        fix: Option<String>,
    },
    /// A part of the site is starting, restarting or full; the same request may work later.
    #[error("{message}")]
    Unavailable {
        message: String,
        fix: Option<String>,
    },
    /// It took longer or more than it may.
    #[error("{message}")]
    TooExpensive {
        message: String,
        fix: Option<String>,
    },
    #[error("the site failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn not_found(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound {
            kind,
            id: id.to_string(),
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid {
            message: message.into(),
            fix: None,
        }
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict {
            message: message.into(),
            fix: None,
        }
    }

    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable {
            message: message.into(),
            fix: None,
        }
    }

    pub fn too_expensive(message: impl Into<String>) -> Self {
        Self::TooExpensive {
            message: message.into(),
            fix: None,
        }
    }

    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Says what the caller can do about it.
    #[must_use]
    pub fn fix(mut self, text: impl Into<String>) -> Self {
        match &mut self {
            Self::Invalid { fix, .. }
            | Self::Conflict { fix, .. }
            | Self::Unavailable { fix, .. }
            | Self::TooExpensive { fix, .. } => *fix = Some(text.into()),
            Self::NotFound { .. } | Self::Internal(_) => {}
        }
        self
    }
}

/// A running site as the API sees it. The node implements it by asking the planes.
///
/// Reads take the scope, writes a [`Context`] whose actor is the caller and whose reason says why;
/// the change and its decision record commit together. Every method answers [`Error::NotFound`]
/// for ids that are not in the scope.
#[async_trait]
pub trait Site:
    crate::RuleDesk
    + crate::IncidentDesk
    + crate::IndicatorDesk
    + crate::MeshDesk
    + crate::NotifyDesk
    + crate::EdgeDesk
    + crate::FederationDesk
    + crate::AuditDesk
    + Send
    + Sync
    + 'static
{
    // --- alerts ---

    /// `reader` tells whose alerts are "mine" in the default view. Filters and limits have been
    /// checked by the API.
    async fn alerts(&self, scope: &Scope, reader: &Actor, query: &AlertQuery) -> Result<AlertPage>;

    /// Evidence that is gone is an entry without its event, never an error.
    async fn alert(&self, scope: &Scope, id: AlertId) -> Result<AlertDetail>;

    async fn not_shown(&self, scope: &Scope, reader: &Actor) -> Result<NotShown>;

    /// The context's actor becomes the owner, also of somebody else's alert; owning one's own
    /// alert again changes nothing. [`Error::Conflict`] when it is closed.
    async fn own_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow>;

    /// Back to `new`. [`Error::Conflict`] when it is closed.
    async fn release_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow>;

    /// Closing a closed alert again with the same disposition changes nothing.
    async fn close_alert(&self, context: &Context, id: AlertId, close: &Close) -> Result<AlertRow>;

    /// Takes a closing back: `owned` when it has an owner, `new` otherwise. [`Error::Conflict`]
    /// when another open alert has its group key by now.
    async fn reopen_alert(&self, context: &Context, id: AlertId) -> Result<AlertRow>;

    // --- suppressions ---

    async fn suppressions(&self, scope: &Scope, query: SuppressionQuery) -> Result<Suppressions>;

    async fn preview_suppression(
        &self,
        scope: &Scope,
        request: &SuppressionPreviewRequest,
    ) -> Result<SuppressionPreview>;

    async fn suppress(&self, context: &Context, request: &Suppress) -> Result<SuppressionInfo>;

    async fn lift_suppression(
        &self,
        context: &Context,
        id: SuppressionId,
    ) -> Result<SuppressionInfo>;

    // --- hunting ---

    /// [`Error::Invalid`] when the query does not parse, with where and why;
    /// [`Error::TooExpensive`] when it outlives its limits; [`Error::Unavailable`] while the
    /// engine restarts.
    async fn hunt(&self, scope: &Scope, hunt: &Hunt) -> Result<HuntAnswer>;

    async fn histogram(&self, scope: &Scope, request: &HistogramRequest) -> Result<Histogram>;

    // --- rules ---

    async fn rules(&self, scope: &Scope, query: &RuleQuery) -> Result<RulePage>;

    async fn rule(&self, scope: &Scope, id: &RuleId) -> Result<RuleDetail>;

    /// Compiles and reports, changes nothing.
    async fn lint_rules(&self, scope: &Scope, rules: &RuleImport) -> Result<LintReport>;

    async fn test_rule(&self, scope: &Scope, test: &RuleTest) -> Result<RuleTestReport>;

    /// Rules that do not compile are reported and left out; the others take effect.
    async fn import_rules(&self, context: &Context, rules: &RuleImport)
    -> Result<RuleImportReport>;

    // --- accounts of what happened ---

    async fn ledger(&self, scope: &Scope) -> Result<LedgerReport>;

    async fn decisions(&self, scope: &Scope, query: &DecisionQuery) -> Result<DecisionLog>;

    async fn dead_letters(&self, scope: &Scope, query: &DeadLetterQuery) -> Result<DeadLetterPage>;

    async fn dead_letter(&self, scope: &Scope, id: &str) -> Result<DeadLetterDetail>;

    async fn replay_dead_letters(&self, context: &Context, replay: &Replay)
    -> Result<ReplayReport>;

    // --- what comes in ---

    /// Starts or resumes; answers as soon as the job exists.
    async fn start_import(&self, context: &Context, request: &ImportRequest) -> Result<ImportJob>;

    async fn import(&self, scope: &Scope, id: &str) -> Result<ImportJob>;

    async fn imports(&self, scope: &Scope) -> Result<Imports>;

    /// Stops after the record it is at; what was handed over stays.
    async fn cancel_import(&self, context: &Context, id: &str) -> Result<ImportJob>;

    async fn sources(&self, scope: &Scope) -> Result<Sources>;

    /// Makes the source when there is none of that name.
    async fn create_token(
        &self,
        context: &Context,
        source: &SourceName,
        request: &TokenRequest,
    ) -> Result<TokenCreated>;

    async fn revoke_token(&self, context: &Context, source: &SourceName, id: &str) -> Result<()>;

    async fn start_demo(&self, context: &Context, request: DemoStart) -> Result<DemoReport>;

    async fn wipe_demo(&self, context: &Context) -> Result<DemoWiped>;

    /// What an action that needs approval would touch, counted, for whoever is to approve it.
    /// Nothing where nothing can be counted.
    async fn blast(&self, deed: &Deed) -> Result<Blast> {
        let _ = deed;
        Ok(Blast::default())
    }

    // --- the site itself ---

    /// Never fails because a part is down: that is what it reports.
    async fn status(&self, scope: &Scope) -> Result<SiteStatus>;

    async fn doctor(&self, scope: &Scope) -> Result<DoctorReport>;

    /// In the text format of Prometheus.
    async fn metrics(&self) -> Result<String>;

    /// Begins to stop and answers at once.
    async fn shut_down(&self, context: &Context) -> Result<()>;
}
