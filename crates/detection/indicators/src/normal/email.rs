use super::host;
use crate::NotAValue;

/// RFC 5321, 4.5.3.1.3.
const LONGEST: usize = 254;

/// `local@domain` in lower case, out of `Name <local@domain>` where it stands so.
pub(crate) fn email(text: &str) -> Result<String, NotAValue> {
    let inside = match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => text,
    };
    let inside = inside.trim();
    let inside = inside.strip_prefix("mailto:").unwrap_or(inside);
    let (local, domain) = inside.rsplit_once('@').ok_or(NotAValue::Email)?;
    if local.is_empty() || local.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(NotAValue::Email);
    }
    let domain = host::domain(domain).map_err(|_| NotAValue::Email)?;
    let whole = format!("{}@{domain}", local.to_lowercase());
    if whole.len() > LONGEST {
        return Err(NotAValue::TooLong);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_have_one_form() {
        for (given, wanted) in [
            ("Eve@Evil.COM", Ok("eve@evil.com")),
            ("\"Eve E\" <Eve@evil.com>", Ok("eve@evil.com")),
            ("mailto:eve@evil.com", Ok("eve@evil.com")),
            ("eve@bücher.example", Ok("eve@xn--bcher-kva.example")),
            ("@evil.com", Err(NotAValue::Email)),
            ("eve@com", Err(NotAValue::Email)),
            ("eve at evil.com", Err(NotAValue::Email)),
        ] {
            assert_eq!(email(given).as_deref(), wanted.as_deref(), "{given}");
        }
    }
}
