//! Tables and their versions.

use std::time::Duration;

use aurora_events::Error;

use crate::client::{Access, Client};
use crate::columns::{Kind, PROMOTED, name};
use crate::parameters::Parameters;
use crate::read::rows;

/// The newest schema that this release knows.
pub(crate) const VERSION: u32 = 1;

/// Brings the store to [`VERSION`]. A migration that was cut short is run again, so each of its
/// statements may be repeated.
pub(crate) async fn migrate(
    client: &Client,
    limit: Duration,
    cluster: Option<&str>,
) -> Result<(), Error> {
    let run = async |statement: &str| {
        let statement = match cluster {
            Some(cluster) => clustered(statement, cluster)?,
            None => statement.to_owned(),
        };
        client
            .run(&statement, &Parameters::default(), Access::Write, limit)
            .await
    };
    run("CREATE DATABASE IF NOT EXISTS aurora ENGINE = Atomic").await?;
    run(VERSIONS).await?;
    let found =
        run("SELECT max(version) FROM aurora.schema_version FORMAT JSONCompactEachRow").await?;
    let rows: Vec<(u32,)> = rows(&found.body)?;
    let found = rows.first().map_or(0, |row| row.0);
    if found > VERSION {
        return Err(Error::NewerSchema {
            found,
            known: VERSION,
        });
    }
    for version in found + 1..=VERSION {
        for statement in migration(version) {
            run(&statement).await?;
        }
        run(&format!(
            "INSERT INTO aurora.schema_version VALUES ({version})"
        ))
        .await?;
    }
    Ok(())
}

/// A statement of the schema for every replica of a cluster: tables become replicated ones. A cluster is
/// one shard; events are not spread over several.
fn clustered(statement: &str, cluster: &str) -> Result<String, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if cluster.is_empty() || !cluster.bytes().all(plain) {
        return Err(Error::Unanswerable(format!("`{cluster}` names no cluster")));
    }
    let on = format!("ON CLUSTER `{cluster}`");
    if let Some(rest) = statement.strip_prefix("CREATE DATABASE IF NOT EXISTS aurora ") {
        return Ok(format!("CREATE DATABASE IF NOT EXISTS aurora {on} {rest}"));
    }
    let Some(rest) = statement.strip_prefix("CREATE TABLE IF NOT EXISTS aurora.") else {
        return Ok(statement.to_owned());
    };
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let engine = format!(
        "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{{shard}}/aurora/{name}', '{{replica}}')"
    );
    let rest = rest.replacen("ENGINE = MergeTree", &engine, 1).replace(
        "non_replicated_deduplication_window",
        "replicated_deduplication_window",
    );
    Ok(format!(
        "CREATE TABLE IF NOT EXISTS aurora.{name} {on} {rest}"
    ))
}

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS aurora.schema_version (version UInt32) \
     ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

fn migration(version: u32) -> Vec<String> {
    match version {
        1 => vec![events(), REMOVALS.to_owned()],
        _ => Vec::new(),
    }
}

/// How often each source was removed on purpose; part of the deduplication token, so that what was
/// removed may come back.
const REMOVALS: &str = "CREATE TABLE IF NOT EXISTS aurora.removals \
     (site FixedString(16), tenant String, source String) \
     ENGINE = MergeTree ORDER BY (site, tenant, source) \
     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

/// Columns before the promoted ones, in the order in which rows are encoded.
pub(crate) const HEAD: &[(&str, &str)] = &[
    ("site", "FixedString(16)"),
    ("tenant", "LowCardinality(String)"),
    ("uid", "FixedString(16)"),
    ("time", "Int64 CODEC(Delta, ZSTD)"),
    ("received_at", "Int64 CODEC(Delta, ZSTD)"),
    ("source", "LowCardinality(String)"),
    ("class_uid", "UInt32"),
];

/// Partitioned by the day of arrival, not of the event: our own clock makes few partitions, a device's
/// clock might make any number. Times are epoch milliseconds as they are, because a device may send
/// what no date type holds. A part has one file until it is large: a file for each of 69 columns, each
/// with its fsync, costs a quarter of the insert. Events are large and questions are about spans of time: with
/// the engine's 8,192 rows to a mark a question of an hour unpacks nearly all of a fresh part.
fn events() -> String {
    let mut columns: Vec<String> = HEAD
        .iter()
        .map(|(name, declared)| format!("{name} {declared}"))
        .collect();
    columns.extend(PROMOTED.iter().map(|(path, kind)| {
        let declared = match (*path, kind) {
            ("raw_data", _) => "String CODEC(ZSTD(1))",
            (_, Kind::Text) => "String CODEC(ZSTD(1))",
            (_, Kind::Few) => "LowCardinality(String)",
            (_, Kind::Many) => "Array(String) CODEC(ZSTD(1))",
        };
        format!("{} {declared}", name(path))
    }));
    columns.push("unmapped Map(LowCardinality(String), String) CODEC(ZSTD(1))".to_owned());
    columns.push("event String CODEC(ZSTD(1))".to_owned());
    columns.push("INDEX by_uid uid TYPE bloom_filter GRANULARITY 1".to_owned());
    format!(
        "CREATE TABLE IF NOT EXISTS aurora.events ({}) ENGINE = MergeTree \
         PARTITION BY intDiv(received_at, 86400000) ORDER BY (site, tenant, class_uid, time) \
         SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000, \
         min_bytes_for_wide_part = 134217728, fsync_after_insert = 1, fsync_part_directory = 1",
        columns.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_gets_replicated_tables() {
        let check = |statement: &str, want: expect_test::Expect| {
            want.assert_eq(&clustered(statement, "soc-1").expect("a good name"));
        };
        check(
            "CREATE DATABASE IF NOT EXISTS aurora ENGINE = Atomic",
            expect_test::expect![
                "CREATE DATABASE IF NOT EXISTS aurora ON CLUSTER `soc-1` ENGINE = Atomic"
            ],
        );
        check(
            VERSIONS,
            expect_test::expect![
                "CREATE TABLE IF NOT EXISTS aurora.schema_version ON CLUSTER `soc-1` (version UInt32) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/aurora/schema_version', '{replica}') ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
            ],
        );
        let events = clustered(&events(), "soc-1").expect("a good name");
        assert!(
            events.contains("index_granularity = 1024, replicated_deduplication_window = 10000")
        );
        assert!(!events.contains("non_replicated"));
        check("SELECT 1", expect_test::expect!["SELECT 1"]);
        for name in ["", "a`b", "a b", "a'"] {
            assert!(clustered(VERSIONS, name).is_err(), "{name}");
        }
    }

    /// What is on disks out there: a change needs a migration, never a new first one. Only what a table is told of
    /// its storage may differ in new stores; those that are there keep theirs.
    #[test]
    fn the_first_schema_stays_what_it_is() {
        let text = migration(1).join("\n\n").replace(", ", ",\n");
        expect_test::expect_file!["../schema/v1.sql"].assert_eq(&text);
    }
}
