//! What a witness answers, status by status.

use aurora_audit::note::Signature;
use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Note, Signed};
use aurora_audit_witness::{Error, Witness};

use crate::stand::{History, NAME, NOW, Server, keys};

/// The checkpoint with the line that came back, if that is a cosignature of this witness.
fn cosigned(server: &Server, head: &Signed, line: &str) -> Note {
    let mut note = head.note.clone();
    note.signatures
        .push(Signature::parse(line.trim_end()).unwrap());
    let vouched = note.check(&server.key).unwrap();
    let seconds = u64::try_from(NOW.as_millis() / 1000).unwrap();
    assert_eq!(vouched.time, Some(seconds));
    note
}

#[tokio::test]
async fn what_continues_is_cosigned_and_nothing_else() {
    let (dir, keys) = (tempfile::tempdir().unwrap(), keys());
    let (mut log, mut fork) = (History::new(&keys, "true"), History::new(&keys, "other"));
    let server = Server::start(dir.path(), &[keys.verifier().unwrap()]).await;
    let (five, nine) = (log.grow(5), log.grow(9));
    let (other_five, other_nine) = (fork.grow(5), fork.grow(9));

    let (status, kind, line) = server.add(&log.request(0, &five)).await;
    assert_eq!((status, kind.as_str()), (200, "text/plain; charset=utf-8"));
    cosigned(&server, &five, &line);
    // The same again is the same.
    assert_eq!(server.add(&log.request(5, &five)).await.0, 200);

    let size_5 = (409, "text/x.tlog.size".to_owned(), "5\n".to_owned());
    // From another place than what was seen; another root of the same size; a continuation of another log.
    assert_eq!(server.add(&log.request(0, &nine)).await, size_5);
    assert_eq!(server.add(&fork.request(5, &other_five)).await, size_5);
    assert_eq!(server.add(&fork.request(5, &other_nine)).await.0, 422);
    // Backwards.
    let backwards = AddCheckpoint {
        old: 9,
        ..log.request(5, &five)
    };
    assert_eq!(server.add(&backwards).await.0, 400);

    let (status, _, line) = server.add(&log.request(5, &nine)).await;
    assert_eq!(status, 200);
    cosigned(&server, &nine, &line);
    // What it saw first is a roll-back now.
    let (status, _, body) = server.add(&log.request(5, &five)).await;
    assert_eq!((status, body.as_str()), (409, "9\n"));
    server.stop().await;
}

#[tokio::test]
async fn strangers_and_nonsense_are_told_apart() {
    let (dir, keys) = (tempfile::tempdir().unwrap(), keys());
    let server = Server::start(dir.path(), &[keys.verifier().unwrap()]).await;
    let mut log = History::new(&keys, "true");
    let five = log.grow(5);
    let good = log.request(0, &five).to_string();
    // The same origin and another key; an origin that is not known.
    let mut forged = History::new(&crate::stand::keys(), "forged");
    let forged_five = forged.grow(5);
    assert_eq!(server.add(&forged.request(0, &forged_five)).await.0, 403);
    let elsewhere = good.replace("aurorasoc/", "elsewhere/");
    for (status, body) in [
        (404, elsewhere.as_bytes()),
        (400, b"".as_slice()),
        (400, b"old\n\nx\n"),
        (400, b"old 0\nnot base64\n\nx\n"),
        (400, &good.as_bytes()[4..]),
        (400, b"\xff\xfe"),
        (403, good.replace("\n5\n", "\n6\n").as_bytes()),
    ] {
        let answer = server.post("/add-checkpoint", body).await;
        assert_eq!(answer.0, status, "{}: {answer:?}", body.escape_ascii());
    }
    let large = vec![b'x'; 65 * 1024];
    assert_eq!(server.post("/add-checkpoint", &large).await.0, 413);
    assert_eq!(server.post("/", good.as_bytes()).await.0, 404);
    // None of it was kept.
    assert_eq!(server.post("/add-checkpoint", good.as_bytes()).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_was_seen_outlives_the_witness() {
    let (dir, keys) = (tempfile::tempdir().unwrap(), keys());
    let known = [keys.verifier().unwrap()];
    let (mut log, mut fork) = (History::new(&keys, "true"), History::new(&keys, "other"));
    let (five, other) = (log.grow(5), fork.grow(5));
    let first = Server::start(dir.path(), &known).await;
    assert_eq!(first.add(&log.request(0, &five)).await.0, 200);
    // Two witnesses of one folder would not know of each other.
    let second = Witness::open(dir.path(), NAME, &known).err().unwrap();
    assert!(matches!(second, Error::Taken(_)), "{second}");
    let key = first.key.clone();
    first.stop().await;
    let again = Server::start(dir.path(), &known).await;
    assert_eq!(again.key, key);
    let (status, _, body) = again.add(&fork.request(0, &other)).await;
    assert_eq!((status, body.as_str()), (409, "5\n"));
    assert_eq!(again.add(&fork.request(5, &other)).await.0, 409);
    again.stop().await;
}

#[tokio::test]
async fn two_roots_of_one_size_at_the_same_moment_are_one_cosignature() {
    let keys = keys();
    let (mut log, mut fork) = (History::new(&keys, "true"), History::new(&keys, "other"));
    let (five, other) = (log.grow(5), fork.grow(5));
    let (one, two) = (log.request(0, &five), fork.request(0, &other));
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path(), &[keys.verifier().unwrap()]).await;
        let asked = [&one, &two, &one, &two, &two, &one];
        let answers = futures_util::future::join_all(asked.map(|it| server.add(it))).await;
        let signed: Vec<usize> = (0..6).filter(|at| answers[*at].0 == 200).collect();
        assert_eq!(signed.len(), 1, "{answers:?}");
        server.stop().await;
    }
}
