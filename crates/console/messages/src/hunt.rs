use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::PageSize;

/// A question to the event store, in the hunt language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hunt {
    #[schema(max_length = 16_384)]
    pub query: String,
    /// Event time; 24 hours before `until` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// Event time, exclusive; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub until: Option<Timestamp>,
    /// Rows at most: 100 when absent, never above 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000)]
    pub limit: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HuntAnswer {
    /// For aggregations, their columns. For events: `time, uid, class_name, event`.
    pub columns: Vec<HuntColumn>,
    /// One value a column. From the log: hostile text.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<Value>>,
    /// More matched than were returned.
    pub truncated: bool,
    pub resolved: Vec<ResolvedField>,
    /// Rows the engine looked at, where it tells.
    pub scanned: Option<u64>,
    /// What people should know about how the answer came about, such as which fields were worked out after reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    pub took_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HuntColumn {
    pub name: String,
}

/// A field as it was written and the OCSF path, or for a field of ECS the paths, it was resolved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResolvedField {
    pub written: String,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HistogramRequest {
    pub query: String,
    #[schema(value_type = i64)]
    pub since: Timestamp,
    #[schema(value_type = i64)]
    pub until: Timestamp,
    /// How many buckets to aim for: 60 when absent, at most 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000)]
    pub buckets: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Histogram {
    pub bucket_ms: u64,
    /// Empty buckets are left out.
    pub buckets: Vec<Bucket>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    #[schema(value_type = i64)]
    pub start: Timestamp,
    pub count: u64,
}

impl Hunt {
    pub const PAGE: PageSize = PageSize::new(100, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }
}

impl HistogramRequest {
    pub const DEFAULT_BUCKETS: u32 = 60;
    pub const MAX_BUCKETS: u32 = 1_000;

    pub fn buckets(&self) -> u32 {
        self.buckets
            .unwrap_or(Self::DEFAULT_BUCKETS)
            .clamp(1, Self::MAX_BUCKETS)
    }
}
