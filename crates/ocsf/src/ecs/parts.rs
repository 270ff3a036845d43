//! Which fields a row gives: most give their own, some give others beside it or instead.

use super::{Row, Transform};

/// What a field holds of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the transform makes of the value.
    Value,
    /// The value as it is, in a second field.
    Copied,
    /// The words of a command line.
    Arguments,
    /// `ssl` or `tls`.
    TlsProtocol,
    /// That there is one.
    Presence,
    /// Those of an array whose kind, in the member beside the value, is this.
    OfKind(i64),
    ImportHash,
    /// By kind, one of several fields.
    Indicator,
    /// What the file was called before.
    FormerName,
    /// The name of a resource that is a named pipe.
    PipeName,
    /// The name of a resource that is none.
    OtherResource,
    /// Whose credentials were used.
    Effective,
    /// The client in an event that is no API call.
    OtherClient,
    /// Resources that are no instances.
    OtherHost,
    Latitude,
    Longitude,
}

/// By `algorithm_id`.
pub(super) const HASHES: &[(i64, &str)] = &[
    (1, "md5"),
    (2, "sha1"),
    (3, "sha256"),
    (4, "sha512"),
    (5, "ssdeep"),
    (6, "tlsh"),
];

/// By `type_id` of an observable.
pub(super) const RELATED: &[(i64, &str)] = &[
    (1, "related.hosts"),
    (2, "related.ip"),
    (4, "related.user"),
    (8, "related.hash"),
];

const INDICATORS: &[&str] = &[
    "threat.indicator.ip",
    "threat.indicator.url.domain",
    "threat.indicator.url.full",
    "threat.indicator.email.address",
    "threat.indicator.file.hash.md5",
    "threat.indicator.file.hash.sha1",
    "threat.indicator.file.hash.sha256",
    "threat.indicator.description",
];

impl Row {
    /// Every field that this row can give, and what of the row it holds.
    pub fn parts(&self) -> Vec<(String, Part)> {
        let own = (self.ecs.to_owned(), Part::Value);
        let (parent, last) = self.ecs.rsplit_once('.').unwrap_or(("", self.ecs));
        let beside = |name: &str, part| vec![own.clone(), (format!("{parent}.{name}"), part)];
        let and = |name: &str, part| vec![own.clone(), (name.to_owned(), part)];
        match self.transform {
            Transform::Address => beside("address", Part::Copied),
            Transform::CommandLine => beside("args", Part::Arguments),
            Transform::Signature => beside("exists", Part::Presence),
            Transform::AlsoTo(other) => and(other, Part::Copied),
            Transform::TlsVersion => and("tls.version_protocol", Part::TlsProtocol),
            Transform::Renamed => and(&format!("file.Ext.original.{last}"), Part::FormerName),
            Transform::RunAs => and("user.effective.name", Part::Effective),
            Transform::ApiClient => and("labels.app_name", Part::OtherClient),
            Transform::Instance => and("related.hosts", Part::OtherHost),
            Transform::NamedPipe => vec![
                own,
                ("file.name".to_owned(), Part::PipeName),
                ("labels.win_resource".to_owned(), Part::OtherResource),
            ],
            Transform::GeoPoint => vec![
                (format!("{}.lat", self.ecs), Part::Latitude),
                (format!("{}.lon", self.ecs), Part::Longitude),
            ],
            Transform::Related => {
                let fields = RELATED.iter();
                fields
                    .map(|(kind, field)| ((*field).to_owned(), Part::OfKind(*kind)))
                    .collect()
            }
            Transform::Indicators => {
                let fields = INDICATORS.iter();
                fields
                    .map(|field| ((*field).to_owned(), Part::Indicator))
                    .collect()
            }
            Transform::Hashes => self.hashes(),
            _ => vec![own],
        }
    }

    fn hashes(&self) -> Vec<(String, Part)> {
        let prefix = self.ecs.strip_suffix('*').unwrap_or(self.ecs);
        let owner = prefix.strip_suffix("hash.").unwrap_or(prefix);
        let fields = HASHES.iter();
        fields
            .map(|(kind, name)| (format!("{prefix}{name}"), Part::OfKind(*kind)))
            .chain([(format!("{owner}pe.imphash"), Part::ImportHash)])
            .collect()
    }
}
