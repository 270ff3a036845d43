//! `saddr`: a `struct sockaddr` as the kernel had it, in hexadecimal.

use std::net::{Ipv4Addr, Ipv6Addr};

use vrl::value::{ObjectMap, Value};

use super::fields::unhex_bytes;

/// What the address says: `family`, with `address` and `port`, or `path`. `None` when it is no address.
///
/// The family is in the machine's byte order. Families are below 256, so that the byte which is not zero tells it.
pub(super) fn read(saddr: &str) -> Option<ObjectMap> {
    let bytes = unhex_bytes(saddr)?;
    let [a, b, rest @ ..] = bytes.as_slice() else {
        return None;
    };
    let mut socket = ObjectMap::new();
    let mut put = |key: &str, value: Value| {
        socket.insert(key.into(), value);
    };
    match a.max(b) {
        1 => {
            put("family", "unix".into());
            // An abstract name begins with NUL and is shown with `@`, as ss(8) does.
            let (mark, name) = rest
                .strip_prefix(&[0])
                .map_or(("", rest), |name| ("@", name));
            let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
            if !name.is_empty() {
                put(
                    "path",
                    format!("{mark}{}", String::from_utf8_lossy(name)).into(),
                );
            }
        }
        2 => {
            let address = <[u8; 4]>::try_from(rest.get(2..6)?).ok()?;
            put("family", "inet".into());
            put("address", Ipv4Addr::from(address).to_string().into());
            put("port", port(rest));
        }
        10 => {
            let address = <[u8; 16]>::try_from(rest.get(6..22)?).ok()?;
            put("family", "inet6".into());
            put(
                "address",
                Ipv6Addr::from(address).to_canonical().to_string().into(),
            );
            put("port", port(rest));
        }
        16 => put("family", "netlink".into()),
        17 => put("family", "packet".into()),
        38 => put("family", "alg".into()),
        _ => return None,
    }
    Some(socket)
}

/// In network byte order.
fn port(rest: &[u8]) -> Value {
    Value::Integer(i64::from(u16::from_be_bytes([rest[0], rest[1]])))
}
