//! Times as the sources write them, in UTC.

use aurora_clock::Timestamp;

/// A source's way of writing a time, under the source's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `2026-01-31T09:30:00.1250000Z`: `Event/System/TimeCreated`.
    Windows,
    /// `2026-01-31 09:30:00.125`: Sysmon's `UtcTime`.
    Sysmon,
    /// `2026-01-31T09:30:00.125000+0000`.
    Suricata,
    /// `1769851800.125000`.
    Zeek,
    /// `1769851800.125`.
    Auditd,
    /// `2026-01-31T09:30:00Z`.
    Cloudtrail,
    /// `Jan 31 09:30:00`: RFC 3164 section 4.1.2, which has no year and no zone.
    Syslog,
}

impl Format {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "windows" => Self::Windows,
            "sysmon" => Self::Sysmon,
            "suricata" => Self::Suricata,
            "zeek" => Self::Zeek,
            "auditd" => Self::Auditd,
            "cloudtrail" => Self::Cloudtrail,
            "syslog" => Self::Syslog,
            _ => return None,
        })
    }

    pub fn write(self, at: Timestamp) -> String {
        let millis = at.as_millis();
        let (seconds, part) = (millis.div_euclid(1000), millis.rem_euclid(1000));
        let with = |pattern: &str| match jiff::Timestamp::from_millisecond(millis) {
            Ok(at) => at.strftime(pattern).to_string(),
            // Beyond the years that can be written; no clock says so.
            Err(_) => at.to_string(),
        };
        match self {
            Self::Windows => with("%Y-%m-%dT%H:%M:%S.%7fZ"),
            Self::Sysmon => with("%Y-%m-%d %H:%M:%S.%3f"),
            Self::Suricata => with("%Y-%m-%dT%H:%M:%S.%6f+0000"),
            Self::Zeek => format!("{seconds}.{part:03}000"),
            Self::Auditd => format!("{seconds}.{part:03}"),
            Self::Cloudtrail => with("%Y-%m-%dT%H:%M:%SZ"),
            Self::Syslog => with("%b %e %H:%M:%S"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_source_has_its_form() {
        let at: Timestamp = "2026-01-03T09:30:00.125Z".parse().unwrap();
        for (name, wanted) in [
            ("windows", "2026-01-03T09:30:00.1250000Z"),
            ("sysmon", "2026-01-03 09:30:00.125"),
            ("suricata", "2026-01-03T09:30:00.125000+0000"),
            ("zeek", "1767432600.125000"),
            ("auditd", "1767432600.125"),
            ("cloudtrail", "2026-01-03T09:30:00Z"),
            ("syslog", "Jan  3 09:30:00"),
        ] {
            assert_eq!(Format::named(name).unwrap().write(at), wanted, "{name}");
        }
    }
}
