use std::fmt::Write as _;

/// How a metric behaves, in Prometheus's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    /// In seconds.
    Histogram,
}

/// Every metric of AuroraSOC. `docs/metrics.md` is generated from this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    RecordsReceived,
    RecordsStored,
    RecordsDeduplicated,
    RecordsDropped,
    RecordsDeadLettered,
    RecordsInFlight,
    EventsStored,
    Matches,
    AlertsOpened,
    MatchesGrouped,
    MatchesSuppressed,
    LedgerDifference,
    DedupeKeysEvicted,
    NormaliseSeconds,
    StoreInsertSeconds,
    DetectSeconds,
    AlertSeconds,
    CorrelateSeconds,
    CorrelatedMatches,
    WindowAlerts,
    WindowGroups,
    WindowBytes,
    LateMatches,
    SnapshotSeconds,
    SnapshotAge,
    ListenerRefused,
    KernelDrops,
    BusBytes,
    BusFull,
    EngineRestarts,
    EngineUp,
    RulesLoaded,
    RulesBroken,
    SuppressionsActive,
    Incidents,
    IncidentAlerts,
    IncidentAlertsRetired,
    Entities,
    EntitiesRefused,
    EntitySeconds,
    HttpRequests,
    AuditEntries,
    AuditCommitSeconds,
    AuditWitnessedEntries,
    RoleReady,
    CertificateSeconds,
    EdgesEnrolled,
    FederationLinks,
    FederationRtt,
    FederationBacklog,
    FederationRecords,
    FederationQuarantined,
    FederationRefused,
    FederationEvidence,
    TelemetryLeftOut,
}

