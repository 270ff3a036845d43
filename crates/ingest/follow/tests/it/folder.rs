use std::fs;

use aurora_follow::folder::{Folder, Options};
use aurora_model::SourceName;

use crate::support::Site;

fn options(folder: &std::path::Path) -> Options {
    Options {
        url: folder.display().to_string(),
        source: SourceName::new("known"),
        settled_seconds: 5,
        ..Options::default()
    }
}

/// The site's clock is where a test sets it; files are written now.
async fn site() -> Site {
    let site = Site::new();
    let now = aurora_clock::SystemClock::new();
    let now = aurora_clock::Clock::now(&now);
    site.clock
        .set_wall(now.plus(std::time::Duration::from_secs(60)));
    site
}

#[tokio::test]
async fn objects_are_read_once_whatever_they_are_packed_with() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("a/1.json"), "{\"n\":1}\n{\"n\":2}\n").unwrap();
    let packed = zstd::bulk::compress(b"[{\"n\":3},{\"n\":4}]", 1).unwrap();
    fs::write(folder.path().join("b.zst"), packed).unwrap();
    let mut watched = Folder::open(options(folder.path()), site.outlet())
        .await
        .unwrap();
    watched.look().await.unwrap();
    watched.look().await.unwrap();
    let mut bodies = site.bodies().await;
    bodies.sort();
    assert_eq!(bodies, ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}"]);
    // As after a restart: the places are in the store.
    let mut again = Folder::open(options(folder.path()), site.outlet())
        .await
        .unwrap();
    again.look().await.unwrap();
    assert_eq!(site.bodies().await.len(), 4);
    // Written anew it is another object; gone and back it is one as well.
    fs::write(
        folder.path().join("a/1.json"),
        "{\"n\":5}\n{\"n\":6}\n{\"n\":7}\n",
    )
    .unwrap();
    again.look().await.unwrap();
    assert_eq!(site.bodies().await.len(), 7);
}

#[tokio::test]
async fn what_is_still_written_is_left_alone() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let now = aurora_clock::Clock::now(&aurora_clock::SystemClock::new());
    site.clock.set_wall(now);
    fs::write(folder.path().join("x"), "one\n").unwrap();
    let mut watched = Folder::open(options(folder.path()), site.outlet())
        .await
        .unwrap();
    watched.look().await.unwrap();
    assert!(site.bodies().await.is_empty());
    site.clock
        .set_wall(now.plus(std::time::Duration::from_secs(60)));
    watched.look().await.unwrap();
    assert_eq!(site.bodies().await, ["one"]);
}

#[tokio::test]
async fn a_broken_object_gives_what_it_holds_and_holds_nobody_up() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let noise: String = (0..200_000_u64)
        .map(|n| format!("{}\n", n.wrapping_mul(0x9e37_79b9)))
        .collect();
    let packed = zstd::bulk::compress(noise.as_bytes(), 1).unwrap();
    fs::write(folder.path().join("1"), &packed[..packed.len() / 2]).unwrap();
    fs::write(folder.path().join("2"), "whole\n").unwrap();
    let mut watched = Folder::open(options(folder.path()), site.outlet())
        .await
        .unwrap();
    watched.look().await.unwrap();
    let bodies = site.bodies().await;
    assert!(bodies.len() > 1000 && bodies.contains(&"whole".to_owned()));
    watched.look().await.unwrap();
    assert_eq!(site.bodies().await.len(), bodies.len());
}

#[tokio::test]
async fn a_place_that_is_none_is_told() {
    let site = Site::new();
    for (url, want) in [
        (
            "gs://bucket/logs",
            "`gs://bucket/logs` is no place to read from: `gs` is not known here: want file or s3",
        ),
        (
            "s3://bucket/logs",
            "`s3://bucket/logs` is no place to read from: a bucket needs `keys_file`",
        ),
        (
            "drop",
            "`drop` is no place to read from: relative URL without a base",
        ),
    ] {
        let options = Options {
            url: url.to_owned(),
            ..Options::default()
        };
        let said = Folder::open(options, site.outlet()).await.unwrap_err();
        assert_eq!(said.to_string(), want);
    }
}
