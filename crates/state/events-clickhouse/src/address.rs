//! The address of a request: parameters and settings, percent-encoded.

/// `/?a=b&c=d`, every value encoded.
pub(crate) fn address<'v>(pairs: impl IntoIterator<Item = (String, &'v str)>) -> String {
    let mut out = String::from("/?");
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "&" });
        out.push_str(&name);
        out.push('=');
        encode(&mut out, value);
    }
    out
}

fn encode(out: &mut String, value: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded() {
        let pairs = [
            ("query".to_owned(), "SELECT 1&x=é"),
            ("readonly".to_owned(), "2"),
        ];
        assert_eq!(address(pairs), "/?query=SELECT%201%26x%3D%C3%A9&readonly=2");
    }
}
