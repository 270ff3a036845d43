use std::borrow::Cow;

/// How authors keep a value from being clicked, and what they mean. None of the left sides can
/// stand in a real value of any kind.
const DEFANGED: &[(&str, &str)] = &[
    ("[://]", "://"),
    ("[:]", ":"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("[/]", "/"),
    ("\\.", "."),
];

/// Undoes `hxxp`, `[.]`, `[at]` and their like. Tabs and line breaks go, which no value has and readers of URLs pass
/// over.
pub(crate) fn refang(text: &str) -> Cow<'_, str> {
    let (mut bracket, mut scheme_like, mut broken) = (false, false, false);
    for byte in text.bytes() {
        broken |= matches!(byte, b'\t' | b'\r' | b'\n');
        bracket |= matches!(byte, b'[' | b'(' | b'{' | b'\\');
        scheme_like |= byte == b':';
    }
    let mut text = Cow::Borrowed(text);
    if broken {
        text = Cow::Owned(text.replace(['\t', '\r', '\n'], ""));
    }
    if bracket {
        text = Cow::Owned(undone(&text));
        scheme_like = true;
    }
    let begins = text
        .bytes()
        .next()
        .is_some_and(|b| matches!(b, b'h' | b'H' | b'f' | b'F'));
    if !(scheme_like && begins) {
        return text;
    }
    match scheme(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// `hxxps://` and `h**p://` for http, `fxp://` for ftp.
fn scheme(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let bytes = scheme.as_bytes();
    let tail = match bytes {
        [
            b'h' | b'H',
            b'x' | b'X' | b'*' | b't' | b'T',
            b'x' | b'X' | b'*' | b't' | b'T',
            b'p' | b'P',
            tail @ ..,
        ] => tail,
        _ if scheme.eq_ignore_ascii_case("fxp") => return Some(format!("ftp://{rest}")),
        _ => return None,
    };
    if bytes[1..3].eq_ignore_ascii_case(b"tt") {
        return None;
    }
    match tail {
        [] => Some(format!("http://{rest}")),
        [b's' | b'S'] => Some(format!("https://{rest}")),
        _ => None,
    }
}

/// Without anything that is defanged, however deep one stands in another, as in `[[.]]`: what ends one is looked at when
/// all before it is whole.
fn undone(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(c);
        if !DEFANGED.iter().any(|(from, _)| from.ends_with(c)) {
            continue;
        }
        // Whatever is undone makes it shorter, and may be the inside of another.
        while let Some((from, to)) = DEFANGED.iter().find(|(from, _)| ends_with(&out, from)) {
            out.truncate(out.len() - from.len());
            out.push_str(to);
        }
    }
    out
}

/// `end` is ASCII.
fn ends_with(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start.is_some_and(|start| text.as_bytes()[start..].eq_ignore_ascii_case(end.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_defanged_is_whole_again() {
        for (given, wanted) in [
            ("hxxp://evil[.]com/a", "http://evil.com/a"),
            ("hXXps[://]evil(.)com", "https://evil.com"),
            ("hxxps[:]//evil[dot]com", "https://evil.com"),
            ("h**p://evil.com", "http://evil.com"),
            ("eve[@]evil{.}com", "eve@evil.com"),
            ("eve[at]evil[DOT]com", "eve@evil.com"),
            ("192\\.0\\.2\\.1", "192.0.2.1"),
            ("2001:db8[:]:1", "2001:db8::1"),
            ("fxp://evil.com", "ftp://evil.com"),
            ("http://[::1]/(a)[b]", "http://[::1]/(a)[b]"),
            ("é[.]fr", "é.fr"),
            ("evil[[.]]com", "evil.com"),
            ("evil[{(((((((\\\\\\\\\\\\.)))))))}]com", "evil.com"),
            ("hxxp[:]//evil[d[.]ot]com", "http://evil[d.ot]com"),
            ("evil\\\r\n.com", "evil.com"),
            ("HTTP://EVIL.COM", "HTTP://EVIL.COM"),
        ] {
            assert_eq!(refang(given), wanted, "{given}");
        }
    }
}
