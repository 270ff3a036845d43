//! What is written for a server.

use aurora_federation_leafnodes::{Config, Hub, Member, Remote, config, rights};
use expect_test::expect;

fn member(label: &str) -> Member {
    Member {
        label: label.to_owned(),
        spiffe: format!("spiffe://{label}/role/mesh"),
    }
}

fn hub() -> Config {
    Config {
        label: "site-a".to_owned(),
        dir: "/mesh".into(),
        hub: Some(Hub {
            listen: ([0, 0, 0, 0], 7422).into(),
            is_free: true,
            user: "UA".to_owned(),
            members: vec![member("site-b")],
        }),
        remotes: Vec::new(),
    }
}

fn leaf() -> Config {
    Config {
        label: "site-b".to_owned(),
        dir: "/mesh".into(),
        hub: None,
        remotes: vec![Remote {
            hub: "site-a=mesh.example:7422".parse().unwrap(),
            user: "UB".to_owned(),
            is_known: true,
        }],
    }
}

/// Rights are long, and have a test of their own.
fn short(config_of: &Config) -> String {
    let text = config(config_of);
    let lines = text
        .lines()
        .map(|line| match line.split_once("permissions: {") {
            Some((head, _)) => format!("{head}permissions …"),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_hub_gives_each_site_what_is_addressed_to_it() {
    expect![[r#"
        server_name: "site-a"
        max_payload: 1114112
        ping_interval: "1s"
        ping_max: 2
        write_deadline: "2s"
        logfile_size_limit: 4194304
        logfile_max_num: 2
        accounts {
          "site-a" {
            users: [ { nkey: UA, allowed_connection_types: ["STANDARD"], permissions …
            exports: [
              { stream: "aurora.federation.*.site-a.site-b", accounts: ["site-b"] }
              { stream: "aurora.federation.here.site-a", accounts: ["site-b"] }
            ]
            imports: [
              { stream: { account: "site-b", subject: "aurora.federation.*.site-b.site-a" } }
              { stream: { account: "site-b", subject: "aurora.federation.here.site-b" } }
            ]
          }
          "site-b" {
            users: [ { user: "spiffe://site-b/role/mesh", allowed_connection_types: ["LEAFNODE"], permissions …
            exports: [
              { stream: "aurora.federation.*.site-b.site-a", accounts: ["site-a"] }
              { stream: "aurora.federation.here.site-b", accounts: ["site-a"] }
            ]
            imports: [
              { stream: { account: "site-a", subject: "aurora.federation.*.site-a.site-b" } }
              { stream: { account: "site-a", subject: "aurora.federation.here.site-a" } }
            ]
          }
        }
        leafnodes {
          reconnect: "250ms"
          host: "0.0.0.0"
          port: 7422
          no_advertise: true
          compression: off
          tls {
            cert_file: "/mesh/hub.pem"
            key_file: "/mesh/hub.key"
            ca_file: "/mesh/members.pem"
            verify_and_map: true
            handshake_first: true
            min_version: "1.3"
            timeout: 2
          }
          remotes: [
          ]
        }"#]].assert_eq(&short(&hub()));
}

#[test]
fn a_leaf_attaches_by_its_certificate() {
    expect![[r#"
        server_name: "site-b"
        max_payload: 1114112
        ping_interval: "1s"
        ping_max: 2
        write_deadline: "2s"
        logfile_size_limit: 4194304
        logfile_max_num: 2
        accounts {
          "via_site-a" { users: [ { nkey: UB, allowed_connection_types: ["STANDARD"], permissions …
        }
        leafnodes {
          reconnect: "250ms"
          remotes: [
            { urls: ["tls://mesh.example:7422"], account: "via_site-a", compression: off, first_info_timeout: "2s", tls {
              cert_file: "/mesh/leaf.pem"
              key_file: "/mesh/leaf.key"
              ca_file: "/mesh/hub-site-a.pem"
              handshake_first: true
              min_version: "1.3"
              timeout: 2
            } }
          ]
        }"#]].assert_eq(&short(&leaf()));
}

#[test]
fn rights_name_the_site() {
    let rights = rights("site-b");
    expect![[r#"
        aurora.federation.alerts.site-b.*
        aurora.federation.pull.site-b.*
        aurora.federation.health.site-b.*
        aurora.federation.here.site-b"#]]
    .assert_eq(&rights.publish.join("\n"));
    expect![[r#"
        aurora.federation.alerts.*.site-b
        aurora.federation.pull.*.site-b
        aurora.federation.health.*.site-b
        aurora.federation.here.*"#]]
    .assert_eq(&rights.subscribe.join("\n"));
}

#[test]
fn a_hub_without_a_key_is_not_dialled_and_lets_nobody_in_unasked() {
    let mut config_of = leaf();
    config_of.remotes[0].is_known = false;
    let text = config(&config_of);
    assert!(!text.contains("urls"), "{text}");
    // Without any account the server would take everybody.
    assert!(text.contains("nkey: UB"), "{text}");
}

#[test]
fn a_hub_whose_address_somebody_else_has_listens_to_nobody() {
    let mut config_of = hub();
    config_of.hub.as_mut().unwrap().is_free = false;
    let text = config(&config_of);
    assert!(
        !text.contains("7422") && !text.contains("verify_and_map"),
        "{text}"
    );
    // The site's own user and accounts stay as they are.
    assert!(
        text.contains("nkey: UA") && text.contains("site-b"),
        "{text}"
    );
}

#[test]
fn what_must_never_be_there_is_not() {
    for config_of in [hub(), leaf()] {
        let text = config(&config_of);
        for word in [
            "no_auth_user",
            "jetstream",
            "insecure",
            "cluster",
            "gateway",
            "http",
        ] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("handshake_first: true"));
        assert!(text.contains("compression: off"));
        assert!(text.contains("min_version: \"1.3\""));
    }
}
