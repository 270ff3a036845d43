//! How a host becomes known to a site: what it says once with a token, and before its certificate ends.
//!
//! Certificates and requests are DER in base64.

use serde::{Deserialize, Serialize};

/// Where a site takes an [`Enrol`].
pub const PATH: &str = "/enrol";
/// Where it takes a [`Renew`], from whoever shows a certificate that is good.
pub const RENEW: &str = "/enrol/renew";
/// The role that serves both.
pub const ROLE: &str = "edge";

const WORD: &str = "aurora_enrol";

/// A host's first word. It holds a token, so it cannot be printed.
#[derive(Serialize, Deserialize)]
pub struct Enrol {
    pub token: String,
    /// The host's own name.
    pub host: String,
    /// PKCS #10, signed with the key that is to be certified.
    pub request: String,
}

/// The same for a host that is known, with a new key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renew {
    pub request: String,
}

/// What a site answers to both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The host's id at the site.
    pub id: String,
    /// The site's identity.
    pub site: String,
    /// The certificate, and those that lead to its authority.
    pub chain: Vec<String>,
    /// Whose certificates the site's parts show.
    pub authorities: Vec<String>,
    /// From now until the certificate ends, whatever the host's clock says.
    pub seconds: u64,
}

/// What an operator hands over: the token, and the hash by which the site's authority is known.
pub fn code(token: &str, pin: &str) -> String {
    format!("{WORD}_{token}_{pin}")
}

/// Token and hash of such a code; none when it is no code.
pub fn split(code: &str) -> Option<(&str, &str)> {
    let rest = code.trim().strip_prefix(WORD)?.strip_prefix('_')?;
    let (token, pin) = rest.split_once('_')?;
    let hexadecimal = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    (hexadecimal(token, 32) && hexadecimal(pin, 64)).then_some((token, pin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_made() {
        let (token, pin) = ("0a".repeat(16), "f1".repeat(32));
        let made = code(&token, &pin);
        assert_eq!(split(&format!(" {made}\n")), Some((&*token, &*pin)));
        for text in ["", "aurora_enrol__", &made[1..], &made[..made.len() - 1]] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
