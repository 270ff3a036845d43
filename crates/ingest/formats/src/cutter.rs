//! Records into batches, the same way every time.

use aurora_clock::Timestamp;
use aurora_model::{Part, RawRecord};

use crate::Framed;

/// A record with the place after it, as [`Framed::Record`] gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub record: RawRecord,
    pub next: u64,
}

/// A batch, and where to resume once it is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    pub records: Vec<RawRecord>,
    pub next: u64,
}

/// Groups records into batches of at most 512 records and 512 KiB; a larger record stands alone, and so does each piece
/// of one above the limit, so that pieces which come again after a resumption make the same batches again.
///
/// A cut depends only on the records since the one before, so a reading that resumes at [`Cut::next`]
/// makes the same batches as one that never stopped. Records that belong together stay together: a
/// batch that would end inside a group ends before it, unless the group fills the whole batch.
pub struct Cutter {
    group: fn(&[u8]) -> Option<&[u8]>,
    pending: Vec<Item>,
    bytes: usize,
}

impl Cutter {
    pub const MAX_RECORDS: usize = 512;
    pub const MAX_BYTES: usize = 512 * 1024;

    /// `group` names the group of a record; records without one stand alone. See [`auditd_event`].
    pub fn new(group: fn(&[u8]) -> Option<&[u8]>) -> Self {
        Self {
            group,
            pending: Vec::new(),
            bytes: 0,
        }
    }

    /// Takes the next record; gives the batch that it completed.
    pub fn push(&mut self, item: Item) -> Option<Cut> {
        let size = item.record.body.len();
        let alone = |item: &Item| item.record.part != Part::Whole;
        let full = self.pending.len() == Self::MAX_RECORDS
            || self.bytes + size > Self::MAX_BYTES
            || alone(&item)
            || self.pending.last().is_some_and(alone);
        let cut = (full && !self.pending.is_empty()).then(|| self.cut_before(&item));
        self.bytes += size;
        self.pending.push(item);
        cut
    }

    /// [`Cutter::push`] for what a [`crate::Framer`] gives.
    ///
    /// # Errors
    /// Gives [`Framed::Damaged`] back: it is no record and goes to the dead letter directly.
    pub fn push_framed(
        &mut self,
        framed: Framed,
        received_at: Timestamp,
    ) -> Result<Option<Cut>, Framed> {
        let next = framed.next();
        let (seq, part, body) = match framed {
            Framed::Record { offset, body, .. } => (offset, Part::Whole, body),
            Framed::Oversize {
                offset,
                last: false,
                piece,
                ..
            } => (offset, Part::Piece, piece),
            Framed::Oversize { offset, piece, .. } => (offset, Part::LastPiece, piece),
            damaged @ Framed::Damaged { .. } => return Err(damaged),
        };
        Ok(self.push(Item {
            record: RawRecord {
                part,
                ..RawRecord::whole(seq, received_at, body)
            },
            next,
        }))
    }

    /// The rest, at the end of the input.
    pub fn finish(&mut self) -> Option<Cut> {
        (!self.pending.is_empty()).then(|| self.take(self.pending.len()))
    }

    fn cut_before(&mut self, following: &Item) -> Cut {
        let group = (self.group)(&following.record.body);
        let same = |item: &&Item| group.is_some() && (self.group)(&item.record.body) == group;
        let trailing = self.pending.iter().rev().take_while(same).count();
        let keep = self.pending.len() - trailing;
        self.take(if keep == 0 { self.pending.len() } else { keep })
    }

    fn take(&mut self, count: usize) -> Cut {
        let rest = self.pending.split_off(count);
        let taken = std::mem::replace(&mut self.pending, rest);
        self.bytes = self.pending.iter().map(|item| item.record.body.len()).sum();
        let next = taken.last().map_or(0, |item| item.next);
        Cut {
            records: taken.into_iter().map(|item| item.record).collect(),
            next,
        }
    }
}

/// The event to which an auditd line belongs: `1700000000.123:45` of `msg=audit(1700000000.123:45):`.
pub fn auditd_event(line: &[u8]) -> Option<&[u8]> {
    const MARK: &[u8] = b"msg=audit(";
    let head = &line[..line.len().min(256)];
    let start = memchr::memmem::find(head, MARK)? + MARK.len();
    let length = memchr::memchr(b')', &head[start..])?;
    Some(&head[start..start + length])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn item(at: usize, body: Vec<u8>) -> Item {
        let received_at = Timestamp::from_millis(0);
        let record = RawRecord::whole(at as u64, received_at, body);
        Item {
            record,
            next: at as u64 + 1,
        }
    }

    fn cut_all(bodies: &[Vec<u8>], from: usize) -> Vec<Cut> {
        let mut cutter = Cutter::new(auditd_event);
        let items = bodies.iter().enumerate().skip(from);
        let mut cuts: Vec<_> = items
            .filter_map(|(at, body)| cutter.push(item(at, body.clone())))
            .collect();
        cuts.extend(cutter.finish());
        cuts
    }

    #[test]
    fn an_auditd_event_is_not_split() {
        let line = |event: usize| format!("type=PATH msg=audit(1.2:{event}): a=1").into_bytes();
        let bodies: Vec<_> = (0..1000).map(|n| line(n / 5)).collect();
        let cuts = cut_all(&bodies, 0);
        assert_eq!(
            cuts.iter().map(|cut| cut.records.len()).collect::<Vec<_>>(),
            [510, 490]
        );
        let huge: Vec<_> = (0..1000).map(|_| line(7)).collect();
        assert_eq!(cut_all(&huge, 0)[0].records.len(), 512);
    }

    #[test]
    fn batches_are_bounded_and_a_large_record_stands_alone() {
        let bodies = [vec![b'a'; 10], vec![b'b'; 600 * 1024], vec![b'c'; 10]];
        let sizes: Vec<_> = cut_all(&bodies, 0)
            .iter()
            .map(|cut| cut.records.len())
            .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn pieces_stand_alone() {
        let mut cutter = Cutter::new(auditd_event);
        let mut cut = |part| {
            let mut item = item(0, vec![b'x']);
            item.record.part = part;
            cutter.push(item).map(|cut| cut.records.len())
        };
        let parts = [
            Part::Whole,
            Part::Whole,
            Part::Piece,
            Part::LastPiece,
            Part::Whole,
            Part::Whole,
        ];
        assert_eq!(
            parts.map(&mut cut),
            [None, None, Some(2), Some(1), Some(1), None]
        );
    }

    proptest! {
        #[test]
        fn resuming_at_any_cut_gives_the_same_cuts(
            sizes in prop::collection::vec((0_usize..40_000, 0_u8..4), 1..600),
        ) {
            let body = |(size, event): &(usize, u8)| {
                let mut body = if *event > 0 { format!("msg=audit({event}):") } else { String::new() }.into_bytes();
                body.resize(body.len() + size, b'x');
                body
            };
            let bodies: Vec<_> = sizes.iter().map(body).collect();
            let whole = cut_all(&bodies, 0);
            prop_assert_eq!(whole.iter().map(|cut| cut.records.len()).sum::<usize>(), bodies.len());
            for (at, cut) in whole.iter().enumerate() {
                let rest = cut_all(&bodies, usize::try_from(cut.next).unwrap());
                prop_assert_eq!(&whole[at + 1..], &rest[..]);
            }
        }
    }
}
