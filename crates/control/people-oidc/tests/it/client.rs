//! The plainest browser: it follows redirects of one host and keeps its cookies.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Follows redirects until one leads away from `host`; where it leads to.
pub(crate) fn follow(url: &str) -> url::Url {
    let mut url: url::Url = url.parse().unwrap();
    let home = (url.host_str().unwrap().to_owned(), url.port());
    let mut jar: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..10 {
        let answer = get(&url, &jar);
        let headers = answer.split("\r\n\r\n").next().unwrap().lines();
        let mut location = None;
        for line in headers {
            let Some((name, value)) = line.split_once(": ") else {
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "location" => location = Some(value.to_owned()),
                "set-cookie" => {
                    let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                    jar.insert(name.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        let location = location.unwrap_or_else(|| panic!("{url} leads nowhere: {answer}"));
        url = url.join(&location).unwrap();
        if (url.host_str().unwrap().to_owned(), url.port()) != home {
            return url;
        }
    }
    panic!("the provider leads round in circles");
}

fn get(url: &url::Url, jar: &BTreeMap<String, String>) -> String {
    let port = url.port().unwrap();
    let cookies: Vec<String> = jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let target = &url[url::Position::BeforePath..];
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nhost: localhost:{port}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
        cookies.join("; ")
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

pub(crate) fn asked(url: &url::Url, name: &str) -> String {
    let found = url.query_pairs().find(|(known, _)| known == name);
    found
        .unwrap_or_else(|| panic!("{url} has no {name}"))
        .1
        .into_owned()
}
