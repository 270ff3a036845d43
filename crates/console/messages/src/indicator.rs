use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::PageSize;

/// Makes the set of one source, which replaces the one it had as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorImport {
    /// Lower-case letters, digits, `.`, `-` and `_`, at most 64.
    pub source: String,
    /// Files on the site's machine; only its own user may name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<IndicatorFile>,
    /// `auto`, `stix`, `misp`, `csv` or `list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// 0 to 100, of indicators whose feed gives none; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100)]
    pub confidence: Option<u8>,
    /// When indicators expire whose feed does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Timestamp>,
    /// Says what would be imported, and changes nothing.
    #[serde(default)]
    pub dry_run: bool,
    #[serde(default)]
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorFile {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorImportReport {
    pub source: String,
    pub dry_run: bool,
    /// Whether the source had a set before.
    pub replaced: bool,
    /// Indicators of each kind that are in the set.
    pub kinds: BTreeMap<String, u64>,
    pub indicators: u64,
    /// Told more than once.
    pub duplicates: u64,
    /// Over before the import; left out.
    pub expired: u64,
    /// Kept out of detection by their author: revoked, or without `to_ids`.
    pub not_meant: u64,
    pub rejected: u64,
    /// The first of those that were rejected.
    pub listed: Vec<IndicatorRejected>,
    /// Of the compiled set, on disk.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorRejected {
    pub file: String,
    /// A line, or an object's id.
    pub place: String,
    pub text: String,
    pub reason: String,
}

/// A source's set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorSet {
    pub source: String,
    /// 64 hexadecimal digits that tell it from every other.
    pub id: String,
    pub kinds: BTreeMap<String, u64>,
    pub indicators: u64,
    /// On disk, and in memory while it is in force.
    pub bytes: u64,
    pub resident_bytes: u64,
    #[schema(value_type = i64)]
    pub imported_at: Timestamp,
    pub imported_by: String,
    pub files: Vec<String>,
    pub rejected: u64,
    /// Whether events are matched with it.
    pub in_force: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorSets {
    pub sets: Vec<IndicatorSet>,
    /// Questions that a damaged set left without an answer since the start.
    pub unreadable: u64,
    /// An import that runs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importing: Option<IndicatorProgress>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorProgress {
    pub source: String,
    pub bytes_read: u64,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct IndicatorQuery {
    #[param(required = false)]
    pub offset: u64,
    /// 50 when absent, at most 1,000.
    #[param(required = false)]
    pub limit: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorSetDetail {
    pub set: IndicatorSet,
    /// Some of its indicators, in the file's order.
    pub indicators: Vec<IndicatorInfo>,
}

/// An indicator. All texts come from its feed and are hostile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorInfo {
    pub source: String,
    pub kind: String,
    pub value: String,
    pub confidence: u8,
    #[schema(value_type = Option<i64>)]
    pub valid_from: Option<Timestamp>,
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Timestamp>,
    pub said_by: Option<String>,
    pub description: String,
    pub labels: Vec<String>,
    pub reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorCheck {
    /// An address, domain, URL, hash or mailbox, defanged or not.
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorAnswer {
    /// What an event with the value would match now.
    pub matches: Vec<IndicatorInfo>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct IndicatorRemoval {
    #[param(required = false)]
    pub reason: String,
}

impl IndicatorQuery {
    pub const PAGE: PageSize = PageSize::new(50, 1_000);

    pub fn limit(&self) -> usize {
        let asked = self.limit.map(u32::try_from);
        Self::PAGE.rows(asked.map(|limit| limit.unwrap_or(u32::MAX)))
    }
}

impl IndicatorImport {
    pub const SOURCE_CHARS: usize = 64;

    /// Names that are parts of the API's paths.
    const TAKEN: [&str; 2] = ["import", "check"];

    /// Whether `source` can be a source's name.
    pub fn is_source(source: &str) -> bool {
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
        let begins = source.starts_with(|c: char| c.is_ascii_alphanumeric());
        begins
            && source.len() <= Self::SOURCE_CHARS
            && source.bytes().all(plain)
            && !Self::TAKEN.contains(&source)
    }
}
