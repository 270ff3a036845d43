use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::SourceName;

use crate::{Kind, Notice, Options};

const MINUTE_MILLIS: i64 = 60_000;
/// Weight of what was usual against the minute that ended.
const KEPT: f64 = 0.9;

/// Dead letters by source and minute. Pure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spikes {
    sources: BTreeMap<SourceName, Count>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Count {
    minute: i64,
    letters: u64,
    /// Letters a minute before this one.
    usual: f64,
    told: bool,
}

impl Spikes {
    /// Counts letters; a notice at the moment in which they become a spike, once for as long as it
    /// lasts.
    #[allow(clippy::cast_precision_loss)]
    pub fn see(
        &mut self,
        source: &SourceName,
        letters: u64,
        now: Timestamp,
        options: &Options,
    ) -> Option<Notice> {
        let minute = now.as_millis().div_euclid(MINUTE_MILLIS);
        let count = self.sources.entry(source.clone()).or_default();
        count.move_to(minute);
        count.letters += letters;
        let bound =
            (count.usual * f64::from(options.spike_factor)).max(options.spike_letters as f64);
        let spike = count.letters as f64 >= bound;
        if !spike || count.told {
            return None;
        }
        count.told = true;
        Some(Notice {
            kind: Kind::DeadLetters,
            subject: source.to_string(),
            detail: format!(
                "{} records were given up within a minute; {:.1} are usual. \
                 `aurorasoc deadletter list --source {source}` shows why",
                count.letters, count.usual
            ),
            since: Timestamp::from_millis(minute * MINUTE_MILLIS),
        })
    }
}

impl Count {
    #[allow(clippy::cast_precision_loss)]
    fn move_to(&mut self, minute: i64) {
        if minute <= self.minute {
            return;
        }
        // Minutes without a letter count, too; after a day of them nothing is left of the usual.
        let passed = i32::try_from(minute - self.minute).unwrap_or(i32::MAX);
        if self.minute > 0 {
            let ended = KEPT * self.usual + (1.0 - KEPT) * self.letters as f64;
            self.usual = ended * KEPT.powi(passed - 1);
            // It is told again only after a minute in which there was none to speak of.
            self.told &= passed == 1 && self.letters > 0;
        }
        (self.minute, self.letters) = (minute, 0);
    }
}
