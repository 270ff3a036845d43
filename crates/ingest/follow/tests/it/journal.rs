//! The journal, read by a program that prints what `journalctl` would.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aurora_follow::{Options, Service, journal};
use aurora_model::SourceName;

use crate::support::Site;

/// Prints ten entries after the cursor it is given, and waits, as `--follow` does.
const READER: &str = r#"#!/bin/sh
after=0
for argument in "$@"; do
    case "$argument" in --after-cursor=c*) after="${argument#--after-cursor=c}" ;; esac
done
n=$((after + 1))
while [ "$n" -le $((after + 10)) ]; do
    printf '__CURSOR=c%s\n_HOSTNAME=gate\nMESSAGE=entry %s\n\n' "$n" "$n"
    n=$((n + 1))
done
exec sleep 600
"#;

fn options(folder: &Path) -> Options {
    let program = folder.join("journalctl");
    std::fs::write(&program, READER).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Options {
        journal: journal::Options {
            enabled: true,
            source: SourceName::new("known"),
            command: program.display().to_string(),
            from_start: true,
            ..journal::Options::default()
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn entries_go_on_after_the_cursor() {
    let (mut site, folder) = (Site::new(), tempfile::tempdir().unwrap());
    for run in 1..=3 {
        let service = Service::new(options(folder.path()), site.outlet());
        site.tasks
            .spawn("follow", service.run(site.tasks.shutdown()));
        let bodies = site.at_least(run * 10).await;
        site.tasks
            .stop(std::time::Duration::from_secs(20))
            .await
            .unwrap();
        site.tasks = aurora_tasks::Tasks::new();
        let messages: Vec<String> = bodies
            .iter()
            .map(|body| {
                serde_json::from_str::<serde_json::Value>(body).unwrap()["MESSAGE"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let want: Vec<String> = (1..=run * 10).map(|n| format!("entry {n}")).collect();
        assert_eq!(messages, want);
    }
}