impl Metric {
    pub const ALL: &'static [Self] = &[
        Self::RecordsReceived,
        Self::RecordsStored,
        Self::RecordsDeduplicated,
        Self::RecordsDropped,
        Self::RecordsDeadLettered,
        Self::RecordsInFlight,
        Self::EventsStored,
        Self::Matches,
        Self::AlertsOpened,
        Self::MatchesGrouped,
        Self::MatchesSuppressed,
        Self::LedgerDifference,
        Self::DedupeKeysEvicted,
        Self::NormaliseSeconds,
        Self::StoreInsertSeconds,
        Self::DetectSeconds,
        Self::AlertSeconds,
        Self::CorrelateSeconds,
        Self::CorrelatedMatches,
        Self::WindowAlerts,
        Self::WindowGroups,
        Self::WindowBytes,
        Self::LateMatches,
        Self::SnapshotSeconds,
        Self::SnapshotAge,
        Self::ListenerRefused,
        Self::KernelDrops,
        Self::BusBytes,
        Self::BusFull,
        Self::EngineRestarts,
        Self::EngineUp,
        Self::RulesLoaded,
        Self::RulesBroken,
        Self::SuppressionsActive,
        Self::Incidents,
        Self::IncidentAlerts,
        Self::IncidentAlertsRetired,
        Self::Entities,
        Self::EntitiesRefused,
        Self::EntitySeconds,
        Self::HttpRequests,
        Self::AuditEntries,
        Self::AuditCommitSeconds,
        Self::AuditWitnessedEntries,
        Self::RoleReady,
        Self::CertificateSeconds,
        Self::EdgesEnrolled,
        Self::FederationLinks,
        Self::FederationRtt,
        Self::FederationBacklog,
        Self::FederationRecords,
        Self::FederationQuarantined,
        Self::FederationRefused,
        Self::FederationEvidence,
        Self::TelemetryLeftOut,
    ];

    /// Name, kind, labels and meaning: one row each.
    const fn facts(self) -> (&'static str, Kind, &'static [&'static str], &'static str) {
        use Kind::{Counter, Gauge, Histogram};
        const SOURCE: &[&str] = &["source"];
        match self {
            Self::RecordsReceived => ("records_received", Gauge, SOURCE, "Raw records accepted"),
            Self::RecordsStored => (
                "records_stored",
                Gauge,
                SOURCE,
                "Raw records whose events are stored",
            ),
            Self::RecordsDeduplicated => (
                "records_deduplicated",
                Gauge,
                SOURCE,
                "Raw records seen before in the window",
            ),
            Self::RecordsDropped => (
                "records_dropped",
                Gauge,
                SOURCE,
                "Raw records dropped by a lossy policy",
            ),
            Self::RecordsDeadLettered => (
                "records_dead_lettered",
                Gauge,
                SOURCE,
                "Raw records given up with a reason",
            ),
            Self::RecordsInFlight => (
                "records_in_flight",
                Gauge,
                SOURCE,
                "Raw records not settled yet",
            ),
            Self::EventsStored => ("events_stored", Gauge, SOURCE, "Normalised events stored"),
            Self::Matches => ("matches", Gauge, &[], "Rule matches"),
            Self::AlertsOpened => ("alerts_opened", Gauge, &[], "Matches that opened an alert"),
            Self::MatchesGrouped => (
                "matches_grouped",
                Gauge,
                &[],
                "Matches that joined an open alert",
            ),
            Self::MatchesSuppressed => (
                "matches_suppressed",
                Gauge,
                &[],
                "Matches hidden by a suppression",
            ),
            Self::LedgerDifference => (
                "ledger_difference",
                Gauge,
                &["ledger"],
                "What a ledger cannot account for; anything but 0 is a defect",
            ),
            Self::DedupeKeysEvicted => (
                "dedupe_keys_evicted",
                Counter,
                &[],
                "Keys that a full dedupe window forgot early: a copy of their record would be taken for new",
            ),
            Self::NormaliseSeconds => (
                "normalise_seconds",
                Histogram,
                &[],
                "Time to parse and validate a batch",
            ),
            Self::StoreInsertSeconds => (
                "store_insert_seconds",
                Histogram,
                &[],
                "Time to insert into the event store",
            ),
            Self::DetectSeconds => (
                "detect_seconds",
                Histogram,
                &[],
                "Time to evaluate a batch against all rules",
            ),
            Self::AlertSeconds => (
                "alert_seconds",
                Histogram,
                &[],
                "Time from a record's arrival until the alert of its match is durable",
            ),
            Self::CorrelateSeconds => (
                "correlate_seconds",
                Histogram,
                &[],
                "Time to correlate a round of matches and make it durable",
            ),
            Self::CorrelatedMatches => (
                "correlated_matches",
                Counter,
                &[],
                "Matches that correlations were told of",
            ),
            Self::WindowAlerts => (
                "window_alerts",
                Counter,
                &["kind"],
                "What left the windows: fired, amended, withdrawn, late_windows, bounds",
            ),
            Self::WindowGroups => ("window_groups", Gauge, &[], "Groups with an open window"),
            Self::WindowBytes => ("window_bytes", Gauge, &[], "Memory of all windows, about"),
            Self::LateMatches => (
                "late_matches",
                Gauge,
                &[],
                "Matches that came later than allowed since the start",
            ),
            Self::SnapshotSeconds => (
                "snapshot_seconds",
                Histogram,
                &[],
                "Time to take a snapshot of all windows",
            ),
            Self::SnapshotAge => (
                "snapshot_age",
                Gauge,
                &[],
                "Seconds since the newest snapshot of the windows",
            ),
            Self::ListenerRefused => (
                "listener_refused",
                Counter,
                &["listener", "reason"],
                "Requests and connections refused",
            ),
            Self::KernelDrops => (
                "kernel_drops",
                Gauge,
                &["listener"],
                "Datagrams the kernel dropped before us",
            ),
            Self::BusBytes => ("bus_bytes", Gauge, &["stream"], "Bytes kept by a stream"),
            Self::BusFull => (
                "bus_full",
                Counter,
                &["stream"],
                "Publications refused because a stream is full",
            ),
            Self::EngineRestarts => (
                "engine_restarts",
                Gauge,
                &[],
                "Times the event engine was restarted",
            ),
            Self::EngineUp => ("engine_up", Gauge, &[], "1 while the event engine answers"),
            Self::RulesLoaded => ("rules_loaded", Gauge, &[], "Rules that are evaluated"),
            Self::RulesBroken => ("rules_broken", Gauge, &[], "Rules that did not compile"),
            Self::SuppressionsActive => (
                "suppressions_active",
                Gauge,
                &[],
                "Suppressions that hide matches now",
            ),
            Self::Incidents => (
                "incidents",
                Gauge,
                &[],
                "Incidents that alerts can still join",
            ),
            Self::IncidentAlerts => (
                "incident_alerts",
                Gauge,
                &[],
                "Alerts held to be joined with others",
            ),
            Self::IncidentAlertsRetired => (
                "incident_alerts_retired",
                Counter,
                &[],
                "Alerts let go before their time because there were too many to join",
            ),
            Self::Entities => ("entities", Gauge, &[], "Entities in the entity store"),
            Self::EntitiesRefused => (
                "entities_refused",
                Counter,
                &[],
                "Addresses not kept because the entity store is full",
            ),
            Self::EntitySeconds => (
                "entity_seconds",
                Histogram,
                &[],
                "Time to read who is in some event batches",
            ),
            Self::HttpRequests => (
                "http_requests",
                Counter,
                &["route", "status"],
                "Requests answered by the API",
            ),
            Self::AuditEntries => (
                "audit_entries",
                Gauge,
                &[],
                "Decisions under a durable checkpoint of the audit log",
            ),
            Self::AuditCommitSeconds => (
                "audit_commit_seconds",
                Histogram,
                &[],
                "Time until a group of decisions is under a durable checkpoint",
            ),
            Self::AuditWitnessedEntries => (
                "audit_witnessed_entries",
                Gauge,
                &[],
                "Entries of the audit log that a witness vouches for",
            ),
            Self::RoleReady => (
                "role_ready",
                Gauge,
                &["role"],
                "2 while a role works, 1 while it works badly, 0 while it does not",
            ),
            Self::CertificateSeconds => (
                "certificate_seconds",
                Gauge,
                &["name"],
                "Seconds until a certificate ends: authority, edge, or a listener's own",
            ),
            Self::EdgesEnrolled => (
                "edges_enrolled",
                Gauge,
                &[],
                "Hosts that are enrolled and not denied",
            ),
            Self::FederationLinks => (
                "federation_links",
                Gauge,
                &["state"],
                "Links to other sites: unknown, healthy, degraded, down",
            ),
            Self::FederationRtt => (
                "federation_rtt_milliseconds",
                Gauge,
                &["site"],
                "95th percentile of round trips to another site",
            ),
            Self::FederationBacklog => (
                "federation_backlog",
                Gauge,
                &["site", "direction"],
                "Records that another site misses (out), or that it has and this one misses (in)",
            ),
            Self::FederationRecords => (
                "federation_records",
                Gauge,
                &["kind"],
                "Alerts and changes since the start: sent, received, and of these late",
            ),
            Self::FederationQuarantined => (
                "federation_quarantined",
                Gauge,
                &[],
                "Records of other sites that nobody can verify yet",
            ),
            Self::FederationRefused => (
                "federation_refused",
                Gauge,
                &[],
                "What other sites sent and was refused, since the start",
            ),
            Self::FederationEvidence => (
                "federation_evidence",
                Gauge,
                &[],
                "Proofs that a site said two things; anything but 0 is to be looked at",
            ),
            Self::TelemetryLeftOut => (
                "telemetry_left_out",
                Counter,
                &[],
                "Log lines and spans that were not sent because too many waited",
            ),
        }
    }

    /// Without the `aurora_` prefix and the `_total` that counters get.
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    pub const fn kind(self) -> Kind {
        self.facts().1
    }

    pub const fn labels(self) -> &'static [&'static str] {
        self.facts().2
    }

    pub const fn help(self) -> &'static str {
        self.facts().3
    }
}

/// `docs/metrics.md`, as `cargo xtask codegen` writes it.
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Metrics\n\nServed on `/metrics` in Prometheus's text format. \
         Generated by `cargo xtask codegen` from the list in `crates/base/telemetry`.\n\n\
         | metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n",
    );
    for metric in Metric::ALL {
        let suffix = if metric.kind() == Kind::Counter {
            "_total"
        } else {
            ""
        };
        let kind = format!("{:?}", metric.kind()).to_lowercase();
        let labels = metric.labels().join(", ");
        let (name, help) = (metric.name(), metric.help());
        writeln!(
            page,
            "| `aurora_{name}{suffix}` | {kind} | {labels} | {help} |"
        )
        .expect("writing to memory does not fail");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Metric::ALL.len());
    }
}
