//! What the HTTP API and its clients say to each other.
//!
//! What it is: the request and answer types of `/api/v1`, with their schemas; the API, the command
//! line's client and the node share them. What it is not: the stored form of anything; a document
//! may change its shape without an API changing, and the other way round. Times are epoch
//! milliseconds, ids lower-case hexadecimal. Start reading at [`AlertRow`].

mod alert;
mod approval;
mod dead_letter;
mod decision;
mod demo;
mod engineering;
mod enrolment;
mod entity;
mod error;
mod federation;
mod hunt;
mod import;
mod incident;
mod indicator;
mod ledger;
mod live;
mod notify;
mod page_size;
mod people;
mod role;
mod rule;
mod schema;
mod session;
mod source;
mod status;
mod suppression;
mod topology;

pub use alert::{
    Alert, AlertDetail, AlertPage, AlertQuery, AlertRow, Close, Evidence, NotShown, Own, PastAlert,
    Release, Reopen, SeenBefore, View,
};
pub use approval::{
    ApprovalInfo, ApprovalQuery, Approvals, Approve, Assert, BreakGlassInfo, BreakGlassWindows,
    Challenge, Deny, GivenApproval, OpenBreakGlass,
};
pub use dead_letter::{
    DeadLetterDetail, DeadLetterPage, DeadLetterQuery, DeadLetterRow, DeadLetterState, Replay,
    ReplayReport,
};
pub use decision::{AuditErase, DecisionEntry, DecisionLog, DecisionQuery};
pub use demo::{DemoReport, DemoStart, DemoWiped};
pub use engineering::{
    BacktestJob, BacktestRequest, BacktestState, CoverageQuery, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleReload, RuleReloadReport, RuleRevert, RuleVersionDetail, RuleVersionPage,
    RuleVersionQuery,
};
pub use enrolment::{EdgeInfo, EnrolTokenCreated, EnrolTokenInfo, EnrolTokenRequest, Enrolments};
pub use entity::{EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, SetEntity};
pub use error::{ErrorBody, ErrorDetail};
pub use federation::{
    FederatedHere, FederatedKey, FederatedPeer, FederationCounts, FederationStatus,
    InvitationCreated, InvitationRequest, JoinAsked, JoinMesh, JoiningSite, KeyRotated, LeaveMesh,
    RotateKey, SiteVerified, VerifySite,
};
pub use hunt::{Bucket, Histogram, HistogramRequest, Hunt, HuntAnswer, HuntColumn, ResolvedField};
pub use import::{ImportJob, ImportRequest, ImportState, Imports};
pub use incident::{
    IncidentChange, IncidentDetail, IncidentPage, IncidentQuery, IncidentRow, WriteNote,
};
pub use indicator::{
    IndicatorAnswer, IndicatorCheck, IndicatorFile, IndicatorImport, IndicatorImportReport,
    IndicatorInfo, IndicatorProgress, IndicatorQuery, IndicatorRejected, IndicatorRemoval,
    IndicatorSet, IndicatorSetDetail, IndicatorSets,
};
pub use ledger::{KernelDrops, LedgerReport, Progress, SourceLedger};
pub use live::{AlertChange, Heartbeat, LiveEvent, Reset};
pub use notify::{NotifyChannel, NotifyChannels, NotifyTested};
pub use page_size::PageSize;
pub use people::{
    AddPasskey, ApiKeyCreated, ApiKeyInfo, ApiKeyList, ChangePerson, CreateApiKey, CreatePerson,
    CredentialsInfo, GeneratorCreated, IdentityInfo, Login, LoginOptions, OpenSession, PasskeyInfo,
    PasskeyOptions, PeopleList, PersonInfo, ProviderDeparture, RecoverPerson, SessionList,
    SetAdministrator, SetPassword, SetRoles,
};
pub use role::{RoleInfo, RoleList, SetRole};
pub use rule::{
    LintReport, RuleDetail, RuleFile, RuleImport, RuleImportReport, RulePage, RuleProblem,
    RuleQuery, RuleSummary, RuleTest, RuleTestReport, RuleTestResult,
};
pub use schema::{EventSchema, SchemaQuery};
pub use session::{LinkCreated, LinkRequest, SessionInfo};
pub use source::{FeedInfo, SourceInfo, Sources, TokenCreated, TokenInfo, TokenRequest};
pub use status::{
    CheckOutcome, DiskStatus, DoctorCheck, DoctorReport, EngineStatus, Health, ListenerStatus,
    Rates, RoleStatus, RuleCounts, SiteStatus,
};
pub use suppression::{
    LiftSuppression, Suppress, SuppressionInfo, SuppressionPreview, SuppressionPreviewRequest,
    SuppressionQuery, Suppressions,
};
pub use topology::{
    AuditHead, DepartedSite, LinkCarrier, LinkMoment, LinkState, MeshStatus, OutboxHead, Reach,
    SiteLink, SiteNode, SiteTier, Sites, Topology,
};

/// Accepted, with nothing more to say.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct Done {}
