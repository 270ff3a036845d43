//! Whose record is this? Told from the bytes alone, without parsing them.

/// A CloudTrail record, or the `{"Records": […]}` of a log file.
pub(crate) fn cloudtrail(body: &[u8]) -> bool {
    has_all(body, &["\"eventSource\"", "\"eventName\"", "\"awsRegion\""])
        || has_all(
            body,
            &["\"eventSource\"", "\"eventName\"", "\"eventVersion\""],
        )
        || has_all(
            body,
            &["\"eventVersion\"", "\"userIdentity\"", "\"eventTime\""],
        )
}

/// A line of Suricata's `eve.json`.
pub(crate) fn suricata(body: &[u8]) -> bool {
    has_all(body, &["\"event_type\"", "\"timestamp\""])
        && [
            "\"flow_id\"",
            "\"src_ip\"",
            "\"pcap_cnt\"",
            "\"alert\"",
            "\"stats\"",
            "\"engine\"",
        ]
        .iter()
        .any(|key| has_all(body, &[key]))
}

/// A line of one of Zeek's JSON logs: named by `_path` or `@stream`, or told by the fields that most logs share.
pub(crate) fn zeek(body: &[u8]) -> bool {
    if !has_all(body, &["\"ts\""]) {
        return false;
    }
    const MARKS: [&str; 14] = [
        "\"_path\"",
        "\"@stream\"",
        "\"id.orig_h\"",
        "\"id_orig_h\"",
        "\"uids\"",
        "\"fuid\"",
        "\"certificate.serial\"",
        "\"hashAlgorithm\"",
        "\"ts_delta\"",
        "\"compile_ts\"",
        "\"peer\"",
        "\"analyzer_kind\"",
        "\"host_cert\"",
        "\"filter\"",
    ];
    MARKS.iter().any(|mark| has_all(body, &[mark]))
}

/// An audit record, as auditd or LAUREL writes it or a transport hands it on.
pub(crate) fn auditd(body: &[u8]) -> bool {
    let head = &body[..body.len().min(1024)];
    if head.starts_with(b"{\"ID\":\"") {
        return head.get(7).is_some_and(u8::is_ascii_digit);
    }
    let Some(at) = find(head, "audit(") else {
        return false;
    };
    let before = &head[..at];
    let stamped = head[at + 6..].first().is_some_and(u8::is_ascii_digit);
    stamped && (find(before, "type=").is_some() || before.ends_with(b"audit: "))
}

/// A syslog line of any form that has a header: a priority, or a time at its start.
pub(crate) fn syslog(body: &[u8]) -> bool {
    crate::syslog::has_header(body)
}

fn has_all(body: &[u8], keys: &[&str]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
        && keys.iter().all(|key| find(body, key).is_some())
}

fn find(body: &[u8], needle: &str) -> Option<usize> {
    memchr::memmem::find(body, needle.as_bytes())
}
