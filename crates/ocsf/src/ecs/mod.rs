//! OCSF events seen as ECS documents, and ECS field names resolved to OCSF paths.
//!
//! ECS is never stored: it is a view at query time. The facts are one table of rows (scope, OCSF path, ECS field,
//! transform), `content/ecs/fields.tsv`; [`project`] applies all of it to an event, [`givers`] says what gives a field,
//! for a query that names it. Where rows compete for a field, the one of the narrower scope wins, then the earlier.

mod convert;
mod event_kind;
mod lookup;
mod parts;
mod project;
mod special;

pub use convert::{DATES, back, convert, renames};
pub use event_kind::{ACTIVITY_WORDS, category_of_class, kind, types};
pub use lookup::{Giver, When, fields, givers, rows};
pub use parts::Part;
pub use project::project;

/// One fact: what stands at `ocsf` in events of `scope` is `ecs` after `transform`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub scope: Scope,
    /// `process.file.hashes[].value`
    pub ocsf: &'static str,
    /// `process.hash.*`; a `*` stands for names that depend on the value's kind.
    pub ecs: &'static str,
    pub kind: Kind,
    /// Whether ECS 8 has this field; what it has no field for goes to `labels` and the like.
    pub standard: bool,
    pub transform: Transform,
}

/// ECS's type of a field. An array of values has the type of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Keyword,
    Wildcard,
    MatchOnlyText,
    Date,
    Long,
    Float,
    Boolean,
    Ip,
    GeoPoint,
}

/// The events for which a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every event that has the path.
    Any,
    /// The acting process is ECS's `process`: every class except 1007, where it is so only when a process opens or
    /// injects into another.
    ActorProcess,
    /// Classes whose endpoints are ECS's `source` and `destination`: 4001-4014, 3002, 6003.
    Endpoints,
    /// 4001-4014.
    Network,
    Class(u32),
}

/// How a value changes on its way from OCSF to ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// As it is; every value of a path through an array, as an array.
    Copy,
    /// Every value, appended to what other rows gave.
    All,
    /// One value as an array of one.
    List,
    /// As it is, over what another row of the same scope gave.
    Preferred,
    /// As it is, or else what stands at the other OCSF path.
    Fallback(&'static str),
    /// As it is, and also in another ECS field.
    AlsoTo(&'static str),
    /// Only when the product is a sensor: findings and network activity.
    FromSensor,
    /// Only when `status_id` is 2.
    WhenFailed,
    Text,
    Lower,
    Upper,
    /// Lower case, blanks as `_`.
    Snake,
    /// Lower case, blanks and colons as `-`.
    Kebab,
    /// Number as `0x1f`.
    Hex,
    /// Value as JSON text.
    JsonText,
    /// Epoch milliseconds as RFC 3339 with milliseconds.
    Timestamp,
    /// Milliseconds as nanoseconds.
    Nanoseconds,
    /// Minutes as `+02:00`.
    Offset,
    /// `00-11-22-AA-BB-CC`
    Mac,
    MacList,
    /// Without the leading `?`.
    Query,
    /// Without parameters.
    MimeType,
    Hive,
    WithoutHive,
    /// `TLSv1.2` as `1.2`; also gives `tls.version_protocol`.
    TlsVersion,
    Direction,
    IpVersion,
    DnsType,
    ResponseCode,
    HeaderFlags,
    Outcome,
    /// Score 0-100 as `None`, `Low`, `Medium`, `High`.
    Confidence,
    FileType,
    /// A Windows attribute mask as names.
    FileAttributes,
    /// Only numbers that are HTTP status codes.
    HttpStatus,
    /// Only names of two labels: without the list of public suffixes nothing more can be said.
    RegisteredDomain,
    Addresses,
    Kind,
    Category,
    EventType,
    Disposition,
    Dataset,
    /// Also the side's `address`.
    Address,
    /// Also `args`.
    CommandLine,
    Directory,
    Extension,
    /// By `algorithm_id` beside the value.
    Hashes,
    /// By `type_id` beside the value.
    Related,
    Indicators,
    Signature,
    GeoPoint,
    /// One member of each object of an array.
    Records,
    RegistryPath,
    SharePath,
    NamedPipe,
    Renamed,
    /// The acting process is the parent of one that it launches.
    Ancestor,
    /// Explicit credentials: the actor is the user, the other is the effective one.
    RunAs,
    ApiClient,
    Instance,
    Kubernetes,
}

impl Scope {
    /// Whether a row of this scope holds for events of this class and activity.
    pub fn covers(self, class_uid: u32, activity_id: i64) -> bool {
        match self {
            Self::Any => true,
            Self::ActorProcess => class_uid != 1007 || is_process_access(class_uid, activity_id),
            Self::Endpoints => matches!(class_uid, 4001..=4014 | 3002 | 6003),
            Self::Network => matches!(class_uid, 4001..=4014),
            Self::Class(uid) => uid == class_uid,
        }
    }

    /// Whether a row of this scope can hold for events of this class, whatever the activity.
    pub fn may_cover(self, class_uid: u32) -> bool {
        self == Self::ActorProcess || self.covers(class_uid, 0)
    }

    /// Narrower scopes first.
    fn rank(self) -> u8 {
        match self {
            Self::Class(_) => 0,
            Self::ActorProcess | Self::Endpoints | Self::Network => 1,
            Self::Any => 2,
        }
    }
}

/// A process that opens another or injects into it (Sysmon 8 and 10): the acting one is ECS's `process`, the other is
/// `Target.process`.
fn is_process_access(class_uid: u32, activity_id: i64) -> bool {
    class_uid == 1007 && matches!(activity_id, 3 | 4)
}

#[cfg(test)]
mod tests;
