//! What a process without a console tells machines that watch it.

use aurora_api::HealthPages;
use aurora_telemetry::{Health, HealthBoard, Metrics};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::http::send;

#[tokio::test]
async fn a_process_beside_the_site_says_how_its_roles_do() {
    let board = HealthBoard::default();
    let address = ([127, 0, 0, 1], 0).into();
    let pages = HealthPages::bind(address, board.clone(), Metrics::new());
    let pages = pages.await.unwrap();
    let (address, shutdown) = (pages.address(), CancellationToken::new());
    let get = async |path: &str| {
        let stream = TcpStream::connect(address).await.unwrap();
        let request = Request::get(path).body(Full::new(Bytes::new())).unwrap();
        let answer = send(stream, request).await;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let watching = async {
        board.set("detect", Health::Starting);
        board.set("store", Health::Ready);
        assert_eq!(get("/healthz").await, (200, "ok\n".to_owned()));
        let some = "starting detect\nready store\n".to_owned();
        assert_eq!(get("/readyz").await, (503, some));
        assert_eq!(get("/readyz/detect").await, (503, "starting\n".to_owned()));
        assert_eq!(get("/readyz/store").await, (200, "ready\n".to_owned()));
        assert_eq!(get("/readyz/notify").await.0, 404);
        let reason = "a rule is broken".to_owned();
        board.set("detect", Health::Degraded { reason });
        let all = "degraded detect\nready store\n".to_owned();
        assert_eq!(get("/readyz").await, (200, all));
        board.set("store", Health::Stopped);
        assert_eq!(get("/readyz/store").await, (503, "down\n".to_owned()));
        let (status, metrics) = get("/metrics").await;
        assert!(status == 200 && metrics.ends_with("# EOF\n"), "{metrics}");
        assert_eq!(get("/api/v1/alerts").await.0, 404);
        shutdown.cancel();
    };
    tokio::join!(pages.run(shutdown.clone()), watching);
}
