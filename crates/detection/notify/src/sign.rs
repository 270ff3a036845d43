use aurora_clock::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `t=<seconds>,v1=<64 hexadecimal digits>`: HMAC-SHA256 (RFC 2104) with the secret over the
/// seconds since 1970, a dot, and the body as it is sent.
pub fn signature(secret: &[u8], at: Timestamp, body: &[u8]) -> String {
    let seconds = at.as_millis().div_euclid(1000).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key may have any length");
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    let sum = mac.finalize().into_bytes();
    let digits: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_can_check_it() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let at = Timestamp::from_millis(1_700_000_000_999);
        let wanted = SUM;
        assert_eq!(
            signature(b"secret", at, b"{\"a\":1}"),
            format!("t=1700000000,v1={wanted}")
        );
    }

    const SUM: &str = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";
}
