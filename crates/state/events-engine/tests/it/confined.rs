use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::site::{Site, site_with};

/// What the child answers to a statement on a raw connection.
async fn ask(site: &Site, settings: &str, statement: &str) -> String {
    let mut stream = tokio::net::UnixStream::connect(site.path().join("engine.sock"))
        .await
        .unwrap();
    let request = format!(
        "POST /?{settings} HTTP/1.1\r\nhost: engine\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{statement}",
        statement.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A child that is ended in the middle resets the connection.
    _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_child_reaches_nothing_but_its_store() {
    let allowed = ["file", "url", "remote", "executable"]
        .map(str::to_owned)
        .to_vec();
    let Some(site) = site_with(|options| options.child.more_functions = allowed).await else {
        return;
    };
    let confinement = site.engine.status().confinement.unwrap();
    assert_eq!(confinement.seccomp, "on");
    // Without Landlock in the kernel only the shape of statements protects files.
    if confinement.landlock != "none" {
        let answer = ask(
            &site,
            "readonly=2",
            "SELECT count() FROM file('/etc/passwd', 'LineAsString')",
        )
        .await;
        assert!(answer.contains("x-clickhouse-exception-code"), "{answer}");
    }
    let answer = ask(
        &site,
        "readonly=2",
        "SELECT count() FROM url('http://127.0.0.1:9/', 'LineAsString') SETTINGS http_max_tries = 1",
    )
    .await;
    assert!(answer.contains("x-clickhouse-exception-code"), "{answer}");
    for statement in [
        "SET readonly = 0",
        "DROP TABLE aurora.events",
        "SELECT 1 INTO OUTFILE 'x'",
        "SELECT numbers(1)",
    ] {
        for settings in ["readonly=2", ""] {
            let answer = ask(&site, settings, statement).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{statement}: {answer}");
        }
    }
    for statement in [
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT count() FROM aurora.events SETTINGS readonly = 1, max_memory_usage = 0",
    ] {
        let answer = ask(&site, "readonly=2", statement).await;
        assert!(
            answer.contains("x-clickhouse-exception-code: 164"),
            "{statement}: {answer}"
        );
    }
    site.stop().await;
}

#[tokio::test]
async fn a_query_that_hangs_ends_the_child_and_not_the_site() {
    let allowed = ["editDistance", "repeat"].map(str::to_owned).to_vec();
    let Some(site) = site_with(|options| options.child.more_functions = allowed).await else {
        return;
    };
    // Billions of steps inside one function: the engine looks at its limit of time only between.
    let long = |a: char| format!("editDistance(repeat('{a}', 65000), repeat('z', 65000))");
    let statement = format!(
        "SELECT {}",
        ('a'..='y').map(long).collect::<Vec<_>>().join(" + ")
    );
    let answer = ask(&site, "readonly=2&max_execution_time=1", &statement).await;
    assert_eq!(answer, "");
    let status = site.restarted(0).await;
    let reason = status.last_error.unwrap();
    assert!(reason.contains("a query outlived its deadline"), "{reason}");
    aurora_events::testkit::hunt(&*site.store, &aurora_events::testkit::scope(), "*").await;
    site.stop().await;
}
