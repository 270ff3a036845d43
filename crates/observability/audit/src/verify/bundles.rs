use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

use aurora_model::{Scope, effect};

use super::Problem;
use crate::{Checkpoint, Error, Folder, Hash, Kept, Kind, Record, Tile, bundle, checkpoint};

/// What up to 256 neighbouring entries and their records say.
#[derive(Default)]
pub(super) struct Bundle {
    pub(super) leaves: Vec<Hash>,
    pub(super) whole: u64,
    pub(super) erased: Vec<u64>,
    /// A record that is to be erased, and the decision that says so.
    pub(super) erasures: Vec<(u64, u64)>,
    pub(super) announced: Vec<(String, u64)>,
    pub(super) settled: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

/// Every bundle of the log, in order.
pub(super) fn all(folder: &Folder, head: &Checkpoint) -> Result<Vec<Bundle>, Error> {
    let count = head.size.div_ceil(256);
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let mut judged = std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok::<_, Error>(mine);
                }
                mine.push((index, judge(folder, head, index)?));
            }
        };
        let workers: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(work)).collect();
        let mut judged = Vec::new();
        for worker in workers {
            judged.extend(worker.join().expect("judging does not panic")?);
        }
        Ok::<_, Error>(judged)
    })?;
    judged.sort_unstable_by_key(|(index, _)| *index);
    Ok(judged.into_iter().map(|(_, bundle)| bundle).collect())
}

fn judge(folder: &Folder, head: &Checkpoint, index: u64) -> Result<Bundle, Error> {
    let mut bundle = Bundle::default();
    let tile = |kind: Kind| kind.tile(index, head.size).expect("below the size");
    let of = [Kind::Entries, Kind::Hashes(0), Kind::Records].map(tile);
    let [entries, hashes, records] = of;
    let Some(found) = bundle.read(folder, entries)? else {
        return Ok(bundle);
    };
    let decoded = bundle::decode_entries(&found, entries.width);
    let Some(decoded) = bundle.refused(entries, decoded)? else {
        return Ok(bundle);
    };
    bundle.leaves = decoded.iter().map(crate::Entry::leaf).collect();
    if let Some(found) = bundle.read(folder, hashes)?
        && found != bundle::encode_hashes(&bundle.leaves)
    {
        bundle.found(hashes, "its hashes are not those of the entries");
    }
    let Some(found) = bundle.read(folder, records)? else {
        return Ok(bundle);
    };
    let kept = bundle::decode_records(&found, records.width);
    let Some(kept) = bundle.refused(records, kept)? else {
        return Ok(bundle);
    };
    let mut scope = None;
    for (number, (kept, entry)) in (index * 256 + 1..).zip(kept.iter().zip(&decoded)) {
        match kept {
            Kept::Erased => bundle.erased.push(number),
            Kept::Whole { record, .. } if kept.entry() == Some(*entry) => {
                bundle.record(number, record, head, &mut scope)?;
            }
            Kept::Whole { .. } => bundle.found(
                format_args!("decision {number}"),
                "its record is not the one that was logged",
            ),
        }
    }
    Ok(bundle)
}

impl Bundle {
    fn found(&mut self, place: impl ToString, what: impl ToString) {
        self.problems.push(Problem {
            place: place.to_string(),
            what: what.to_string(),
        });
    }

    fn refused<T>(
        &mut self,
        place: impl ToString,
        result: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error @ (Error::Disk(_) | Error::Newer { .. })) => Err(error),
            Err(error) => {
                self.found(place, error);
                Ok(None)
            }
        }
    }

    /// What the log needs of a file.
    fn read(&mut self, folder: &Folder, tile: Tile) -> Result<Option<Vec<u8>>, Error> {
        self.refused(tile, folder.exact(tile))
    }

    /// What a record that was logged says.
    fn record(
        &mut self,
        number: u64,
        record: &[u8],
        head: &Checkpoint,
        scope: &mut Option<Scope>,
    ) -> Result<(), Error> {
        let place = format_args!("decision {number}").to_string();
        let Some(Record { decision }) = self.refused(&place, Record::decode(record))? else {
            return Ok(());
        };
        self.whole += 1;
        if decision.seq != number {
            self.found(&place, format_args!("its record says {}", decision.seq));
        }
        if scope.as_ref() != Some(&decision.scope) {
            if checkpoint::origin(&decision.scope) != head.origin {
                self.found(&place, "it is of another site or tenant");
            }
            *scope = Some(decision.scope.clone());
        }
        let objects = &decision.action.objects;
        match decision.action.name.as_str() {
            crate::record::ERASE => {
                let numbers = objects.iter().filter_map(|object| object.parse().ok());
                self.erasures.extend(numbers.map(|erased| (erased, number)));
            }
            effect::INTEND => {
                let id = objects.first().cloned().unwrap_or_default();
                self.announced.push((id, number));
            }
            effect::SETTLE => self.settled.extend(objects.first().cloned()),
            _ => {}
        }
        Ok(())
    }
}
