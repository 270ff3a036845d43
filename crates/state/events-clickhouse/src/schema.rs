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
pub(crate) async fn migrate(client: &Client, limit: Duration) -> Result<(), Error> {
    let run = async |statement: &str| {
        client
            .run(statement, &Parameters::default(), Access::Write, limit)
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
/// with its fsync, costs a quarter of the insert.
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
         SETTINGS non_replicated_deduplication_window = 10000, \
         min_bytes_for_wide_part = 134217728, fsync_after_insert = 1, fsync_part_directory = 1",
        columns.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is on disks out there: a change needs a migration, never a new first one.
    #[test]
    fn the_first_schema_stays_what_it_is() {
        let text = migration(1).join("\n\n").replace(", ", ",\n");
        expect_test::expect_file!["../schema/v1.sql"].assert_eq(&text);
    }
}
