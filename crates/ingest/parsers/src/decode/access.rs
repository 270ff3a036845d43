//! Lines of Apache and nginx.
//!
//! Access: `client ident user [time] "request" status bytes "referrer" "agent" …` (Apache's `common`, `combined` and
//! `vhost_combined`, nginx's `combined`). Error: `[time] [module:level] [pid …] [client …] text` of Apache, and
//! `time [level] pid#tid: *connection text, client: …, server: …, request: "…"` of nginx.

use vrl::value::{ObjectMap, Value};

use super::{is_object, json_object};
use crate::{Failure, Input};

pub(super) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    if is_object(input.body) {
        return json_object(input);
    }
    let text = String::from_utf8_lossy(input.body);
    let text = text.trim();
    let read = apache_error(text)
        .or_else(|| nginx_error(text))
        .or_else(|| access(text));
    read.map(Value::Object).ok_or_else(|| {
        Failure::Unparsable("neither an access nor an error line of a web server".to_owned())
    })
}

fn put(map: &mut ObjectMap, name: &str, value: &str) {
    if !value.is_empty() && value != "-" {
        map.insert(name.into(), Value::from(value));
    }
}

fn access(text: &str) -> Option<ObjectMap> {
    let open = text.find(" [")?;
    let words: Vec<_> = text[..open].split_ascii_whitespace().collect();
    let (server, client, ident, user) = match words.as_slice() {
        [client, ident, user] => ("", *client, *ident, *user),
        [server, client, ident, user] => (*server, *client, *ident, *user),
        // A user's name may hold blanks.
        [client, ident, .., last] => {
            let at = text[..open].find(ident).map_or(open, |at| at + ident.len());
            let user = text[at..open].trim();
            (
                "",
                *client,
                *ident,
                if user.is_empty() { *last } else { user },
            )
        }
        _ => return None,
    };
    let (time, rest) = text[open + 2..].split_once(']')?;
    let (request, rest) = quoted(rest.trim_start())?;
    let mut map = ObjectMap::from([("kind".into(), Value::from("access"))]);
    put(&mut map, "server", server);
    put(&mut map, "client", client);
    put(&mut map, "ident", ident);
    put(&mut map, "user", user);
    map.insert("time".into(), time_of(time)?);
    put_request(&mut map, &request);
    let mut words = rest.split_ascii_whitespace();
    put(&mut map, "status", words.next()?);
    put(&mut map, "bytes", words.next().unwrap_or_default());
    let mut rest = rest
        .split_once('"')
        .map_or("", |(before, _)| &rest[before.len()..]);
    for name in ["referrer", "agent"] {
        if let Some((value, after)) = quoted(rest) {
            put(&mut map, name, &value);
            rest = after.trim_start();
        }
    }
    put(&mut map, "rest", rest.trim());
    Some(map)
}

fn put_request(map: &mut ObjectMap, request: &str) {
    let words: Vec<_> = request.split(' ').collect();
    match words.as_slice() {
        [method, target @ .., protocol] if protocol.starts_with("HTTP/") && !target.is_empty() => {
            put(map, "method", method);
            put(map, "target", &target.join(" "));
            put(map, "protocol", protocol);
        }
        [method, target] => {
            put(map, "method", method);
            put(map, "target", target);
        }
        // No request at all: a handshake on the wrong port, or a probe.
        _ => put(map, "request", request),
    }
}

/// A text in quotes, with `\"` in it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => match chars.next() {
                Some((_, quote @ ('"' | '\\'))) => value.push(quote),
                Some((_, other)) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    None
}

/// `10/Oct/2000:13:55:36 -0700`
fn time_of(text: &str) -> Option<Value> {
    let at = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?;
    Some(Value::Integer(at.to_timestamp().ok()?.as_millisecond()))
}

