use super::table::Reading;
use crate::{Counts, Kind};

/// Kinds of indicators that some set holds; nothing else of an event is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted(u8);

/// Readings that some place below a node has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings(u8);

impl Wanted {
    pub const ALL: Self = Self(u8::MAX);
    pub const ADDRESSES: Self = Self::of(&[Kind::Ip, Kind::Cidr]);
    pub const HASHES: Self = Self::of(&[Kind::Md5, Kind::Sha1, Kind::Sha256]);

    const fn of(kinds: &[Kind]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < kinds.len() {
            bits |= 1 << kinds[at].id();
            at += 1;
        }
        Self(bits)
    }

    pub fn add(&mut self, counts: &Counts) {
        for (kind, _) in counts.iter() {
            self.0 |= 1 << kind.id();
        }
    }

    #[inline]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 >> kind.id() & 1 == 1
    }

    #[inline]
    pub const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// What a text may be read as to find any of it.
    pub const fn readings(self) -> Readings {
        let mut readings = Readings(0);
        let address = self.any(Self::ADDRESSES);
        let domain = self.has(Kind::Domain);
        if address {
            readings = readings.with(Reading::Ip);
        }
        if address || domain {
            readings = readings.with(Reading::Host);
        }
        if address || domain || self.has(Kind::Url) {
            readings = readings.with(Reading::Url);
        }
        if domain || self.has(Kind::Email) {
            readings = readings.with(Reading::Email);
        }
        if self.any(Self::HASHES) {
            readings = readings.with(Reading::Hash);
        }
        readings
    }
}

impl Readings {
    pub const fn with(self, reading: Reading) -> Self {
        Self(self.0 | 1 << reading as u8)
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[inline]
    pub const fn has(self, reading: Reading) -> bool {
        self.0 >> reading as u8 & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_only_for_what_it_can_give() {
        let of = |kinds: &[Kind]| {
            let mut counts = Counts::default();
            kinds.iter().for_each(|kind| counts.add(*kind, 1));
            let mut wanted = Wanted::default();
            wanted.add(&counts);
            let readings = wanted.readings();
            let all = [
                Reading::Ip,
                Reading::Host,
                Reading::Url,
                Reading::Email,
                Reading::Hash,
            ];
            all.map(|reading| readings.has(reading))
        };
        assert_eq!(of(&[]), [false; 5]);
        assert_eq!(of(&[Kind::Sha1]), [false, false, false, false, true]);
        assert_eq!(of(&[Kind::Email]), [false, false, false, true, false]);
        assert_eq!(of(&[Kind::Url]), [false, false, true, false, false]);
        assert_eq!(of(&[Kind::Cidr]), [true, true, true, false, false]);
        assert_eq!(of(&[Kind::Domain]), [false, true, true, true, false]);
        assert_eq!(of(&Kind::ALL), [true; 5]);
    }
}
