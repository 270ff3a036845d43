//! A bucket of a real server that speaks S3. Where there is none, the test says so and passes.

use std::io::Write as _;

use aurora_clock::Clock as _;
use aurora_engines::Seaweed;
use aurora_follow::folder::{Folder, Options};
use aurora_model::SourceName;
use aurora_objects::Bucket;
use aurora_secrets::Secret;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::support::Site;

/// More than a listing gives at once.
const MANY: usize = 1005;

async fn made(server: &Seaweed) -> impl ObjectStore {
    let bucket = Bucket {
        name: "trail".to_owned(),
        endpoint: Some(server.endpoint()),
        region: "us-east-1".to_owned(),
        access_key: server.access_key().to_owned(),
        secret_key: Secret::new(server.secret_key().to_owned()),
        authorities: None,
    };
    let transport = bucket.connector().unwrap().transport();
    let made = bucket.ask(&transport, hyper::Method::PUT, "", bytes::Bytes::new());
    let (status, text) = made.await.unwrap();
    assert!(status.is_success(), "{status} {text}");
    bucket.open().unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
#[allow(clippy::print_stderr)]
async fn a_bucket_is_read_once_over_pages_and_restarts() {
    let Some(server) = Seaweed::start().unwrap() else {
        eprintln!("skipped: `weed` is not installed; run `./aurora setup`");
        return;
    };
    let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
    let now = aurora_clock::SystemClock::new().now();
    site.clock
        .set_wall(now.plus(std::time::Duration::from_secs(600)));
    let keys = folder.path().join("keys");
    std::fs::write(
        &keys,
        format!("{}\n{}\n", server.access_key(), server.secret_key()),
    )
    .unwrap();
    let options = Options {
        url: "s3://trail/AWSLogs/a b".to_owned(),
        source: SourceName::new("known"),
        endpoint: Some(server.endpoint()),
        keys_file: Some(keys),
        ..Options::default()
    };
    let bucket = made(&server).await;
    let put = async |name: &str, bytes: Vec<u8>| {
        bucket.put(&Path::from(name), bytes.into()).await.unwrap();
    };
    let zstd = zstd::bulk::compress(b"{\"n\":3}\n{\"n\":4}\n", 1).unwrap();
    put("AWSLogs/a b/1.json.gz", gzip("{\"n\":1}\n{\"n\":2}\n")).await;
    put("AWSLogs/a b/deep/er/2.zst", zstd).await;
    put("AWSLogs/elsewhere", b"{\"n\":99}\n".to_vec()).await;
    let mut watched = Folder::open(options.clone(), site.outlet()).await.unwrap();
    watched.look().await.unwrap();
    watched.look().await.unwrap();
    let mut bodies = site.bodies().await;
    bodies.sort();
    assert_eq!(bodies, ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}"]);
    // Written anew, an object is another one; what else is there was read.
    put("AWSLogs/a b/1.json.gz", gzip("{\"n\":5}\n")).await;
    let mut again = Folder::open(options.clone(), site.outlet()).await.unwrap();
    again.look().await.unwrap();
    assert_eq!(site.bodies().await.len(), 5);
    // Listings come in pages.
    let many = (0..MANY).map(|n| put_one(&bucket, n));
    futures_util::future::join_all(many).await;
    again.look().await.unwrap();
    assert_eq!(site.bodies().await.len(), 5 + MANY);
    // A key that does not open the bucket is told, and told as passing: somebody may mend it.
    std::fs::write(folder.path().join("wrong"), "nobody\nnothing\n").unwrap();
    let wrong = Options {
        keys_file: Some(folder.path().join("wrong")),
        ..options
    };
    let mut refused = Folder::open(wrong, site.outlet()).await.unwrap();
    let said = refused.look().await.unwrap_err();
    assert!(matches!(said, aurora_follow::Error::Objects(_)), "{said:?}");
}

async fn put_one(bucket: &impl ObjectStore, n: usize) {
    let path = Path::from(format!("AWSLogs/a b/many/{n:05}"));
    let text = format!("{{\"m\":{n}}}\n");
    bucket.put(&path, text.into_bytes().into()).await.unwrap();
}
