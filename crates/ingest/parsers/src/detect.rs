//! What no marks tell: records of another transport's making.

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

fn find(body: &[u8], needle: &str) -> Option<usize> {
    memchr::memmem::find(body, needle.as_bytes())
}
