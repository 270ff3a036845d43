use std::io::Write as _;

use aurora_follow::{Options, Service, files};
use aurora_model::SourceName;

use crate::support::Site;

#[tokio::test]
async fn files_are_followed_over_a_restart() {
    let (mut site, folder) = (Site::new(), tempfile::tempdir().unwrap());
    let options = Options {
        files: vec![files::Options {
            path: folder.path().join("*.log"),
            source: SourceName::new("known"),
            from_start: true,
        }],
        ..Options::default()
    };
    for run in 1..=3 {
        for name in ["a.log", "b.log", "c.txt"] {
            let path = folder.path().join(name);
            let mut file = std::fs::File::options()
                .append(true)
                .create(true)
                .open(path)
                .unwrap();
            writeln!(file, "{name} {run}").unwrap();
        }
        let service = Service::new(options.clone(), site.outlet());
        site.tasks
            .spawn("follow", service.run(site.tasks.shutdown()));
        let mut bodies = site.at_least(run * 2).await;
        site.tasks
            .stop(std::time::Duration::from_secs(20))
            .await
            .unwrap();
        site.tasks = aurora_tasks::Tasks::new();
        bodies.sort();
        let of = |name: &str| {
            (1..=run)
                .map(|run| format!("{name} {run}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(bodies, [of("a.log"), of("b.log")].concat());
    }
}