/// Apache 2.0 and 2.4.
fn apache_error(text: &str) -> Option<ObjectMap> {
    let (time, rest) = text.strip_prefix('[')?.split_once(']')?;
    let at = apache_time(time)?;
    let mut map = ObjectMap::from([("kind".into(), Value::from("error")), ("time".into(), at)]);
    let mut rest = rest.trim_start();
    while let Some((part, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        match part.split_once(' ') {
            Some(("pid", pid)) => {
                let (pid, thread) = pid.split_once(":tid ").unwrap_or((pid, ""));
                put(&mut map, "pid", pid);
                put(&mut map, "tid", thread);
            }
            Some(("client", client)) => put(&mut map, "client", client),
            Some((name, value)) => put(&mut map, name, value),
            None => {
                let (module, level) = part.rsplit_once(':').unwrap_or(("", part));
                put(&mut map, "module", module);
                put(&mut map, "level", level);
            }
        }
        rest = after.trim_start();
    }
    put(&mut map, "message", rest);
    Some(map)
}

/// `Wed Oct 11 14:32:52.123456 2000`, without a zone: taken as UTC.
fn apache_time(text: &str) -> Option<Value> {
    let formats = ["%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S%.f %Y"];
    let read = |format: &&str| {
        jiff::fmt::strtime::parse(format, text)
            .ok()?
            .to_datetime()
            .ok()
    };
    utc(formats.iter().find_map(read)?)
}

fn utc(at: jiff::civil::DateTime) -> Option<Value> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Value::Integer(at.timestamp().as_millisecond()))
}

fn nginx_error(text: &str) -> Option<ObjectMap> {
    let (time, rest) = text.split_once(" [")?;
    let at = jiff::fmt::strtime::parse("%Y/%m/%d %H:%M:%S", time)
        .ok()?
        .to_datetime()
        .ok()?;
    let (level, rest) = rest.split_once(']')?;
    let mut map = ObjectMap::from([
        ("kind".into(), Value::from("error")),
        ("time".into(), utc(at)?),
    ]);
    put(&mut map, "level", level);
    let (ids, rest) = rest.trim_start().split_once(": ")?;
    let (pid, tid) = ids.split_once('#').unwrap_or((ids, ""));
    put(&mut map, "pid", pid);
    put(&mut map, "tid", tid);
    let rest = match rest.strip_prefix('*').and_then(|rest| rest.split_once(' ')) {
        Some((connection, rest)) => {
            put(&mut map, "connection", connection);
            rest
        }
        None => rest,
    };
    let end = rest.find(", client: ").unwrap_or(rest.len());
    put(&mut map, "message", &rest[..end]);
    for pair in rest[end..].split(", ") {
        if let Some((name, value)) = pair.split_once(": ") {
            let value = value.trim_matches('"');
            if name == "request" {
                put_request(&mut map, value);
            } else {
                put(&mut map, name, value);
            }
        }
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn lines_of_web_servers() {
        let lines = [
            r#"192.0.2.7 - ana [10/Oct/2026:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "http://h/" "curl/8 \"x\"""#,
            r#"192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] "\x16\x03" 400 -"#,
            "[Wed Oct 11 14:32:52.123456 2026] [core:error] [pid 7:tid 8] [client 192.0.2.7:4711] File does not exist: /x",
            r#"2026/10/10 13:55:36 [error] 12#13: *14 open() failed, client: 192.0.2.7, server: h, request: "GET /x HTTP/1.1", host: "h""#,
        ];
        let read = |line: &&str| {
            let map = apache_error(line)
                .or_else(|| nginx_error(line))
                .or_else(|| access(line));
            map.map_or("nothing\n".to_owned(), |map| {
                format!("{}\n", Value::Object(map))
            })
        };
        expect![[r#"
            { "agent": "curl/8 \"x\"", "bytes": "2326", "client": "192.0.2.7", "kind": "access", "method": "GET", "protocol": "HTTP/1.1", "referrer": "http://h/", "status": "200", "target": "/a?b=1", "time": 1791665736000, "user": "ana" }
            { "client": "192.0.2.7", "kind": "access", "request": "\\x16\\x03", "status": "400", "time": 1791640536000 }
            nothing
            { "client": "192.0.2.7", "connection": "14", "host": "h", "kind": "error", "level": "error", "message": "open() failed", "method": "GET", "pid": "12", "protocol": "HTTP/1.1", "server": "h", "target": "/x", "tid": "13", "time": 1791640536000 }
        "#]].assert_eq(&lines.iter().map(read).collect::<String>());
    }
}
