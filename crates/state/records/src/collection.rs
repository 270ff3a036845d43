use serde::{Deserialize, Serialize};

/// The kinds of documents. Adding one is one line in each table below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    Alerts,
    /// What the correlator made of alerts.
    Incidents,
    /// Hosts, users, addresses, devices and accounts.
    Entities,
    Suppressions,
    DeadLetters,
    /// Ingest sources with the hash of their token.
    Sources,
    /// Files that were or are being imported.
    Imports,
    /// Sessions of the console.
    Sessions,
    /// One-time links that are still good.
    Links,
    /// People with an account.
    People,
    /// Passkeys of people.
    Passkeys,
    /// Keys of people for programs, with the hash of their token.
    ApiKeys,
    /// Whom other providers vouch for, and who that is here.
    Identities,
    /// Every version of every rule that was in force.
    RuleVersions,
    /// Texts of rules by their hash.
    RuleTexts,
    /// Indicators in force, a compiled set a source.
    IndicatorSets,
    /// Bounds that correlations reached, with their date.
    RuleBounds,
    /// Tokens with which a host may enrol once.
    EnrolTokens,
    /// Hosts that have enrolled, or were denied.
    Edges,
    /// Requests for approval, with what was said of them.
    Approvals,
    /// Windows in which somebody acts alone.
    BreakGlass,
    /// Roles that an administrator made.
    Roles,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Integer,
}

/// A top-level field of a document by which it can be found and ordered. An absent or null field
/// is in no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub kind: FieldKind,
}

impl Field {
    /// The field's text in a document, if it is indexed as text.
    pub fn text(self, body: &serde_json::Value) -> Option<&str> {
        if self.kind == FieldKind::Text {
            body.get(self.name)?.as_str()
        } else {
            None
        }
    }

    /// The field's number in a document, if it is indexed as a number.
    pub fn integer(self, body: &serde_json::Value) -> Option<i64> {
        if self.kind == FieldKind::Integer {
            body.get(self.name)?.as_i64()
        } else {
            None
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            FieldKind::Text => "text",
            FieldKind::Integer => "integer",
        };
        write!(f, "{} ({kind})", self.name)
    }
}

const fn text(name: &'static str) -> Field {
    Field {
        name,
        kind: FieldKind::Text,
    }
}

const fn integer(name: &'static str) -> Field {
    Field {
        name,
        kind: FieldKind::Integer,
    }
}

impl Collection {
    pub const ALL: [Self; 22] = [
        Self::Alerts,
        Self::Incidents,
        Self::Entities,
        Self::Suppressions,
        Self::DeadLetters,
        Self::Sources,
        Self::Imports,
        Self::Sessions,
        Self::Links,
        Self::People,
        Self::Passkeys,
        Self::ApiKeys,
        Self::Identities,
        Self::RuleVersions,
        Self::RuleTexts,
        Self::IndicatorSets,
        Self::RuleBounds,
        Self::EnrolTokens,
        Self::Edges,
        Self::Approvals,
        Self::BreakGlass,
        Self::Roles,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Incidents => "incidents",
            Self::Entities => "entities",
            Self::Suppressions => "suppressions",
            Self::DeadLetters => "dead_letters",
            Self::Sources => "sources",
            Self::Imports => "imports",
            Self::Sessions => "sessions",
            Self::Links => "links",
            Self::People => "people",
            Self::Passkeys => "passkeys",
            Self::ApiKeys => "api_keys",
            Self::Identities => "identities",
            Self::RuleVersions => "rule_versions",
            Self::RuleTexts => "rule_texts",
            Self::IndicatorSets => "indicator_sets",
            Self::RuleBounds => "rule_bounds",
            Self::EnrolTokens => "enrol_tokens",
            Self::Edges => "edges",
            Self::Approvals => "approvals",
            Self::BreakGlass => "break_glass",
            Self::Roles => "roles",
        }
    }

    /// The fields that queries may filter and order by.
    pub const fn fields(self) -> &'static [Field] {
        const ALERTS: &[Field] = &[
            text("status"),
            text("rule"),
            text("group_key"),
            text("owner"),
            text("severity"),
            integer("rank"),
            integer("last_seen"),
            integer("created_at"),
            integer("updated_at"),
        ];
        const INCIDENTS: &[Field] = &[
            text("status"),
            text("state"),
            text("owner"),
            integer("rank"),
            integer("risk"),
            integer("last_seen"),
            integer("created_at"),
            integer("updated_at"),
        ];
        const ENTITIES: &[Field] = &[
            text("kind"),
            text("key"),
            text("owner"),
            text("criticality"),
            integer("risk"),
            integer("last_seen"),
            integer("bound_at"),
            integer("rated_at"),
        ];
        const SUPPRESSIONS: &[Field] = &[text("rule"), integer("until"), integer("created_at")];
        const DEAD_LETTERS: &[Field] = &[
            text("reason"),
            text("source"),
            text("state"),
            integer("received_at"),
        ];
        const SOURCES: &[Field] = &[text("name"), text("token_hash")];
        const IMPORTS: &[Field] = &[text("state"), integer("updated_at")];
        const SESSIONS: &[Field] = &[text("person"), integer("expires_at")];
        const LINKS: &[Field] = &[text("person"), integer("expires_at")];
        const PEOPLE: &[Field] = &[text("name")];
        const PASSKEYS: &[Field] = &[text("person")];
        const API_KEYS: &[Field] = &[text("person"), integer("expires_at")];
        const IDENTITIES: &[Field] = &[text("person")];
        const RULE_VERSIONS: &[Field] = &[text("rule"), integer("at"), integer("head")];
        const RULE_BOUNDS: &[Field] = &[text("rule"), integer("at")];
        const ENROL_TOKENS: &[Field] = &[
            text("token_hash"),
            integer("created_at"),
            integer("expires_at"),
        ];
        const EDGES: &[Field] = &[text("host"), text("state"), integer("enrolled_at")];
        const APPROVALS: &[Field] = &[
            text("asker"),
            text("action"),
            text("state"),
            integer("open"),
            integer("asked_at"),
            integer("expires_at"),
        ];
        const BREAK_GLASS: &[Field] = &[integer("opened_at"), integer("until")];
        match self {
            Self::Approvals => APPROVALS,
            Self::BreakGlass => BREAK_GLASS,
            Self::EnrolTokens => ENROL_TOKENS,
            Self::Edges => EDGES,
            Self::RuleBounds => RULE_BOUNDS,
            Self::Alerts => ALERTS,
            Self::Incidents => INCIDENTS,
            Self::Entities => ENTITIES,
            Self::Suppressions => SUPPRESSIONS,
            Self::DeadLetters => DEAD_LETTERS,
            Self::Sources => SOURCES,
            Self::Imports => IMPORTS,
            Self::Sessions => SESSIONS,
            Self::Links => LINKS,
            Self::People => PEOPLE,
            Self::Passkeys => PASSKEYS,
            Self::ApiKeys => API_KEYS,
            Self::Identities => IDENTITIES,
            Self::RuleVersions => RULE_VERSIONS,
            Self::RuleTexts | Self::IndicatorSets | Self::Roles => &[],
        }
    }

    pub fn field(self, name: &str) -> Option<Field> {
        self.fields()
            .iter()
            .find(|field| field.name == name)
            .copied()
    }
}

impl std::fmt::Display for Collection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
