//! Judges a whole folder of the log, offline: every byte of every file is accounted for.

mod bundles;
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{
    Checkpoint, Error, Folder, Frontier, Hash, Kind, Note, Signed, VerifierKey, WITNESSED, bundle,
    witness_file,
};
use bundles::Bundle;
pub use files::MOST_IN_A_COMMIT;

/// Problems that are told one by one; one is enough to know.
const TOLD: usize = 50;

/// Whom and what to hold a log against.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The log's key, from somewhere else than the folder.
    pub key: VerifierKey,
    /// A checkpoint that was seen before and kept elsewhere: what makes a roll-back visible.
    pub retained: Option<Signed>,
    /// Witnesses that are believed.
    pub witnesses: Vec<VerifierKey>,
    /// How many of them must have cosigned.
    pub quorum: usize,
}

/// What was found in a folder.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub head: Option<Checkpoint>,
    /// Records that stand there and are what the log says they are.
    pub records: u64,
    /// Records that were erased by a decision that is itself in the log.
    pub erased: u64,
    /// Numbers of decisions that announced an effect of which nothing more was said.
    pub open_effects: Vec<u64>,
    /// Entries that as many believed witnesses vouch for as must, or else all that do, and who they are.
    pub witnessed: Option<(u64, Vec<String>)>,
    /// The size of the retained checkpoint that the log continues.
    pub retained: Option<u64>,
    /// Files of a commit that did not come to its end; no checkpoint speaks of them.
    pub unfinished: u64,
    /// What cannot be, at most 50 of it.
    pub problems: Vec<Problem>,
    vouched: bool,
}

/// Something that only tampering or a broken disk explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A file of the folder, or the number of a decision.
    pub place: String,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    Tampered,
    /// In itself it is whole; nobody but its writer says that it is the only one.
    Unwitnessed,
}

