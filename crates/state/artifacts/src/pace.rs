use std::num::NonZeroU64;
use std::time::Duration;

/// How fast a file may be worked through, so that others get their turn at the disk and the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(Option<NonZeroU64>);

impl Pace {
    /// As fast as it goes.
    pub const FREE: Self = Self(None);

    /// So many bytes a second; none is no bound.
    pub const fn of(bytes_per_second: u64) -> Self {
        Self(NonZeroU64::new(bytes_per_second))
    }

    /// How long so many bytes take at least.
    pub fn time(self, bytes: u64) -> Duration {
        self.0.map_or(Duration::ZERO, |rate| {
            let rate = rate.get();
            let rest = Duration::from_secs(bytes % rate) / u32::try_from(rate).unwrap_or(u32::MAX);
            Duration::from_secs(bytes / rate) + rest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_their_time() {
        for (rate, bytes, millis) in [
            (0, 1 << 40, 0),
            (1_000, 0, 0),
            (1_000, 2_500, 2_500),
            (1 << 26, 1 << 25, 500),
            (u64::MAX, 1 << 20, 0),
        ] {
            let time = Pace::of(rate).time(bytes);
            assert_eq!(time.as_millis(), millis, "{bytes} at {rate}");
        }
        assert_eq!(Pace::FREE.time(u64::MAX), Duration::ZERO);
    }
}
