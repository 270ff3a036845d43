//! Heavy or powerful third-party crates, and the only crates of ours that may depend on them. A driver that a test
//! alone needs is free.

/// Driver, and the packages that may name it.
pub const DRIVERS: &[(&str, &[&str])] = &[
    (
        "async-nats",
        &["aurora-bus-nats", "aurora-federation-leafnodes"],
    ),
    // The authority has two routes of its own, which the listener for hosts mounts; the witness has its one.
    (
        "axum",
        &[
            "aurora-api",
            "aurora-audit-witness",
            "aurora-listeners",
            "aurora-site-ca",
        ],
    ),
    ("cedar-policy", &["aurora-permissions-cedar"]),
    ("evtx", &["aurora-formats"]),
    ("lettre", &["aurora-notify"]),
    ("libloading", &["aurora-events-engine"]),
    (
        "object_store",
        &[
            "aurora-artifacts-local",
            "aurora-artifacts-s3",
            "aurora-follow",
            "aurora-objects",
        ],
    ),
    ("prometheus-client", &["aurora-telemetry"]),
    ("redis", &["aurora-ephemeral-redis"]),
    ("rocksdb", &["aurora-window-state-rocksdb"]),
    (
        "sqlx",
        &["aurora-records-postgres", "aurora-records-sqlite"],
    ),
    ("vrl", &["aurora-parsers"]),
];
