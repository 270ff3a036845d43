use std::net::IpAddr;

use ipnet::IpNet;
use twox_hash::XxHash3_64;

use crate::{Kind, Value};

/// What is looked up: a kind, the length of a network's prefix (else 0), and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key<'k> {
    pub kind: Kind,
    pub prefix: u8,
    pub bytes: &'k [u8],
}

/// The bytes of an address: 4 or 16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload {
    bytes: [u8; 16],
    len: u8,
}

impl Payload {
    pub fn of(address: IpAddr) -> Self {
        let mut bytes = [0; 16];
        let len = match address {
            IpAddr::V4(address) => {
                bytes[..4].copy_from_slice(&address.octets());
                4
            }
            IpAddr::V6(address) => {
                bytes = address.octets();
                16
            }
        };
        Self { bytes, len }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The network of this length around the address.
    pub fn network(mut self, prefix: u8) -> Self {
        let whole = usize::from(prefix / 8);
        let used = usize::from(self.len);
        if whole < used {
            self.bytes[whole] &= !(0xff_u8.checked_shr(u32::from(prefix % 8)).unwrap_or(0));
            self.bytes[whole + 1..used].fill(0);
        }
        self
    }
}

impl Key<'_> {
    /// XXH3 seeded with what the bytes do not say. It is not keyed: who finds two texts with one
    /// fingerprint gains a comparison of bytes, which tells them apart.
    pub fn print(&self) -> u64 {
        let seed = u64::from(self.kind.id()) | u64::from(self.prefix) << 8;
        XxHash3_64::oneshot_with_seed(seed, self.bytes)
    }
}

/// Calls `with` with the key of a value.
pub(crate) fn keyed<T>(value: &Value, with: impl FnOnce(Key<'_>) -> T) -> T {
    let payload;
    let (prefix, bytes) = match value {
        Value::Ip(address) => {
            payload = Payload::of(*address);
            (0, payload.bytes())
        }
        Value::Cidr(net) => {
            payload = Payload::of(net.network());
            (net.prefix_len(), payload.bytes())
        }
        Value::Domain(text) | Value::Url(text) | Value::Email(text) => (0, text.as_bytes()),
        Value::Hash(hash) => (0, hash.as_bytes()),
    };
    let kind = value.kind();
    with(Key {
        kind,
        prefix,
        bytes,
    })
}

/// The value that a key stands for; `None` when it stands for none, which only damage brings about.
pub(crate) fn value(key: Key<'_>) -> Option<Value> {
    let text = || std::str::from_utf8(key.bytes).ok().map(str::to_owned);
    Some(match key.kind {
        Kind::Ip => Value::Ip(address(key.bytes)?),
        Kind::Cidr => Value::Cidr(IpNet::new(address(key.bytes)?, key.prefix).ok()?),
        Kind::Domain => Value::Domain(text()?),
        Kind::Url => Value::Url(text()?),
        Kind::Email => Value::Email(text()?),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 => {
            let hash = crate::normal::Hash::from_bytes(key.bytes)?;
            (hash.kind() == key.kind).then_some(Value::Hash(hash))?
        }
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(octets));
    }
    Some(IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_network_is_the_address_without_its_host_bits() {
        for net in [
            "255.255.255.255/1",
            "10.255.3.77/20",
            "203.0.113.9/31",
            "2001:db8::ffff/33",
        ] {
            let net: IpNet = net.parse().unwrap();
            let cut = Payload::of(net.addr()).network(net.prefix_len());
            assert_eq!(cut.bytes(), Payload::of(net.network()).bytes(), "{net}");
        }
        let whole: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(Payload::of(whole).network(32).bytes(), [192, 0, 2, 1]);
    }

    #[test]
    fn a_key_is_the_value_again() {
        for text in [
            "192.0.2.1",
            "192.0.2.0/24",
            "2001:db8::/32",
            "evil.com",
            "evil.com/a?b",
            "a@b.cc",
            "d41d8cd98f00b204e9800998ecf8427e",
        ] {
            let whole = Value::guess(text).unwrap();
            assert_eq!(keyed(&whole, value), Some(whole));
        }
    }
}
