use std::net::IpAddr;

use ipnet::IpNet;

/// Which lengths of prefix a set's networks have, and a coarse map of where they lie, so that an
/// address far from all of them costs one bit and not a question for every length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gates {
    v4: Gate,
    v6: Gate,
}

/// The map has a bit for each beginning of 16 bits; longer beginnings are told apart by the length.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gate {
    lengths: u128,
    map: Box<[u64; 1024]>,
}

/// Lengths of both families, then both maps.
pub(crate) const GATES_BYTES: usize = 2 * (16 + 8192);

impl Default for Gates {
    fn default() -> Self {
        let gate = || Gate {
            lengths: 0,
            map: Box::new([0; 1024]),
        };
        Self {
            v4: gate(),
            v6: gate(),
        }
    }
}

impl Gates {
    pub fn add(&mut self, net: IpNet) {
        match net {
            IpNet::V4(net) => self
                .v4
                .add(u64::from(net.network().to_bits() >> 16), net.prefix_len()),
            IpNet::V6(net) => {
                let start = folded(net.network().to_bits());
                // A network wider than the 48 bits that are folded covers too many places.
                if net.prefix_len() < 48 {
                    self.v6.map.fill(u64::MAX);
                }
                self.v6.lengths |= 1 << (net.prefix_len() - 1);
                self.v6.mark(start);
            }
        }
    }

    /// Lengths of networks that may hold the address, the longest first.
    pub fn lengths(&self, address: IpAddr) -> impl Iterator<Item = u8> + use<> {
        let gate = match address {
            IpAddr::V4(v4) => self.v4.at(u64::from(v4.to_bits() >> 16)),
            IpAddr::V6(v6) => self.v6.at(folded(v6.to_bits())),
        };
        let mut left = gate;
        std::iter::from_fn(move || {
            let top = left.checked_ilog2()?;
            left &= !(1 << top);
            u8::try_from(top + 1).ok()
        })
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        for gate in [&self.v4, &self.v6] {
            out.extend_from_slice(&gate.lengths.to_le_bytes());
        }
        for word in self.v4.map.iter().chain(self.v6.map.iter()) {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// From exactly [`GATES_BYTES`].
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (lengths, maps) = bytes.split_at_checked(32)?;
        if bytes.len() != GATES_BYTES {
            return None;
        }
        let mut gates = Self::default();
        gates.v4.lengths = u128::from_le_bytes(lengths[..16].try_into().ok()?);
        gates.v6.lengths = u128::from_le_bytes(lengths[16..].try_into().ok()?);
        let words = gates.v4.map.iter_mut().chain(gates.v6.map.iter_mut());
        for (word, bytes) in words.zip(maps.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().ok()?);
        }
        // An IPv4 network has at most 31 bits here: with 32 it is an address.
        (gates.v4.lengths >> 31 == 0).then_some(gates)
    }
}

impl Gate {
    fn add(&mut self, start: u64, prefix: u8) {
        self.lengths |= 1 << (prefix - 1);
        let span = 1_u64 << 16_u8.saturating_sub(prefix);
        (start..start + span).for_each(|place| self.mark(place));
    }

    fn mark(&mut self, place: u64) {
        self.map[(place >> 6) as usize] |= 1 << (place & 63);
    }

    #[inline]
    fn at(&self, place: u64) -> u128 {
        if self.map[(place >> 6) as usize] >> (place & 63) & 1 == 1 {
            self.lengths
        } else {
            0
        }
    }
}

/// The first 48 bits of an IPv6 address folded to 16.
fn folded(address: u128) -> u64 {
    let site = (address >> 80) as u64;
    (site.wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 48
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lengths(gates: &Gates, address: &str) -> Vec<u8> {
        gates.lengths(address.parse().unwrap()).collect()
    }

    #[test]
    fn only_what_may_hold_the_address_is_asked() {
        let mut gates = Gates::default();
        assert_eq!(lengths(&gates, "10.0.0.1"), [0; 0]);
        for net in [
            "10.0.0.0/9",
            "203.0.113.0/24",
            "128.0.0.0/1",
            "2001:db8:1::/64",
        ] {
            gates.add(net.parse().unwrap());
        }
        assert_eq!(lengths(&gates, "10.127.255.255"), [24, 9, 1]);
        assert_eq!(lengths(&gates, "10.128.0.0"), [0; 0]);
        assert_eq!(lengths(&gates, "203.0.200.1"), [24, 9, 1]);
        assert_eq!(lengths(&gates, "2001:db8:1:0:5::"), [64]);
        assert_eq!(lengths(&gates, "2001:db8:2::"), [0; 0]);
        gates.add("2600::/12".parse().unwrap());
        assert_eq!(lengths(&gates, "2001:db8:2::"), [64, 12]);
        let mut bytes = Vec::new();
        gates.write(&mut bytes);
        assert_eq!(bytes.len(), GATES_BYTES);
        assert_eq!(Gates::read(&bytes), Some(gates));
    }
}
