use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_freshness::{Kind, Options, Spikes};
use aurora_model::SourceName;

fn at(minute: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_040_000).plus(Duration::from_secs(minute * 60))
}

/// The minutes in which a notice came, of so many letters a minute.
fn told(minutes: &[u64]) -> Vec<usize> {
    let (mut spikes, source) = (Spikes::default(), SourceName::new("syslog"));
    let mut told = Vec::new();
    for (minute, letters) in minutes.iter().enumerate() {
        for part in 0..4 {
            let letters = letters / 4 + u64::from(part < letters % 4);
            let now = at(minute as u64);
            if letters > 0
                && let Some(notice) = spikes.see(&source, letters, now, &Options::default())
            {
                assert_eq!(
                    (notice.kind, notice.subject.as_str()),
                    (Kind::DeadLetters, "syslog")
                );
                told.push(minute);
            }
        }
    }
    told
}

#[test]
fn a_spike_is_told_once_for_as_long_as_it_lasts() {
    assert_eq!(told(&[1, 0, 3, 99]), [0; 0]);
    assert_eq!(told(&[1, 0, 3, 100, 400, 900]), [3]);
    // Over, and there again.
    assert_eq!(told(&[200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 300]), [0, 11]);
}

/// A source of which a hundred records are given up every minute: that is known by now.
#[test]
fn what_is_usual_is_no_spike() {
    let mut minutes = vec![90; 60];
    minutes.extend([300, 899, 2000]);
    assert_eq!(told(&minutes), [62]);
}
