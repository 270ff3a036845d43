//! Where the parts of a log stand: C2SP tlog-tiles, height 8.

use std::fmt;

/// Hashes in a full tile, entries and records in a full bundle.
pub const WIDTH: u64 = 256;

/// What a file of the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Roots of subtrees of `256^level` leaves.
    Hashes(u8),
    Entries,
    /// Ours, laid out as the entries are.
    Records,
}

/// One file: the `index`th of its kind, with `width` (1 to 256) of what it can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    pub kind: Kind,
    pub index: u64,
    pub width: u16,
}

impl Kind {
    /// How many items of this kind a log of `size` entries has.
    pub fn items(self, size: u64) -> u64 {
        match self {
            Self::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
            Self::Entries | Self::Records => size,
        }
    }

    /// The kinds that a log of `size` entries has.
    pub fn of(size: u64) -> impl Iterator<Item = Self> {
        let hashes = (0..8).map(Self::Hashes);
        let hashes = hashes.filter(move |kind| kind.items(size) > 0);
        let others = [Self::Entries, Self::Records].into_iter();
        others.filter(move |_| size > 0).chain(hashes)
    }

    /// The tile that a log of `size` entries has at `index`, if any.
    pub fn tile(self, index: u64, size: u64) -> Option<Tile> {
        let before = index.checked_mul(WIDTH)?;
        let width = self.items(size).checked_sub(before)?.min(WIDTH);
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Tile {
            kind: self,
            index,
            width,
        })
    }

    /// Every tile of this kind that a log of `size` entries has.
    pub fn tiles(self, size: u64) -> impl Iterator<Item = Tile> {
        (0..self.items(size).div_ceil(WIDTH)).filter_map(move |index| self.tile(index, size))
    }
}

impl Tile {
    pub fn is_full(self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// The same one when it is full.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: 256, ..self }
    }

    /// What a path in a log's folder names; one path a tile.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = if let Some(rest) = path.strip_prefix("records/") {
            (Kind::Records, rest)
        } else if let Some(rest) = path.strip_prefix("tile/entries/") {
            (Kind::Entries, rest)
        } else {
            let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
            (
                Kind::Hashes(level.parse().ok().filter(|level| *level < 8)?),
                rest,
            )
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| (1..256).contains(w))?),
            None => (rest, 256),
        };
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let tile = Self {
            kind,
            index: digits.parse().ok()?,
            width,
        };
        // Whatever else would be read the same is another path.
        (tile.to_string() == path).then_some(tile)
    }
}

/// The path in the log's folder: `tile/0/x001/x234/067`, `tile/entries/000.p/17`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
            Kind::Records => f.write_str("records/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.is_full() {
            Ok(())
        } else {
            write!(f, ".p/{}", self.width)
        }
    }
}