impl Policy {
    /// Believes the log's key and nobody else.
    pub fn of(key: VerifierKey) -> Self {
        Self {
            key,
            retained: None,
            witnesses: Vec::new(),
            quorum: 1,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl Report {
    pub fn verdict(&self) -> Verdict {
        match (self.problems.is_empty(), self.vouched) {
            (false, _) => Verdict::Tampered,
            (true, true) => Verdict::Ok,
            (true, false) => Verdict::Unwitnessed,
        }
    }

    fn found(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        if self.problems.len() < TOLD {
            self.problems.push(Problem {
                place: place.to_string(),
                what: what.to_string(),
            });
        }
    }

    /// A finding of what cannot be read as what it should be; what cannot be read at all is an error.
    fn refused<T>(
        &mut self,
        place: impl fmt::Display,
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
}

/// Judges the folder on every core of the machine.
///
/// # Errors
/// [`Error::Missing`] when there is no log at all, [`Error::Newer`], [`Error::Disk`]. Whatever
/// else is wrong stands in the report.
pub fn verify(folder: &Folder, policy: &Policy) -> Result<Report, Error> {
    let mut report = Report::default();
    let files = folder.files()?;
    if files.is_empty() {
        return Err(Error::Missing {
            path: crate::CHECKPOINT.to_owned(),
        });
    }
    // Before the head: a site that runs may be cosigned at a newer one meanwhile.
    let cosigned = folder.cosigned()?;
    let head = folder.head(&policy.key);
    let Some(head) = report.refused(crate::CHECKPOINT, head)? else {
        return Ok(report);
    };
    tree(folder, &head.checkpoint, &mut report)?;
    files::check(folder, &files, &head.checkpoint, policy, &mut report)?;
    if report.problems.is_empty() {
        outside(folder, &head, cosigned, policy, &mut report)?;
    }
    report.head = Some(head.checkpoint);
    Ok(report)
}

/// Everything below the checkpoint, from the records up to the root.
fn tree(folder: &Folder, head: &Checkpoint, report: &mut Report) -> Result<(), Error> {
    let judged = bundles::all(folder, head)?;
    let mut account = Account::default();
    let mut frontier = Frontier::default();
    let mut below = Vec::new();
    for bundle in judged {
        account.take(&bundle);
        report.records += bundle.whole;
        report.erased += bundle.erased.len() as u64;
        for problem in bundle.problems {
            report.found(problem.place, problem.what);
        }
        if bundle.leaves.len() == 256 {
            let root = crate::tree::root_of(&bundle.leaves);
            frontier.push_subtree(8, root);
            below.push(root);
        } else {
            bundle.leaves.iter().for_each(|leaf| frontier.push(*leaf));
        }
    }
    account.settle(report);
    upper_tiles(folder, head.size, below, report)?;
    if frontier.size() != head.size || frontier.root() != head.root {
        report.found(crate::CHECKPOINT, "its root is not that of the entries");
    }
    Ok(())
}

/// Levels 1 and above: `hashes` are what the tiles of level 1 must hold.
fn upper_tiles(
    folder: &Folder,
    size: u64,
    mut hashes: Vec<Hash>,
    report: &mut Report,
) -> Result<(), Error> {
    for level in 1..8 {
        let mut above = Vec::new();
        for tile in Kind::Hashes(level).tiles(size) {
            let first = (tile.index * 256) as usize;
            let wanted = hashes.get(first..first + usize::from(tile.width));
            let found = folder.hashes(tile);
            let found = report.refused(tile, found)?;
            let (Some(wanted), Some(found)) = (wanted, found) else {
                continue;
            };
            if wanted != found {
                report.found(tile, "its hashes are not those of the tiles below");
            }
            if tile.is_full() {
                above.push(crate::tree::root_of(wanted));
            }
        }
        hashes = above;
    }
    Ok(())
}

/// What records say of one another.
#[derive(Default)]
struct Account {
    erased: Vec<u64>,
    /// Numbers of records to be erased, with the decision that says so.
    erasures: BTreeMap<u64, u64>,
    /// Effects by id: how often announced and not settled, and the last time.
    effects: BTreeMap<String, (i64, u64)>,
}

impl Account {
    fn take(&mut self, bundle: &Bundle) {
        self.erased.extend(&bundle.erased);
        self.erasures.extend(bundle.erasures.iter().copied());
        for (id, seq) in &bundle.announced {
            let (open, last) = self.effects.entry(id.clone()).or_default();
            (*open, *last) = (*open + 1, *seq);
        }
        for id in &bundle.settled {
            self.effects.entry(id.clone()).or_default().0 -= 1;
        }
    }

    fn settle(self, report: &mut Report) {
        for seq in self.erased {
            let by = self.erasures.get(&seq);
            if by.is_none_or(|by| *by <= seq) {
                report.found(
                    format_args!("decision {seq}"),
                    "its record is gone and no later decision erased it",
                );
            }
        }
        let open = self.effects.into_values().filter(|(open, _)| *open > 0);
        report.open_effects = open.map(|(_, seq)| seq).collect();
        report.open_effects.sort_unstable();
    }
}

/// What others say of the log.
fn outside(
    folder: &Folder,
    head: &Signed,
    cosigned: Vec<(String, Vec<u8>)>,
    policy: &Policy,
    report: &mut Report,
) -> Result<(), Error> {
    if let Some(retained) = &policy.retained
        && continues(folder, retained, head, "the retained checkpoint", report)?
    {
        report.retained = Some(retained.checkpoint.size);
    }
    // The newest head that each has cosigned, by name.
    let mut newest: BTreeMap<String, u64> = BTreeMap::new();
    let mut known = vec![head.note.text.clone()];
    let mut vouches = |signed: &Signed, place: &str, report: &mut Report| {
        for name in cosigners(&signed.note, policy, place, report) {
            let size = newest.entry(name).or_default();
            *size = signed.checkpoint.size.max(*size);
        }
    };
    vouches(head, crate::CHECKPOINT, report);
    for (path, bytes) in cosigned {
        let opened = Signed::open(&bytes, &policy.key);
        let Some(signed) = report.refused(&path, opened)? else {
            continue;
        };
        let mut names = signed.note.signatures.iter().map(|line| &line.name);
        if path != WITNESSED && !names.any(|name| witness_file(name) == path) {
            report.found(&path, "the witness whose place it is did not sign it");
            continue;
        }
        if !known.contains(&signed.note.text) {
            if !continues(folder, &signed, head, &path, report)? {
                continue;
            }
            known.push(signed.note.text.clone());
        }
        vouches(&signed, &path, report);
    }
    judge_quorum(newest, policy, report);
    Ok(())
}

/// Who has cosigned a head vouches for all before it, too: so many entries as the last of a quorum has seen.
fn judge_quorum(newest: BTreeMap<String, u64>, policy: &Policy, report: &mut Report) {
    let quorum = policy.quorum.max(1);
    report.vouched = match policy.witnesses.is_empty() {
        true => report.retained.is_some(),
        false => newest.len() >= quorum,
    };
    let mut sizes: Vec<u64> = newest.values().copied().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let last = quorum.min(sizes.len()).saturating_sub(1);
    if let Some(size) = sizes.get(last) {
        let names = newest.iter().filter(|(_, seen)| *seen >= size);
        let names = names.map(|(name, _)| name.clone());
        report.witnessed = Some((*size, names.collect()));
    }
}

/// Whether the log goes on where `old` stood.
fn continues(
    folder: &Folder,
    old: &Signed,
    head: &Signed,
    place: &str,
    report: &mut Report,
) -> Result<bool, Error> {
    let (old, head) = (&old.checkpoint, &head.checkpoint);
    if old.origin != head.origin {
        report.found(place, "it is of another log");
        return Ok(false);
    }
    if old.size > head.size {
        let (had, has) = (old.size, head.size);
        report.found(
            place,
            format_args!("the log had {had} entries and now has {has}: it was rolled back"),
        );
        return Ok(false);
    }
    let path = folder.continues(old, head);
    match report.refused(place, path)? {
        Some(_) => Ok(true),
        None => {
            report.found(place, "the log is not its continuation: it was forked");
            Ok(false)
        }
    }
}

/// Believed witnesses that signed, each once.
fn cosigners(note: &Note, policy: &Policy, place: &str, report: &mut Report) -> Vec<String> {
    let mut names = BTreeSet::new();
    for witness in &policy.witnesses {
        let claimed = note
            .signatures
            .iter()
            .any(|line| line.name == witness.name() && line.id == witness.id());
        match note.check(witness) {
            Ok(_) => {
                names.insert(witness.name().to_owned());
            }
            Err(_) if claimed => report.found(place, "a witness's signature does not fit"),
            Err(_) => {}
        }
    }
    names.into_iter().collect()
}

/// Bytes of the same kind: whether an older, narrower file is the beginning of a newer one.
fn begins(kind: Kind, older: &[u8], width: u16, newer: &[u8]) -> bool {
    let whole = match kind {
        Kind::Hashes(_) => bundle::decode_hashes(older, width).is_ok(),
        Kind::Entries => bundle::decode_entries(older, width).is_ok(),
        Kind::Records => bundle::decode_records(older, width).is_ok(),
    };
    whole && newer.starts_with(older)
}
